// SPDX-License-Identifier: Apache-2.0
//
// RNN, GRU and LSTM: one node per direction, whose rows become the outputs Y, Y_h and Y_c.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/recurrent.h"
#include "compiler/ops/slice.h"

namespace smelt::onnx_import {
namespace {

using Attributes = ops::RecurrentAttributes;

/// Operands by their places in the file.
constexpr std::size_t file_lengths = 4, file_hidden = 5, file_cell = 6, file_peepholes = 7;

struct Cell {
  const OpDef& op;
  std::int32_t gates;
  std::vector<std::string_view> curves;  ///< by default: f, g, h
};

/// What the attributes say, but for the curves.
struct Layer {
  std::int32_t directions = 1;
  bool reverse = false;      ///< the first direction
  bool batch_first = false;  ///< layout 1
  bool reset_after = false;  ///< GRU: linear_before_reset
  float clip = 0;
  bool coupled = false;
  std::int32_t steps = 0, units = 0;
};

constexpr std::string_view damaged = "the file does not follow the format; export the model again";

// --- attributes ----------------------------------------------------------------------------------

struct Curve {
  std::string_view onnx, smelt;
  float alpha = 0, beta = 0;
  bool takes_numbers = false;
};
constexpr Curve curves[] = {{"sigmoid", "sigmoid"},
                            {"tanh", "tanh"},
                            {"relu", "relu"},
                            {"affine", "affine", 1, 0, true},
                            {"hardsigmoid", "hard_sigmoid", 0.2F, 0.5F, true}};

const Curve* find_curve(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Curve& each : curves)
    if (each.onnx == name) return &each;
  return nullptr;
}

/// The curves of all directions, numbers being consumed by those that take any; nothing after
/// reporting one that is not known.
std::optional<std::vector<Curve>> read_curves(Operator& op, const Cell& cell,
                                              std::int32_t directions) {
  std::vector<std::string> names = op.texts("activations");
  const std::vector<float> alphas = op.reals("activation_alpha");
  const std::vector<float> betas = op.reals("activation_beta");
  const std::size_t count = cell.curves.size() * static_cast<std::size_t>(directions);
  for (std::size_t i = 0; names.size() < count && (i > 0 || names.empty()); ++i)
    names.emplace_back(cell.curves[i % cell.curves.size()]);
  if (names.size() != count) {
    op.error(fmt::format("has {} activations, expected {}", names.size(), count),
             std::string(damaged));
    return std::nullopt;
  }
  std::vector<Curve> result;
  std::size_t next_alpha = 0, next_beta = 0;
  for (const std::string& name : names) {
    const Curve* found = find_curve(name);
    if (!found) {
      op.error(fmt::format("activation \"{}\" is not supported", name),
               "supported: Sigmoid, Tanh, Relu, Affine, HardSigmoid");
      return std::nullopt;
    }
    result.push_back(*found);
    if (!found->takes_numbers) continue;
    if (next_alpha < alphas.size()) result.back().alpha = alphas[next_alpha++];
    if (next_beta < betas.size()) result.back().beta = betas[next_beta++];
  }
  return result;
}

std::optional<Layer> read_layer(Operator& op) {
  const std::string direction = op.text("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
    op.error(fmt::format("direction \"{}\" is not supported", direction),
             "supported: forward, reverse, bidirectional");
    return std::nullopt;
  }
  Layer layer{.directions = direction == "bidirectional" ? 2 : 1,
              .reverse = direction == "reverse",
              .batch_first = op.integer("layout", 0) != 0,
              .clip = op.real("clip", 0)};
  op.ignore("output_sequence");  // of the first version, which every output's name repeats
  const Shape& input = op.input(0).shape;
  const Shape& recurrent = op.input(2).shape;
  if (input.size() != 3 || op.input(1).shape.size() != 3 || recurrent.size() != 3 ||
      op.input(1).shape[0] != layer.directions || recurrent[0] != layer.directions) {
    op.error(fmt::format("the weights {} and {} do not match the input {} in {} directions",
                         to_string(op.input(1).shape), to_string(recurrent), to_string(input),
                         layer.directions),
             std::string(damaged));
    return std::nullopt;
  }
  layer.steps = input[layer.batch_first ? 1 : 0];
  layer.units = recurrent[2];
  if (op.integer("hidden_size", layer.units) == layer.units) return layer;
  op.error(fmt::format("hidden_size is not that of the weights {}", to_string(recurrent)),
           std::string(damaged));
  return std::nullopt;
}

// --- operands ------------------------------------------------------------------------------------

/// Rows `begin` to `begin + count` along the first dimension.
TensorId rows_of(Operator& op, TensorId id, std::int32_t begin, std::int32_t count) {
  if (id == no_tensor || id == absent) return id;
  const Shape& shape = op.shape(id);
  if (begin == 0 && count == shape[0]) return id;
  ops::SliceAttributes attributes{.begin = std::vector<std::int32_t>(shape.size(), 0),
                                  .stride = std::vector<std::int32_t>(shape.size(), 1),
                                  .size = shape};
  attributes.begin[0] = begin;
  attributes.size[0] = count;
  return op.apply(ops::slice, attributes, {id});
}

/// What an operand [direction][...] has for one direction; absent if it is.
TensorId of_direction(Operator& op, std::size_t i, const Layer& layer, std::int32_t direction,
                      bool state) {
  if (!op.has(i)) return absent;
  const std::size_t rank = state ? 3 : op.input(i).shape.size();
  TensorId id = op.inputs[i];
  if (state && layer.batch_first && op.shape(id).size() == 3) id = op.transpose(id, {1, 0, 2});
  if (id == no_tensor) return id;
  Shape shape = op.shape(id);
  if (shape.size() != rank || rank < 2 || shape[0] != layer.directions) {
    op.error(fmt::format("operand {} has shape {}", i, to_string(op.input(i).shape)),
             std::string(damaged));
    return no_tensor;
  }
  const TensorId part = rows_of(op, id, direction, 1);
  shape.erase(shape.begin());
  return op.reshape(part, shape);
}

struct Biases {
  TensorId sum = absent;    ///< of both biases
  TensorId reset = absent;  ///< the part that is reset with the hidden state
};

/// Of one direction, from [direction][input or recurrent][gate][unit]; nothing after reporting it.
std::optional<Biases> read_biases(Operator& op, const Cell& cell, const Layer& layer,
                                  std::int32_t direction) {
  const auto units = static_cast<std::size_t>(layer.units);
  const std::size_t rows = static_cast<std::size_t>(cell.gates) * units;
  std::vector<float> both(2 * rows);
  if (op.has(3)) {
    const auto values = op.constant_floats(3, "bias");
    if (!values) return std::nullopt;
    if (op.input(3).shape != Shape{layer.directions, static_cast<std::int32_t>(2 * rows)}) {
      op.error(fmt::format("the bias has shape {}", to_string(op.input(3).shape)),
               std::string(damaged));
      return std::nullopt;
    }
    const auto from = values->begin() + direction * static_cast<std::ptrdiff_t>(2 * rows);
    both.assign(from, from + static_cast<std::ptrdiff_t>(2 * rows));
  } else if (!layer.reset_after) {
    return Biases{};
  }
  std::vector<float> sum(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(rows));
  const std::size_t summed = layer.reset_after ? rows - units : rows;
  for (std::size_t i = 0; i < summed; ++i) sum[i] += both[rows + i];
  Biases biases{.sum = op.floats({static_cast<std::int32_t>(rows)}, sum)};
  if (layer.reset_after)
    biases.reset =
        op.floats({layer.units},
                  std::vector<float>(both.end() - static_cast<std::ptrdiff_t>(units), both.end()));
  return biases;
}

/// Sequence lengths, unless they are known to be all steps.
TensorId lengths_of(Operator& op, const Layer& layer) {
  if (!op.has(file_lengths)) return absent;
  const Tensor& lengths = op.input(file_lengths);
  if (!lengths.constant || lengths.type != ElementType::s32) return op.inputs[file_lengths];
  const std::vector<std::int64_t> values = integers(lengths);
  const bool whole = std::all_of(values.begin(), values.end(),
                                 [&](std::int64_t length) { return length >= layer.steps; });
  return whole ? absent : op.inputs[file_lengths];
}

// --- results -------------------------------------------------------------------------------------

/// The parts of all directions side by side, in the file's layout.
void state_result(Operator& op, std::size_t i, const std::vector<TensorId>& parts,
                  const Layer& layer) {
  const TensorId joined =
      parts.size() == 1 ? parts[0] : op.apply(ops::concat, ops::ConcatAttributes{.axis = 0}, parts);
  if (joined == no_tensor) return;
  op.result(layer.batch_first ? op.transpose(joined, {1, 0, 2}) : joined, i);
}

void sequence_result(Operator& op, std::vector<TensorId> parts, const Layer& layer) {
  for (TensorId& part : parts) {
    if (part == no_tensor) return;
    const Shape& rows = op.shape(part);
    part = op.reshape(part, {rows[0], 1, rows[1], rows[2]});
  }
  const TensorId joined =
      parts.size() == 1 ? parts[0] : op.apply(ops::concat, ops::ConcatAttributes{.axis = 1}, parts);
  if (joined == no_tensor) return;
  op.result(layer.batch_first ? op.transpose(joined, {2, 0, 1, 3}) : joined);
}

/// Which rows of a node are what.
struct Rows {
  bool all = false, hidden = false, cell = false;
};

/// Without lengths, the last hidden state is one of all.
void results(Operator& op, const std::vector<TensorId>& nodes, const Rows& rows,
             const Layer& layer) {
  std::vector<TensorId> all, hidden, cell;
  for (std::size_t d = 0; d < nodes.size(); ++d) {
    const bool reverse = layer.reverse || d == 1;
    const std::int32_t behind = rows.all ? layer.steps : 0;
    const std::int32_t last = rows.hidden ? behind : reverse ? 0 : layer.steps - 1;
    if (op.wants(0)) all.push_back(rows_of(op, nodes[d], 0, layer.steps));
    if (op.wants(1)) hidden.push_back(rows_of(op, nodes[d], last, 1));
    if (op.wants(2)) cell.push_back(rows_of(op, nodes[d], behind + (rows.hidden ? 1 : 0), 1));
  }
  if (op.wants(0)) sequence_result(op, all, layer);
  if (op.wants(1)) state_result(op, 1, hidden, layer);
  if (op.wants(2)) state_result(op, 2, cell, layer);
}

// --- the operators -------------------------------------------------------------------------------

Attributes attributes_of(const Layer& layer, const std::vector<Curve>& all, std::int32_t direction,
                         std::size_t curve_count) {
  Attributes a{
      .reverse = layer.reverse || direction == 1, .clip = layer.clip, .coupled = layer.coupled};
  const Curve* curve = &all[static_cast<std::size_t>(direction) * curve_count];
  if (curve_count > 1) {  // an RNN has no gates
    a.gate = curve->smelt, a.gate_alpha = curve->alpha, a.gate_beta = curve->beta;
    ++curve;
  }
  a.candidate = curve->smelt, a.candidate_alpha = curve->alpha, a.candidate_beta = curve->beta;
  if (curve_count < 3) return a;
  ++curve;
  a.output = curve->smelt, a.output_alpha = curve->alpha, a.output_beta = curve->beta;
  return a;
}

std::vector<TensorId> operands_of(Operator& op, const Cell& cell, const Layer& layer,
                                  std::int32_t direction, const Biases& biases) {
  const auto part = [&](std::size_t i, bool state) {
    return of_direction(op, i, layer, direction, state);
  };
  const TensorId input = layer.batch_first ? op.transpose(op.inputs[0], {1, 0, 2}) : op.inputs[0];
  std::vector<TensorId> operands = {input,      part(1, false),        part(2, false),
                                    biases.sum, lengths_of(op, layer), part(file_hidden, true)};
  if (&cell.op == &ops::sequence_gru) operands.push_back(biases.reset);
  if (&cell.op == &ops::sequence_lstm) {
    operands.push_back(part(file_cell, true));
    operands.push_back(part(file_peepholes, false));
  }
  return operands;
}

void import_cell(Operator& op, const Cell& cell, bool reset_after, bool coupled) {
  auto layer = read_layer(op);
  if (!layer) return;
  layer->reset_after = reset_after;
  layer->coupled = coupled;
  const auto all_curves = read_curves(op, cell, layer->directions);
  if (!all_curves || !op.constant_floats(1, "weights") || !op.constant_floats(2, "weights")) return;
  const bool lengths = lengths_of(op, *layer) != absent;
  const Rows rows{
      .all = op.wants(0), .hidden = op.wants(1) && (lengths || !op.wants(0)), .cell = op.wants(2)};
  if (!rows.all && !rows.hidden && !rows.cell) return;
  std::vector<TensorId> nodes;
  for (std::int32_t d = 0; d < layer->directions; ++d) {
    const auto biases = read_biases(op, cell, *layer, d);
    if (!biases) return;
    Attributes attributes = attributes_of(*layer, *all_curves, d, cell.curves.size());
    attributes.all_rows = rows.all;
    attributes.hidden_row = rows.hidden;
    attributes.cell_row = rows.cell;
    nodes.push_back(op.apply(cell.op, attributes, operands_of(op, cell, *layer, d, *biases)));
  }
  results(op, nodes, rows, *layer);
}

}  // namespace

void rnn(Operator& op) {
  if (op.takes(3, 6, 2)) import_cell(op, {ops::sequence_rnn, 1, {"tanh"}}, false, false);
}

void gru(Operator& op) {
  if (!op.takes(3, 6, 2)) return;
  const bool reset_after = op.integer("linear_before_reset", 0) != 0;
  import_cell(op, {ops::sequence_gru, 3, {"sigmoid", "tanh"}}, reset_after, false);
}

void lstm(Operator& op) {
  if (!op.takes(3, 8, 3)) return;
  const bool coupled = op.integer("input_forget", 0) != 0;
  import_cell(op, {ops::sequence_lstm, 4, {"sigmoid", "tanh", "tanh"}}, false, coupled);
}

}  // namespace smelt::onnx_import
