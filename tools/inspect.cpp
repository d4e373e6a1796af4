// SPDX-License-Identifier: Apache-2.0
//
// smelt inspect: what is in a model and what it will cost.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "codegen/cpp_writer.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/model.h"

namespace smelt::tools {
namespace {

std::string type_text(const Tensor& tensor) {
  std::string text = fmt::format("{}[{}]", to_string(tensor.type), fmt::join(tensor.shape, ","));
  if (tensor.quantization.per_channel())
    text += fmt::format(" {} scales", tensor.quantization.scales.size());
  else if (tensor.quantization.present())
    text += fmt::format(" {} * (q - {})", tensor.quantization.scale(),
                        tensor.quantization.zero_point());
  return text;
}

std::int64_t parameters(const Graph& graph) {
  std::int64_t count = 0;
  for (const Tensor& tensor : graph.tensors)
    if (tensor.constant) count += element_count(tensor.shape);
  return count;
}

nlohmann::json tensor_json(const Tensor& tensor) {
  nlohmann::json json = {{"name", tensor.name},
                         {"type", to_string(tensor.type)},
                         {"shape", tensor.shape},
                         {"constant", tensor.constant},
                         {"variable", tensor.variable}};
  if (tensor.quantization.present()) {
    json["scales"] = tensor.quantization.scales;
    json["zero_points"] = tensor.quantization.zero_points;
  }
  return json;
}

nlohmann::json report(const Compiled& compiled) {
  const Graph& graph = compiled.model.graph;
  nlohmann::json json = {{"model", graph.file},
                         {"sha256", compiled.model.sha256},
                         {"supported", true},
                         {"macs", total_macs(graph)},
                         {"macs_after_passes", total_macs(compiled.graph)},
                         {"parameters", parameters(graph)},
                         {"arena_bytes", compiled.program.arena_bytes},
                         {"state_bytes", compiled.program.state_bytes}};
  for (const Tensor& tensor : graph.tensors) json["tensors"].push_back(tensor_json(tensor));
  for (const Node& node : graph.nodes)
    json["operators"].push_back(
        {{"index", node.file_index},
         {"kind", node.file_kind},
         {"name", node.name},
         {"op", node.op->name},
         {"inputs",
          std::vector<int>(reinterpret_cast<const int*>(node.inputs.data()),
                           reinterpret_cast<const int*>(node.inputs.data()) + node.inputs.size())},
         {"macs", node.op->macs ? node.op->macs({graph, node}) : 0}});
  return json;
}

void print_operators(const Graph& graph) {
  fmt::print("\n{:>4}  {:<24} {:>12}  {}\n", "", "operator", "MACs", "output");
  for (const Node& node : graph.nodes) {
    const NodeView view{graph, node};
    const std::int64_t macs = node.op->macs ? node.op->macs(view) : 0;
    fmt::print("{:>4}  {:<24} {:>12}  {} \"{}\"\n", node.file_index, node.file_kind,
               macs ? with_commas(macs) : "", type_text(view.output()), view.output().name);
  }
}

void print_memory(const Program& program) {
  fmt::print("\nRAM: {} B arena, fullest at step {}", with_commas(program.arena_bytes),
             program.peak_step);
  if (program.state_bytes > 0) fmt::print("; {} B state", with_commas(program.state_bytes));
  fmt::print("\n");
  for (const Buffer& buffer : program.buffers)
    if (!buffer.alias_of && buffer.kind != BufferKind::state && buffer.bytes > 0 &&
        buffer.first_step <= program.peak_step && program.peak_step <= buffer.last_step)
      fmt::print("{:>12} B  {} of \"{}\"\n", with_commas(buffer.bytes), buffer.suffix,
                 buffer.layer);
}

}  // namespace

int inspect(const InspectOptions& options) {
  Diagnostics diagnostics;
  const auto compiled = compile_model(options.model, diagnostics);
  print(diagnostics);
  if (!compiled) {
    if (options.json) {
      nlohmann::json json = {{"model", options.model.model}, {"supported", false}};
      for (const Diagnostic& each : diagnostics.all()) json["problems"].push_back(to_string(each));
      fmt::print("{}\n", json.dump(2));
    }
    return exit_bad_input;
  }
  if (options.json) {
    fmt::print("{}\n", report(*compiled).dump(2));
    return exit_good;
  }
  const Graph& graph = compiled->model.graph;
  fmt::print("{}  sha256 {}\n", graph.file, compiled->model.sha256);
  for (const TensorId id : graph.inputs)
    fmt::print("input   {} \"{}\"\n", type_text(graph[id]), graph[id].name);
  for (const TensorId id : graph.outputs)
    fmt::print("output  {} \"{}\"\n", type_text(graph[id]), graph[id].name);
  fmt::print("{} operators, all supported; {} parameters; {} multiply-accumulates",
             graph.nodes.size(), with_commas(parameters(graph)), with_commas(total_macs(graph)));
  if (total_macs(compiled->graph) != total_macs(graph))
    fmt::print(", {} after the passes", with_commas(total_macs(compiled->graph)));
  fmt::print("\n");
  print_operators(graph);
  print_memory(compiled->program);
  return exit_good;
}

}  // namespace smelt::tools
