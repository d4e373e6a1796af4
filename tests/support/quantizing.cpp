// SPDX-License-Identifier: Apache-2.0
#include "tests/support/quantizing.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/graph/text.h"
#include "compiler/ops/ops.h"
#include "tests/support/builder.h"

namespace smelt::test {

std::string text_of(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

Graph graph_of(std::string_view text) {
  Diagnostics diagnostics;
  auto graph = parse(text, "text", ops::find, diagnostics);
  if (!graph) throw std::invalid_argument(text_of(diagnostics));
  if (const std::string wrong = problems(*graph); !wrong.empty())
    throw std::invalid_argument(wrong);
  return std::move(*graph);
}

std::vector<Sample> uniform_samples(const Graph& graph, std::size_t count, float least, float most,
                                    std::uint32_t seed) {
  Random random(seed);
  std::vector<Sample> samples(count);
  for (Sample& sample : samples)
    for (const TensorId id : graph.inputs) {
      std::vector<float> values;
      for (std::int64_t i = 0; i < element_count(graph[id].shape); ++i)
        values.push_back(random.real(least, most));
      sample.push_back(to_bytes(values));
    }
  return samples;
}

std::string outline(const Graph& graph) {
  const auto types = [&](const std::vector<TensorId>& ids) {
    std::string text;
    for (const TensorId id : ids)
      text += fmt::format("{}{}", text.empty() ? "" : ", ",
                          id == no_tensor ? "_" : std::string(to_string(graph[id].type)));
    return text;
  };
  std::string text;
  for (const Node& node : graph.nodes)
    text += fmt::format("\"{}\": {} = {}({})\n", node.name, types(node.outputs), node.op->name,
                        types(node.inputs));
  return text;
}

const Tensor& tensor_of(const Graph& graph, std::string_view name) {
  const auto found = std::find_if(graph.tensors.begin(), graph.tensors.end(),
                                  [&](const Tensor& tensor) { return tensor.name == name; });
  if (found == graph.tensors.end()) throw std::invalid_argument(fmt::format("no {}", name));
  return *found;
}

Quantized quantized(const Graph& graph, const QuantizeOptions& options) {
  Diagnostics diagnostics;
  auto result = quantize(graph, uniform_samples(graph, 64, -1, 1), options, diagnostics);
  if (!result) throw std::invalid_argument(text_of(diagnostics));
  if (const std::string wrong = problems(result->graph); !wrong.empty())
    throw std::logic_error(wrong);
  return std::move(*result);
}

}  // namespace smelt::test
