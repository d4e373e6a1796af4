// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_operator.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/verify.h"
#include "compiler/import/onnx_scales.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"
#include "compiler/passes/passes.h"

namespace smelt::onnx_import {
namespace {

using onnx::AttributeProto;

constexpr std::string_view damaged = "the file does not follow the format; export the model again";

std::int32_t saturated(std::int64_t value) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, INT32_MIN, INT32_MAX));
}

}  // namespace

Operator::Operator(Graph& the_graph, const onnx::NodeProto& node, Place place,
                   std::vector<TensorId> operands, ConstantBudget& budget, Diagnostics& diagnostics)
    : graph(the_graph),
      inputs(std::move(operands)),
      results(static_cast<std::size_t>(node.output_size()), no_tensor),
      node_(node),
      place_(std::move(place)),
      budget_(budget),
      diagnostics_(diagnostics),
      first_tensor_(the_graph.tensors.size()) {}

void Operator::error(std::string message, std::string note) {
  diagnostics_.error(place_, std::move(message)).note(std::move(note));
}

bool Operator::takes(std::size_t needed, std::size_t most, std::size_t most_results) {
  bool enough = inputs.size() >= needed && inputs.size() <= most && output_count() >= 1;
  for (std::size_t i = 0; enough && i < needed; ++i) enough = has(i);
  if (!enough) {
    error(fmt::format("has {} inputs and {} outputs", inputs.size(), output_count()),
          std::string(damaged));
    return false;
  }
  for (std::size_t i = most_results; i < output_count(); ++i)
    if (wants(i)) {
      error(fmt::format("output {} is not supported", i), "remove what reads it from the model");
      return false;
    }
  return true;
}

// --- attributes ----------------------------------------------------------------------------------

const AttributeProto* Operator::attribute(std::string_view name,
                                          AttributeProto::AttributeType type) {
  read_.insert(std::string(name));
  for (const AttributeProto& each : node_.attribute())
    if (each.name() == name) {
      if (each.type() == type) return &each;
      error(fmt::format("attribute \"{}\" has another type", name), std::string(damaged));
    }
  return nullptr;
}

bool Operator::has_attribute(std::string_view name) {
  return std::any_of(node_.attribute().begin(), node_.attribute().end(),
                     [&](const AttributeProto& each) { return each.name() == name; });
}

std::int64_t Operator::integer(std::string_view name, std::int64_t otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::INT);
  return found ? found->i() : otherwise;
}

float Operator::real(std::string_view name, float otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::FLOAT);
  return found ? found->f() : otherwise;
}

std::string Operator::text(std::string_view name, std::string_view otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::STRING);
  return found ? found->s() : std::string(otherwise);
}

std::vector<std::int32_t> Operator::list(std::string_view name) {
  std::vector<std::int32_t> result;
  if (const AttributeProto* found = attribute(name, AttributeProto::INTS))
    for (const std::int64_t value : found->ints()) result.push_back(saturated(value));
  return result;
}

std::vector<float> Operator::reals(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::FLOATS);
  return found ? std::vector<float>(found->floats().begin(), found->floats().end())
               : std::vector<float>();
}

std::vector<std::string> Operator::texts(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::STRINGS);
  return found ? std::vector<std::string>(found->strings().begin(), found->strings().end())
               : std::vector<std::string>();
}

const onnx::TensorProto* Operator::tensor(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::TENSOR);
  return found ? &found->t() : nullptr;
}

void Operator::check_attributes() {
  for (const AttributeProto& each : node_.attribute())
    if (!read_.contains(each.name()))
      error(fmt::format("attribute \"{}\" is not supported", each.name()),
            "export the model without it");
}

// --- operands that must be known -----------------------------------------------------------------

std::optional<std::vector<std::int64_t>> Operator::constant(std::size_t i, std::string_view role) {
  const Tensor& tensor = input(i);
  const bool integer = tensor.type == ElementType::s32 || tensor.type == ElementType::s64;
  if (tensor.constant && integer) return integers(tensor);
  error(fmt::format("{} \"{}\" is not a constant integer tensor", role, tensor.name),
        fmt::format("if it is an input of the model, give its value: --bind {}=file.npy; otherwise "
                    "export the model with fixed shapes",
                    tensor.name));
  return std::nullopt;
}

std::optional<std::vector<float>> Operator::constant_floats(std::size_t i, std::string_view role) {
  const Tensor& tensor = input(i);
  if (tensor.constant && tensor.type == ElementType::f32) return elements<float>(tensor);
  error(fmt::format("{} \"{}\" is not a constant float32 tensor", role, tensor.name),
        fmt::format("if it is an input of the model, give its value: --bind {}=file.npy",
                    tensor.name));
  return std::nullopt;
}

std::optional<std::vector<std::int64_t>> Operator::input_or_attribute(std::size_t i,
                                                                      std::string_view name) {
  const std::vector<std::int32_t> given = list(name);
  if (has(i)) return constant(i, name);
  return std::vector<std::int64_t>(given.begin(), given.end());
}

std::optional<std::int32_t> Operator::axis(std::int64_t value, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (value >= -size && value < size)
    return static_cast<std::int32_t>(value < 0 ? value + size : value);
  error(fmt::format("axis {} of a tensor with {} dimensions", value, rank), std::string(damaged));
  return std::nullopt;
}

std::optional<std::vector<std::int32_t>> Operator::axes(const std::vector<std::int64_t>& values,
                                                        std::size_t rank) {
  std::vector<std::int32_t> result;
  for (const std::int64_t value : values) {
    const auto one = axis(value, rank);
    if (!one) return std::nullopt;
    result.push_back(*one);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

// --- nodes ---------------------------------------------------------------------------------------

bool Operator::fits(const TensorType& type) {
  if (type.shape.size() <= max_rank && checked_count(type.shape, max_elements)) return true;
  error(fmt::format("a tensor {} is too large", to_string(type.shape)),
        "use smaller images or batches");
  return false;
}

bool Operator::fold() {
  const Node& node = graph.nodes.back();
  const bool known = std::all_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
    return id == no_tensor || graph[id].constant;
  });
  if (!known) return true;
  const Tensor& output = graph[node.outputs[0]];
  budget_.bytes -= element_count(output.shape) * byte_size(output.type);
  if (node.op->macs) budget_.macs -= node.op->macs({graph, node});
  if (budget_.bytes < 0 || budget_.macs < 0) {
    error("has constant operands and too large a result", "store the result in the model instead");
    return false;
  }
  const TensorId source = node.inputs.empty() ? no_tensor : node.inputs[0];
  const TensorId result = node.outputs[0];
  Quantization carried;
  if (source != no_tensor && output.type == ElementType::f32)
    carried = carried_scales({graph, node});
  graph = fold_constants(std::move(graph));
  if (graph[result].constant) graph[result].quantization = std::move(carried);
  return true;
}

TensorId Operator::apply(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
                         std::optional<ElementType> type) {
  if (std::find(operands.begin(), operands.end(), no_tensor) != operands.end()) return no_tensor;
  std::replace(operands.begin(), operands.end(), absent, no_tensor);
  const TensorId id = graph.add({.name = fmt::format("{}_{}", place_.name, def.name),
                                 .type = type.value_or(graph[operands[0]].type)});
  graph.nodes.push_back({.op = &def,
                         .attributes = std::move(attributes),
                         .inputs = std::move(operands),
                         .outputs = {id},
                         .name = place_.name,
                         .file_index = place_.operator_index,
                         .file_kind = place_.kind});
  Diagnostics found;
  const NodeView view{graph, graph.nodes.back()};
  if (def.check) def.check(view, found);
  for (const Diagnostic& each : found.all())
    diagnostics_.error(each.place, each.message).notes = each.notes;
  bool good = !found.failed();
  if (good) {
    const TensorType inferred = def.infer(view)[0];
    good = fits(inferred);
    if (good) graph[id].shape = inferred.shape;
  }
  if (good) good = fold();
  if (good) return id;
  graph.nodes.pop_back();
  return no_tensor;
}

TensorId Operator::add_constant(ElementType type, Shape shape, std::vector<std::uint8_t> data) {
  return graph.add({.name = fmt::format("{}_constant", place_.name),
                    .type = type,
                    .shape = std::move(shape),
                    .constant = true,
                    .data = std::move(data)});
}

TensorId Operator::floats(Shape shape, const std::vector<float>& values) {
  return add_constant(ElementType::f32, std::move(shape), to_bytes(values));
}

TensorId Operator::reshape(TensorId id, Shape shape) {
  if (id == no_tensor || graph[id].shape == shape) return id;
  return apply(ops::reshape, ops::ReshapeAttributes{.shape = std::move(shape)}, {id});
}

TensorId Operator::transpose(TensorId id, std::vector<std::int32_t> permutation) {
  if (std::is_sorted(permutation.begin(), permutation.end())) return id;
  return apply(ops::transpose, ops::TransposeAttributes{.permutation = std::move(permutation)},
               {id});
}

bool Operator::done() const {
  for (std::size_t i = 0; i < results.size(); ++i)
    if (wants(i) && results[i] == no_tensor) return false;
  return true;
}

void Operator::result(TensorId id, std::size_t i) {
  if (id == no_tensor || !wants(i)) return;
  // Every output is a tensor of its own, if only another name for the same elements.
  if (static_cast<std::size_t>(id) < first_tensor_ ||
      std::find(results.begin(), results.end(), id) != results.end()) {
    const Shape same = shape(id);
    id = apply(ops::reshape, ops::ReshapeAttributes{.shape = same}, {id});
    if (id == no_tensor) return;
  }
  graph[id].name = node_.output(static_cast<int>(i));
  results[i] = id;
}

}  // namespace smelt::onnx_import
