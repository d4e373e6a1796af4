// SPDX-License-Identifier: Apache-2.0
//
// RNN, GRU and LSTM as ONNX defines them, one direction, in double (recurrent_integer.cpp has
// integers). A batch at a time; the hidden states of all steps are kept in a list, from which the
// rows of the output are picked.
#include <algorithm>
#include <cmath>

#include "recurrent_rows.h"

namespace oracle {
namespace {

using Vector = std::vector<double>;

double curved(const RecurrentCurve& curve, double clip, double x) {
  if (clip > 0.0) x = std::min(std::max(x, -clip), clip);
  const double line = double{curve.alpha} * x + double{curve.beta};
  if (curve.name == "sigmoid") return 1.0 / (1.0 + std::exp(-x));
  if (curve.name == "tanh") return std::tanh(x);
  if (curve.name == "relu") return std::max(x, 0.0);
  if (curve.name == "affine") return line;
  require(curve.name == "hard_sigmoid", "a curve that is known");
  return std::max(0.0, std::min(1.0, line));
}

/// Row `row` of a matrix times a vector.
double product(const Tensor& matrix, Index row, const Vector& vector) {
  const Index columns = at(matrix.shape, 1);
  require(columns == length(vector), "a row per input or unit");
  double sum = 0.0;
  for (Index i = 0; i < columns; ++i)
    sum += double{at(matrix.f, row * columns + i)} * at(vector, i);
  return sum;
}

double entry(const Tensor* tensor, Index i) {
  return tensor == nullptr ? 0.0 : double{at(tensor->f, i)};
}

Vector row_of(const Tensor* tensor, Index row, Index width) {
  Vector values(static_cast<std::size_t>(width), 0.0);
  for (Index i = 0; tensor != nullptr && i < width; ++i)
    at(values, i) = entry(tensor, row * width + i);
  return values;
}

/// The cells, from the states before a step to those after it.
struct Machine {
  const RecurrentOperands& operands;
  const RecurrentOptions& options;
  Index units;
  Vector hidden, cell;

  Vector input(Index row) const {
    return row_of(operands.input, row, at(operands.input->shape, 2));
  }
  Vector zeros() const { return Vector(static_cast<std::size_t>(units), 0.0); }
  Vector shown_hidden() const { return hidden; }
  Vector shown_cell() const { return cell; }

  double from_input(Index gate, Index unit, const Vector& x) const {
    const Index row = gate * units + unit;
    return product(*operands.weights, row, x) + entry(operands.bias, row);
  }
  double from(const Vector& values, Index gate, Index unit) const {
    return product(*operands.recurrent_weights, gate * units + unit, values);
  }
  double gate(double x) const { return curved(options.gate, double{options.clip}, x); }
  double candidate(double x) const { return curved(options.candidate, double{options.clip}, x); }

  void rnn(const Vector& x) {
    const Vector old = hidden;
    for (Index u = 0; u < units; ++u)
      at(hidden, u) = candidate(from_input(0, u, x) + from(old, 0, u));
  }

  void gru(const Vector& x) {
    const Vector old = hidden;
    Vector reset, reset_hidden;
    for (Index u = 0; u < units; ++u) {
      reset.push_back(gate(from_input(1, u, x) + from(old, 1, u)));
      reset_hidden.push_back(at(reset, u) * at(old, u));
    }
    for (Index u = 0; u < units; ++u) {
      const double update = gate(from_input(0, u, x) + from(old, 0, u));
      const double recurrent =
          operands.reset_bias == nullptr
              ? from(reset_hidden, 2, u)
              : at(reset, u) * (from(old, 2, u) + entry(operands.reset_bias, u));
      at(hidden, u) =
          (1.0 - update) * candidate(from_input(2, u, x) + recurrent) + update * at(old, u);
    }
  }

  double peephole(Index gate, Index unit, double value) const {
    return entry(operands.peepholes, gate * units + unit) * value;
  }

  void lstm(const Vector& x) {
    const Vector old = hidden;
    for (Index u = 0; u < units; ++u) {
      const auto sum = [&](Index g) { return from_input(g, u, x) + from(old, g, u); };
      const double before = at(cell, u);
      const double in = gate(sum(0) + peephole(0, u, before));
      const double forget = options.coupled ? 1.0 - in : gate(sum(2) + peephole(2, u, before));
      const double now = forget * before + in * candidate(sum(3));
      const double out = gate(sum(1) + peephole(1, u, now));
      at(cell, u) = now;
      at(hidden, u) = out * curved(options.output, double{options.clip}, now);
    }
  }
};

std::vector<Vector> real_rows(RecurrentCell kind, const RecurrentOperands& operands,
                              const RecurrentOptions& options, Index batch, Index valid) {
  const Index units = at(operands.recurrent_weights->shape, 1);
  const Machine machine{operands, options, units, row_of(operands.hidden, batch, units),
                        row_of(operands.cell, batch, units)};
  return stepped_rows(kind, operands, options, batch, valid, machine);
}

/// Rows of one batch where the output has them.
template <typename Number, typename Element>
void place(const std::vector<std::vector<Number>>& rows, Index batch, Index batches,
           std::vector<Element>& output) {
  for (Index row = 0; row < length(rows); ++row) {
    const std::vector<Number>& values = at(rows, row);
    for (Index u = 0; u < length(values); ++u)
      at(output, (row * batches + batch) * length(values) + u) =
          static_cast<Element>(at(values, u));
  }
}

}  // namespace

Tensor recurrent(RecurrentCell kind, const RecurrentOperands& operands,
                 const RecurrentOptions& options, const Tensor& like) {
  const std::vector<int>& shape = operands.input->shape;
  const Index steps = at(shape, 0), batches = at(shape, 1);
  const Index rows =
      (options.all_rows ? steps : 0) + (options.hidden_row ? 1 : 0) + (options.cell_row ? 1 : 0);
  require(rows == at(like.shape, 0), "as many rows as are wanted");
  Tensor output = blank(like);
  for (Index batch = 0; batch < batches; ++batch) {
    const Index all = operands.lengths == nullptr ? steps : at(operands.lengths->q, batch);
    const Index valid = std::max(Index{0}, std::min(all, steps));
    if (is_float(*operands.input))
      place(real_rows(kind, operands, options, batch, valid), batch, batches, output.f);
    else
      place(integer_rows(kind, operands, options, batch, valid, like), batch, batches, output.q);
  }
  return output;
}

}  // namespace oracle
