// SPDX-License-Identifier: Apache-2.0
//
// What quantization may cost: random graphs against the float graphs that they come from.
#include "tests/graphs/quantized.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "compiler/evaluate/metrics.h"
#include "compiler/export/tflite.h"
#include "compiler/import/tflite.h"
#include "compiler/passes/edit.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/values.h"
#include "tests/graphs/generator.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// Signal to noise of the float outputs over the samples, in decibels.
double output_noise(const Graph& reference, const Graph& graph,
                    const std::vector<Sample>& samples) {
  Evaluation exact(reference), found(graph);
  SignalToNoise noise;
  for (const Sample& sample : samples) {
    const std::vector<Bytes> a = exact.run(sample), b = found.run(sample);
    for (std::size_t i = 0; i < a.size(); ++i)
      if (reference[reference.outputs[i]].type == ElementType::f32)
        noise.add(floats(a[i]), floats(b[i]));
  }
  return noise.decibels();
}

Quantized with_float_ends(const Graph& graph, const std::vector<Sample>& samples,
                          const Precision& precision) {
  Diagnostics diagnostics;
  auto result = quantize(
      graph, samples,
      {.precision = precision, .input_type = ElementType::f32, .output_type = ElementType::f32},
      diagnostics);
  REQUIRE(result);
  return std::move(*result);
}

const std::set<std::string_view> linear_chain = {"add",
                                                 "average_pool2d",
                                                 "concat",
                                                 "conv2d",
                                                 "depthwise_conv2d",
                                                 "fully_connected",
                                                 "max_pool2d",
                                                 "pad",
                                                 "relu",
                                                 "reshape",
                                                 "slice",
                                                 "sub",
                                                 "transpose",
                                                 "transpose_conv",
                                                 "relu6",
                                                 "resize_nearest",
                                                 "mean"};

/// What is clamped above may have lost most of the range that its errors come from.
bool is_linear_chain(Graph& graph) {
  return graph.nodes.size() > 1 && !graph.inputs.empty() &&
         std::all_of(graph.nodes.begin(), graph.nodes.end(), [](Node& node) {
           const Activation* activation = fused_activation(node);
           return linear_chain.contains(node.op->name) &&
                  (!activation || *activation <= Activation::relu);
         });
}

/// As smelt quantize has it: constants are folded.
Graph simplified(const Graph& graph) {
  Diagnostics diagnostics;
  auto result = run_passes(graph, {}, diagnostics);
  REQUIRE(result);
  return std::move(*result);
}

struct Average {
  double sum = 0, least = std::numeric_limits<double>::infinity();
  int count = 0;

  /// Without noise, there is nothing to average.
  void add(double decibels) {
    if (std::isinf(decibels)) return;
    sum += decibels;
    least = std::min(least, decibels);
    ++count;
  }
  double mean() const { return sum / count; }
};

std::string exported_outputs_differ(const Graph& graph, const Graph& back, std::uint32_t seed) {
  Random random(seed);
  Evaluation before(graph), after(back);
  for (const Sample& sample : random_samples(graph, 2, random))
    if (before.run(sample) != after.run(sample)) return "outputs differ";
  return "";
}

}  // namespace

TEST_CASE("quantizing an operator costs no more than its numbers are coarse", "[quantize]") {
  struct Bound {
    Precision precision;
    double decibels;
    std::set<std::string_view> refused;
  };
  const Bound bounds[] = {
      {int8, 20, {}},
      {int16x8, 30, {"arg_max", "arg_min", "hard_swish", "reduce_max", "reduce_min"}},
      {int4, 6, {}}};
  Average average[3];
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    Graph graph = random_float_graph(seed);
    if (graph.nodes.size() != 1 || graph.inputs.empty()) continue;
    // A clamp that hardly anything passes leaves the errors of that little.
    if (Activation* clamp = fused_activation(graph.nodes[0])) *clamp = Activation::none;
    // What recurrent layers can do depends on their attributes: they have tests of their own.
    const QuantizationRule* rule = graph.nodes[0].op->quantization;
    if (rule && rule->quantize) continue;
    Random random(seed);
    const std::vector<Sample> samples = random_samples(graph, 8, random);
    for (std::size_t i = 0; i < std::size(bounds); ++i) {
      const auto& [precision, decibels, refused] = bounds[i];
      CAPTURE(seed, graph.nodes[0].op->name, i);
      const Quantized result = with_float_ends(graph, samples, precision);
      for (const QuantizedLayer& layer : result.layers) {
        CAPTURE(layer.reason);
        CHECK(
            layer.precision.activations ==
            (refused.contains(graph.nodes[0].op->name) ? ElementType::f32 : precision.activations));
        CHECK(layer.reason.empty() == (layer.precision == precision));
      }
      const double noise = output_noise(graph, result.graph, samples);
      CHECK(noise > decibels);
      average[i].add(noise);
    }
  }
  CHECK(average[0].count > 100);
  // Twice the bits of activations, and those of weights that stay: half of 48 dB at least.
  CHECK(average[1].mean() > average[0].mean() + 24);
  CHECK(average[0].mean() > average[2].mean());
}

TEST_CASE("networks of linear layers keep their results in 16 bits", "[quantize]") {
  Average narrow, wide;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    Graph graph = simplified(random_float_graph(seed));
    if (!is_linear_chain(graph)) continue;
    Random random(seed);
    const std::vector<Sample> samples = random_samples(graph, 8, random);
    CAPTURE(seed);
    const double noise =
        output_noise(graph, with_float_ends(graph, samples, int16x8).graph, samples);
    CHECK(noise > 30);
    wide.add(noise);
    const double noise_of_8 =
        output_noise(graph, with_float_ends(graph, samples, int8).graph, samples);
    CHECK(noise_of_8 > 15);
    narrow.add(noise_of_8);
  }
  fmt::print("{} networks, int8 {:.1f} dB, at least {:.1f}; int16x8 {:.1f} dB, at least {:.1f}\n",
             wide.count, narrow.mean(), narrow.least, wide.mean(), wide.least);
  CHECK(wide.count > 100);
  CHECK(wide.mean() > narrow.mean() + 10);
}

TEST_CASE("a quantized graph's file gives the same bytes, or its operators are named",
          "[quantize]") {
  int exported = 0, refused = 0;
  for (std::uint32_t seed = 5000; seed < 5400; ++seed) {
    const Graph graph = random_quantized_graph(seed);
    if (graph.inputs.empty()) continue;
    CAPTURE(seed);
    Diagnostics diagnostics;
    const auto bytes = export_tflite(graph, diagnostics);
    CHECK(bytes.has_value() == !diagnostics.failed());
    if (!bytes) {
      ++refused;
      for (const Diagnostic& each : diagnostics.all()) CHECK(!each.place.kind.empty());
      continue;
    }
    Diagnostics reading;
    const auto back = import_tflite(*bytes, "", {}, reading);
    const std::string reason = text_of(reading);
    if (reason.find("does not depend on an input") != std::string::npos) continue;
    INFO(reason);
    REQUIRE(back);
    CHECK(exported_outputs_differ(graph, *back, seed) == "");
    ++exported;
  }
  fmt::print("{} exported, {} refused\n", exported, refused);
  CHECK(exported > 100);
}
