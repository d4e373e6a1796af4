// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/verify.h"
#include "compiler/import/onnx_model.h"
#include "compiler/import/onnx_operator.h"
#include "compiler/import/onnx_tensor.h"
#include "compiler/ops/reshape.h"
#include "compiler/passes/passes.h"

namespace smelt {
namespace {

using namespace onnx_import;

/// More than any microcontroller has: of all tensors that are computed.
constexpr std::int64_t max_bytes = std::int64_t{1} << 28;

class Importer {
 public:
  Importer(const Model& model, const std::string& file, Diagnostics& diagnostics)
      : model_(model),
        source_(model.proto.graph()),
        stated_(stated_types(source_)),
        diagnostics_(diagnostics) {
    graph_.file = file;
  }

  std::optional<Graph> run() {
    for (const auto& each : source_.initializer()) initializers_[each.name()] = &each;
    count_uses();
    read_inputs();
    for (const auto& node : source_.node()) add_operator(node);
    add_outputs();
    if (!diagnostics_.failed()) check_size();
    if (!diagnostics_.failed()) compare_types();
    if (!diagnostics_.failed()) verify(graph_, diagnostics_);
    if (diagnostics_.failed()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  void error(std::string message, std::string note) {
    diagnostics_.error(place_of(graph_), std::move(message)).note(std::move(note));
  }

  void count_uses() {
    for (const auto& node : source_.node())
      for (const std::string& name : node.input()) ++uses_[name];
    for (const auto& output : source_.output()) ++uses_[output.name()];
  }

  TensorId name_value(const std::string& name, TensorId id) {
    // The format numbers no tensors: the graph's own numbers tell them apart.
    if (id != no_tensor) graph_[id].origin = {.tensor = static_cast<std::int32_t>(id)};
    values_[name] = id;
    return id;
  }

  // --- inputs and outputs ------------------------------------------------------------------------

  void read_inputs() {
    for (const auto& input : source_.input()) {
      const auto& declared = input.type().tensor_type();
      const auto type = element_type(declared.elem_type());
      Shape shape;
      for (const auto& dim : declared.shape().dim())
        shape.push_back(
            static_cast<std::int32_t>(std::clamp<std::int64_t>(dim.dim_value(), -1, INT32_MAX)));
      const auto count = checked_count(shape, max_elements);
      if (!type)
        error(fmt::format("input \"{}\" has type {}, which is not supported", input.name(),
                          type_name(declared.elem_type())),
              "export the model in float32");
      else if (!count || *count == 0 || shape.size() > max_rank)
        error(fmt::format("input \"{}\" has shape {}", input.name(), to_string(shape)),
              "use smaller images or batches, and no empty ones");
      if (!type || !count || *count == 0 || shape.size() > max_rank) {
        name_value(input.name(), no_tensor);
        continue;
      }
      if (becomes_float32(declared.elem_type()))
        diagnostics_.warning(place_of(graph_),
                             fmt::format("input \"{}\" has type {}: the model computes in float32",
                                         input.name(), type_name(declared.elem_type())));
      graph_.inputs.push_back(
          name_value(input.name(),
                     graph_.add({.name = input.name(), .type = *type, .shape = std::move(shape)})));
    }
    if (graph_.inputs.empty() && !diagnostics_.failed())
      diagnostics_.warning(place_of(graph_), "has no input: it computes the same every time");
  }

  void add_outputs() {
    for (const auto& output : source_.output()) {
      const auto found = values_.find(output.name());
      if (found == values_.end() && !initializers_.contains(output.name()))
        error(fmt::format("output \"{}\" is not computed", output.name()),
              "export the model again");
      else if (const TensorId id = value(output.name()); id != no_tensor)
        add_output(output.name(), id);
    }
    if (graph_.outputs.empty() && !diagnostics_.failed())
      error("has no output", "export the model again");
  }

  void add_output(const std::string& name, TensorId id) {
    if (graph_[id].constant && graph_[id].data.empty())
      return error(fmt::format("output \"{}\" is empty", name),
                   "remove it from the model's outputs");
    const auto among = [&](const std::vector<TensorId>& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    if (among(graph_.outputs))
      return error(fmt::format("output \"{}\" is listed twice", name),
                   "remove it from the model's outputs");
    const bool given = graph_[id].constant || among(graph_.inputs);
    graph_.outputs.push_back(given ? copy(id) : id);
  }

  /// An input or constant that is an output.
  TensorId copy(TensorId id) {
    Tensor tensor = graph_[id];
    tensor.origin = {};
    tensor.constant = false;
    tensor.data.clear();
    const TensorId result = graph_.add(tensor);
    graph_.nodes.push_back({.op = &ops::reshape,
                            .attributes = ops::ReshapeAttributes{.shape = tensor.shape},
                            .inputs = {id},
                            .outputs = {result},
                            .name = tensor.name});
    return result;
  }

  /// Two readings of one model are the same, or there is a mistake in one of them.
  void compare_types() {
    for (const auto& [name, type] : inferred_types(model_, graph_.file, diagnostics_)) {
      const auto found = values_.find(name);
      if (found == values_.end()) continue;
      const Tensor& tensor = graph_[found->second];
      if (type != TensorType{tensor.type, tensor.shape})
        error(fmt::format("\"{}\" becomes {} {}, where ONNX's shape inference says {} {}", name,
                          to_string(tensor.type), to_string(tensor.shape), to_string(type.type),
                          to_string(type.shape)),
              "export the model again, with fixed shapes");
    }
  }

  void check_size() {
    std::int64_t bytes = 0;
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.outputs)
        bytes += element_count(graph_[id].shape) * byte_size(graph_[id].type);
    if (bytes > max_bytes)
      error(fmt::format("computes tensors of {} bytes, at most {} are supported", bytes, max_bytes),
            "use smaller images or batches");
  }

  // --- values ------------------------------------------------------------------------------------

  /// The tensor of a value; no_tensor if it cannot be had, which has been reported.
  TensorId value(const std::string& name) {
    if (const auto found = values_.find(name); found != values_.end()) return found->second;
    const auto found = initializers_.find(name);
    if (found == initializers_.end()) {
      error(fmt::format("value \"{}\" is read before it is computed", name),
            "the file is damaged; export the model again");
      return name_value(name, no_tensor);
    }
    ReadTensor read = read_tensor(*found->second);
    if (!read.problem.empty()) {
      error(fmt::format("tensor \"{}\" {}", name, read.problem),
            "export the model in float32, with its weights inside");
      return name_value(name, no_tensor);
    }
    return name_value(name, graph_.add(std::move(read.tensor)));
  }

  // --- operators ---------------------------------------------------------------------------------

  Place place_of_node(const onnx::NodeProto& node) const {
    Place place{.file = graph_.file, .kind = node.op_type(), .name = node.name()};
    for (const std::string& output : node.output()) {
      if (place.name.empty()) place.name = output;
      const auto index = model_.file_index.find(output);
      if (index != model_.file_index.end() && place.operator_index < 0)
        place.operator_index = index->second;
    }
    return place;
  }

  void add_operator(const onnx::NodeProto& node) {
    std::vector<TensorId> inputs;
    bool good = true;
    for (const std::string& name : node.input()) {
      inputs.push_back(name.empty() ? no_tensor : value(name));
      good = good && (name.empty() || inputs.back() != no_tensor);
    }
    const Row* row = find(node.op_type());
    Operator op(graph_, node, place_of_node(node), std::move(inputs), budget_, diagnostics_);
    op.version = model_.version;
    for (const std::string& output : node.output()) op.result_uses.push_back(uses_[output]);
    // Without a row it has been reported already.
    if (good && row) {
      row->import(op);
      if (op.done()) op.check_attributes();
    }
    for (std::size_t i = 0; i < op.output_count(); ++i)
      if (op.wants(i)) add_result(node.output(static_cast<int>(i)), op.results[i]);
  }

  /// What could not be computed may have a shape that the file states, so that the operators behind
  /// it are looked at.
  void add_result(const std::string& name, TensorId id) {
    if (values_.contains(name))
      return error(fmt::format("value \"{}\" is computed twice", name),
                   "the file is damaged; export the model again");
    if (id == no_tensor && !diagnostics_.failed())
      error(fmt::format("value \"{}\" could not be computed", name), "please report this model");
    const auto stated = stated_.find(name);
    if (id == no_tensor && stated != stated_.end())
      id = graph_.add({.name = name, .type = stated->second.type, .shape = stated->second.shape});
    name_value(name, id);
  }

  const Model& model_;
  const onnx::GraphProto& source_;
  const ValueTypes stated_;
  Diagnostics& diagnostics_;
  Graph graph_;
  ConstantBudget budget_;
  std::map<std::string, const onnx::TensorProto*> initializers_;
  std::map<std::string, TensorId> values_;
  std::map<std::string, int> uses_;
};

/// The graph that the file means has tensors of its own.
Graph with_integers(Graph graph) {
  graph = integer_operators(std::move(graph));
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    graph.tensors[i].origin = {.tensor = static_cast<std::int32_t>(i)};
  return graph;
}

}  // namespace

std::optional<Graph> import_onnx(std::span<const std::uint8_t> bytes, const std::string& file,
                                 const OnnxOptions& options, Diagnostics& diagnostics) {
  const auto supports = [](const std::string& name) { return find(name) != nullptr; };
  const auto model = read_model(bytes, file, options, supports, diagnostics);
  if (!model) return std::nullopt;
  auto graph = Importer(*model, file, diagnostics).run();
  if (!graph) return std::nullopt;
  if (options.integers) graph = with_integers(std::move(*graph));
  return graph;
}

}  // namespace smelt
