// SPDX-License-Identifier: Apache-2.0
#include "tools/page/pass_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "codegen/cpp_writer.h"
#include "codegen/xml.h"
#include "compiler/graph/text.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_attributes = 120;

std::size_t fingerprint(const Tensor& tensor) {
  const auto of = [](const auto& values) {
    using Value = typename std::decay_t<decltype(values)>::value_type;
    return std::hash<std::string_view>()(
        {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)});
  };
  return of(tensor.data) ^ (of(tensor.quantization.scales) * 3) ^
         (of(tensor.quantization.zero_points) * 5);
}

/// By tensor: who writes it, as in SketchNode::reads.
std::map<TensorId, std::int32_t> writers_of(const Graph& graph) {
  std::map<TensorId, std::int32_t> writers;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i)
    writers[graph.inputs[i]] = -1 - static_cast<std::int32_t>(i);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    for (const TensorId id : graph.nodes[i].outputs) writers[id] = static_cast<std::int32_t>(i);
  return writers;
}

SketchNode sketch_of(const Graph& graph, const Node& node,
                     const std::map<TensorId, std::int32_t>& writers) {
  SketchNode sketch{.name = node.name,
                    .op = node.op->name,
                    .file_kind = node.file_kind,
                    .attributes = attributes_text(node),
                    .macs = node.op->macs ? node.op->macs({graph, node}) : 0};
  for (const TensorId id : node.outputs) sketch.outputs.push_back(type_text(graph[id]));
  for (const TensorId id : node.inputs) {
    if (id == no_tensor) continue;
    if (graph[id].constant) {
      sketch.constants.push_back(type_text(graph[id]));
      sketch.fingerprints.push_back(fingerprint(graph[id]));
    } else if (const auto writer = writers.find(id);
               writer != writers.end() && std::find(sketch.reads.begin(), sketch.reads.end(),
                                                    writer->second) == sketch.reads.end()) {
      sketch.reads.push_back(writer->second);
    }
  }
  return sketch;
}

/// Who a node reads, by name: numbers of nodes change.
std::vector<std::string> sources(const Sketch& sketch, const SketchNode& node) {
  std::vector<std::string> names;
  for (const std::int32_t read : node.reads)
    names.push_back(read < 0 ? sketch.inputs[static_cast<std::size_t>(-1 - read)].name
                             : sketch.nodes[static_cast<std::size_t>(read)].name);
  return names;
}

std::string joined(const std::vector<std::string>& texts) {
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

std::string attributes_of(const SketchNode& node) {
  return node.attributes.empty() ? "as usual"
                                 : abridged(node.attributes.substr(1), longest_attributes);
}

/// What is not the same any more; empty: all is.
std::string differences(const Sketch& before, const SketchNode& was, const Sketch& after,
                        const SketchNode& is) {
  std::vector<std::string> texts;
  const auto note = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b) texts.push_back(fmt::format("{}{}, now {}", what, a, b));
  };
  note("operator ", std::string(was.op), std::string(is.op));
  note("", joined(was.outputs), joined(is.outputs));
  note("constants ", joined(was.constants), joined(is.constants));
  if (was.constants == is.constants && was.fingerprints != is.fingerprints)
    texts.emplace_back("other numbers in its constants");
  if (was.op == is.op) note("", attributes_of(was), attributes_of(is));
  if (sources(before, was) != sources(after, is)) texts.emplace_back("reads another layer");
  note("MACs ", with_commas(was.macs), with_commas(is.macs));
  return fmt::format("{}", fmt::join(texts, "; "));
}

using Key = std::pair<std::string_view, std::string_view>;

/// The places of nodes of the same name and operator, or of the same name, that have `change`.
std::map<Key, std::vector<std::size_t>> places_of(const std::vector<NodeChange>& nodes,
                                                  Change change, bool by_operator) {
  std::map<Key, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (nodes[i].change == change)
      places[{nodes[i].name, by_operator ? nodes[i].op : std::string_view()}].push_back(i);
  return places;
}

std::vector<NodeChange> all(const Sketch& sketch, Change change) {
  std::vector<NodeChange> result;
  for (const SketchNode& node : sketch.nodes) result.push_back({change, node.name, node.op, ""});
  return result;
}

}  // namespace

std::string type_text(const Tensor& tensor) {
  return fmt::format("{} {}", to_string(tensor.type), to_string(tensor.shape));
}

Sketch sketch_of(const Graph& graph) {
  Sketch sketch{.macs = total_macs(graph)};
  const auto writers = writers_of(graph);
  for (const Node& node : graph.nodes) sketch.nodes.push_back(sketch_of(graph, node, writers));
  for (const TensorId id : graph.inputs)
    sketch.inputs.push_back({graph[id].name, type_text(graph[id]), -1});
  for (const TensorId id : graph.outputs) {
    const auto writer = writers.find(id);
    sketch.outputs.push_back(
        {graph[id].name, type_text(graph[id]), writer == writers.end() ? -1 : writer->second});
  }
  return sketch;
}

Comparison compare(const Sketch& before, const Sketch& after) {
  Comparison result{all(before, Change::removed), all(after, Change::added)};
  for (const bool by_operator : {true, false}) {
    const auto news = places_of(result.after, Change::added, by_operator);
    for (const auto& [key, olds] : places_of(result.before, Change::removed, by_operator)) {
      const auto found = news.find(key);
      if (found == news.end()) continue;
      for (std::size_t k = 0; k < std::min(olds.size(), found->second.size()); ++k) {
        const std::size_t i = olds[k], j = found->second[k];
        const std::string what = differences(before, before.nodes[i], after, after.nodes[j]);
        const Change change = what.empty() ? Change::none : Change::changed;
        for (NodeChange* each : {&result.before[i], &result.after[j]}) {
          each->change = change;
          each->what = what;
        }
      }
    }
  }
  return result;
}

void PassHistory::add(std::string_view pass, Sketch after) {
  const Comparison comparison = compare(after_, after);
  PassRecord record{.name = std::string(pass), .nodes = after.nodes.size(), .macs = after.macs};
  for (const NodeChange& each : comparison.before)
    if (each.change == Change::removed) record.changes.push_back(each);
  for (const NodeChange& each : comparison.after)
    if (each.change != Change::none) record.changes.push_back(each);
  passes_.push_back(std::move(record));
  after_ = std::move(after);
}

}  // namespace smelt::tools
