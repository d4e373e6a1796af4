// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/quantized.h"

#include <stdexcept>

#include "compiler/passes/passes.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/equalize.h"
#include "tests/graphs/generator.h"

namespace smelt::test {
namespace {

const std::vector<Precision> precisions = {int8, int16x8, int4};

std::optional<ElementType> any_type(Random& random) {
  using enum ElementType;
  if (random.coin()) return std::nullopt;
  return random.of<ElementType>({f32, s8, s16});
}

/// As `smelt quantize` prepares it, or as it is.
Graph prepared(Graph graph, const std::vector<Sample>& samples, Random& random,
               Diagnostics& diagnostics) {
  if (random.coin()) return graph;
  auto simplified = run_passes(std::move(graph), {}, diagnostics);
  if (!simplified) throw std::invalid_argument(to_string(diagnostics.all().front()));
  return random.coin() ? *simplified : remove_dead_nodes(equalize(*simplified, samples));
}

}  // namespace

std::vector<Sample> random_samples(const Graph& graph, std::size_t count, Random& random) {
  std::vector<Sample> samples(count);
  for (Sample& sample : samples)
    for (const TensorId id : graph.inputs)
      sample.push_back(random.elements(graph[id].type, element_count(graph[id].shape)));
  return samples;
}

QuantizeOptions random_options(const Graph& graph, Random& random) {
  QuantizeOptions options{.precision = random.of(precisions),
                          .input_type = any_type(random),
                          .output_type = any_type(random),
                          .optimized_rounding = random.coin(),
                          .bias_correction = random.coin()};
  if (random.coin()) options.observer = all_observers[random.integer(0, 3)];
  if (random.coin()) return options;
  for (const Node& node : graph.nodes)
    if (random.integer(0, 3) == 0)
      options.layers[node.name] = random.coin() ? float32 : random.of(precisions);
  return options;
}

Graph random_quantized_graph(std::uint32_t seed) {
  Random random(seed);
  Diagnostics diagnostics;
  const Graph original = random_float_graph(seed);
  const std::vector<Sample> samples = random_samples(original, 6, random);
  const Graph graph = prepared(original, samples, random, diagnostics);
  auto result = quantize(graph, samples, random_options(graph, random), diagnostics);
  if (!result) throw std::invalid_argument(to_string(diagnostics.all().front()));
  return std::move(result->graph);
}

}  // namespace smelt::test
