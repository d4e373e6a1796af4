// SPDX-License-Identifier: Apache-2.0
#include "tools/quantize_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "compiler/passes/passes.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/choose.h"
#include "compiler/quantize/equalize.h"
#include "compiler/quantize/samples.h"
#include "tools/labels.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

std::optional<Precision> parse_precision(const std::string& text) {
  if (text == "int8" || text == "auto") return int8;
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

/// Returns false if it reported that no layer can be quantized.
bool check_floats(const Graph& graph, Diagnostics& diagnostics) {
  const bool any = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return node.op->quantization && !node.inputs.empty() && is_activation(graph, node, 0);
  });
  if (!any)
    diagnostics.error({.file = graph.file}, "has no layer that computes on floats")
        .note("a model that is quantized already is compiled as it is");
  return any;
}

/// A share: "1%" or "0.01".
std::optional<double> parse_share(const std::string& text, Diagnostics& diagnostics) {
  if (text.empty()) return 0.01;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest == "%") value /= 100;
  if (error == std::errc{} && (rest.empty() || rest == "%") && value >= 0 && value <= 1)
    return value;
  diagnostics.error({.file = "--max-drop"}, fmt::format("\"{}\" is no share of 1", text))
      .note("give one like 1% or 0.01");
  return std::nullopt;
}

std::string name_of(const Precision& precision) {
  if (precision == int4) return "int4";
  if (precision == int16x8) return "int16x8";
  return precision == float32 ? "float32" : "int8";
}

/// On stderr: what is printed as JSON stays JSON.
void print_choice(const Choice& choice, Loss::Kind kind, double most) {
  fmt::print(stderr, "auto: what each layer adds to the squared error of the output by itself\n");
  fmt::print(stderr, "  {:>9}  {:>12}  {:>13}  {:8} {}\n", "weights", "int4 weights", "int8 result",
             "chosen", "layer");
  for (const LayerChoice& layer : choice.table)
    fmt::print(stderr, "  {:>9}  {:>12}  {:>13.2e}  {:8} {}\n", layer.weights,
               layer.weights ? fmt::format("{:.2e}", layer.int4_noise) : "-",
               layer.activation_noise, name_of(layer.precision), layer.name);
  fmt::print(stderr, "auto: mixes that were measured; {}, at most {:.2f} %\n", to_string(kind),
             100 * most);
  fmt::print(stderr, "  {:>5} {:>5} {:>8} {:>8}  {:>13}  {:>7}\n", "int4", "int8", "int16x8",
             "float32", "constants", "loss");
  for (const Trial& trial : choice.trials)
    fmt::print(stderr, "  {:>5} {:>5} {:>8} {:>8}  {:>11} B  {:>5.2f} %\n", trial.int4, trial.int8,
               trial.int16x8, trial.float32, trial.constant_bytes, 100 * trial.loss);
}

/// Of layers that are not what was asked for.
void warn_of_layers(const Quantized& quantized, const std::string& file, Diagnostics& diagnostics) {
  for (const QuantizedLayer& layer : quantized.layers)
    if (!layer.reason.empty())
      diagnostics
          .warning({.file = file},
                   fmt::format("layer \"{}\" computes in {}", layer.name, name_of(layer.precision)))
          .note(layer.reason);
}

/// Names in `choices` what auto makes of the layers. Returns false if something was reported.
bool choose(const Graph& graph, const std::vector<Sample>& samples,
            const QuantizationOptions& options, QuantizeOptions& choices,
            Diagnostics& diagnostics) {
  const auto most = parse_share(options.max_drop, diagnostics);
  std::vector<std::int64_t> labels;
  if (!options.calibrate_labels.empty()) {
    auto read = read_labels(options.calibrate_labels, samples.size(), diagnostics);
    if (read) labels = std::move(*read);
  }
  if (diagnostics.failed()) return false;
  const Loss loss(graph, samples, std::move(labels));
  const Choice choice = choose_precisions(graph, samples, choices, loss, *most, diagnostics);
  if (diagnostics.failed()) return false;
  choices.layers.insert(choice.layers.begin(), choice.layers.end());
  print_choice(choice, loss.kind(), *most);
  return true;
}

}  // namespace

std::optional<Quantized> quantize_model(const Graph& graph, const QuantizationOptions& options,
                                        Diagnostics& diagnostics) {
  const auto precision = parse_precision(options.precision);
  if (!precision)
    diagnostics.error({.file = "--quantize"}, fmt::format("there is no \"{}\"", options.precision))
        .note("int8, int16x8, int4 and auto are known");
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
  // Layers as the device has them: with their activations, pads and batch normalization within.
  const auto simplified = run_passes(graph, {}, diagnostics);
  if (!simplified || !check_floats(*simplified, diagnostics)) return std::nullopt;
  const auto cases = read_inputs(options.calibrate, graph, diagnostics);
  if (!cases) return std::nullopt;
  std::vector<Sample> samples;
  for (const GoldenCase& each : *cases) samples.push_back(each.inputs);
  check_samples(graph, samples, options.calibrate, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  const Graph prepared =
      options.no_equalization ? *simplified : remove_dead_nodes(equalize(*simplified, samples));
  if (options.precision == "auto" && !choose(prepared, samples, options, choices, diagnostics))
    return std::nullopt;
  auto quantized = quantize(prepared, samples, choices, diagnostics);
  if (quantized) warn_of_layers(*quantized, graph.file, diagnostics);
  return quantized;
}

}  // namespace smelt::tools
