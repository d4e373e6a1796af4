// SPDX-License-Identifier: Apache-2.0
#include "tools/quantize_model.h"

#include <fmt/format.h>

#include "compiler/passes/passes.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/equalize.h"
#include "compiler/quantize/samples.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

std::optional<Precision> parse_precision(const std::string& text) {
  if (text == "int8") return int8;
  if (text == "int16x8") return int16x8;
  if (text == "int4") return int4;
  return std::nullopt;
}

std::optional<ElementType> parse_type(const std::string& text, const char* option,
                                      Diagnostics& diagnostics) {
  if (text.empty()) return std::nullopt;
  if (text == "float32") return ElementType::f32;
  if (text == "int8") return ElementType::s8;
  if (text == "int16") return ElementType::s16;
  diagnostics.error({.file = option}, fmt::format("there is no type \"{}\"", text))
      .note("types are float32, int8 and int16");
  return std::nullopt;
}

std::optional<Observer> parse_observer(const std::string& text, Diagnostics& diagnostics) {
  if (text.empty()) return std::nullopt;
  for (const Observer observer : all_observers)
    if (text == to_string(observer)) return observer;
  diagnostics.error({.file = "--observer"}, fmt::format("there is no observer \"{}\"", text))
      .note("observers are min-max, percentile, mse and entropy");
  return std::nullopt;
}

}  // namespace

std::optional<Quantized> quantize_model(const Graph& graph, const QuantizationOptions& options,
                                        Diagnostics& diagnostics) {
  const auto precision = parse_precision(options.precision);
  if (!precision)
    diagnostics.error({.file = "--quantize"}, fmt::format("there is no \"{}\"", options.precision))
        .note("int8, int16x8 and int4 are known");
  QuantizeOptions choices{
      .precision = precision.value_or(int8),
      .input_type = parse_type(options.input_type, "--input-type", diagnostics),
      .output_type = parse_type(options.output_type, "--output-type", diagnostics),
      .observer = parse_observer(options.observer, diagnostics),
      .optimized_rounding = !options.nearest,
      .bias_correction = !options.no_bias_correction};
  for (const std::string& name : options.keep_float) choices.layers[name] = float32;
  if (options.calibrate.empty())
    diagnostics.error({.file = "--quantize"}, "needs data to choose scales by")
        .note("give --calibrate with about 200 typical inputs");
  if (diagnostics.failed()) return std::nullopt;
  const auto cases = read_inputs(options.calibrate, graph, diagnostics);
  if (!cases) return std::nullopt;
  std::vector<Sample> samples;
  for (const GoldenCase& each : *cases) samples.push_back(each.inputs);
  check_samples(graph, samples, options.calibrate, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  // Layers as the device has them: with their activations, pads and batch normalization within.
  const auto simplified = run_passes(graph, {}, diagnostics);
  if (!simplified) return std::nullopt;
  const Graph prepared =
      options.no_equalization ? *simplified : remove_dead_nodes(equalize(*simplified, samples));
  return quantize(prepared, samples, choices, diagnostics);
}

}  // namespace smelt::tools
