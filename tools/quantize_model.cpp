// SPDX-License-Identifier: Apache-2.0
#include "tools/quantize_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/compress/reference.h"
#include "compiler/passes/passes.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/choose.h"
#include "compiler/quantize/equalize.h"
#include "compiler/quantize/samples.h"
#include "tools/labels.h"
#include "tools/progress.h"
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

double parse_max_drop(const std::string& text, Diagnostics& diagnostics) {
  constexpr double usual = 0.01;
  if (text.empty()) return usual;
  const auto share = parse_share(text);
  if (!share)
    diagnostics.error({.file = "--max-drop"}, fmt::format("\"{}\" is no share of 1", text))
        .note("give one like 1% or 0.01");
  return share.value_or(usual);
}

/// On stderr: what is printed as JSON stays JSON.
void print_choice(const Choice& choice, Loss::Kind kind, double most) {
  fmt::print(stderr, "auto: what each layer adds to the squared error of the output by itself\n");
  fmt::print(stderr, "  {:>9}  {:>12}  {:>13}  {:8} {}\n", "weights", "int4 weights", "int8 result",
             "chosen", "layer");
  for (const LayerChoice& layer : choice.table)
    fmt::print(stderr, "  {:>9}  {:>12}  {:>13.2e}  {:8} {}\n", layer.weights,
               layer.weights ? fmt::format("{:.2e}", layer.int4_noise) : "-",
               layer.activation_noise, to_string(layer.precision), layer.name);
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
          .warning({.file = file}, fmt::format("layer \"{}\" computes in {}", layer.name,
                                               to_string(layer.precision)))
          .note(layer.reason);
}

/// Names in `choices` what auto makes of the layers. Returns false if something was reported.
bool choose(const Graph& graph, const std::vector<Sample>& samples, const Loss& loss, double most,
            QuantizeOptions& choices, Diagnostics& diagnostics) {
  const Choice choice = choose_precisions(graph, samples, choices, loss, most, diagnostics);
  if (diagnostics.failed()) return false;
  choices.layers.insert(choice.layers.begin(), choice.layers.end());
  print_choice(choice, loss.kind(), most);
  return true;
}

/// Quantizes what compression leaves, `automatic` in a mix of precisions.
std::optional<QuantizedModel> finish(const FloatModel& model, const CompressOptions& how,
                                     bool automatic, const Loss& loss, Diagnostics& diagnostics) {
  std::optional<Compression> compression;
  QuantizeOptions choices = model.choices;
  if (how.any()) {
    compression = compress(model.graph, model.samples, how, loss, diagnostics);
    if (!compression) return std::nullopt;
    choices.compressed = compression->compressed.layers;
  }
  const Graph& graph = compression ? compression->compressed.graph : model.graph;
  if (automatic && !choose(graph, model.samples, loss, model.most, choices, diagnostics))
    return std::nullopt;
  auto quantized = quantize(graph, model.samples, choices, diagnostics);
  if (!quantized) return std::nullopt;
  if (!compression) return QuantizedModel{*std::move(quantized), std::nullopt, std::nullopt};
  set_reference(*quantized, model.graph);
  CompressionReport report{loss.kind(), std::move(compression->steps),
                           weights_of(quantized->graph)};
  report.steps.push_back(measured("quantize", quantized->graph, {}, loss));
  return QuantizedModel{*std::move(quantized), std::move(report), std::move(compression->choice)};
}

QuantizeOptions parse_choices(const QuantizationOptions& options, Diagnostics& diagnostics) {
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
  return choices;
}

}  // namespace

std::optional<FloatModel> prepare_model(const Graph& graph, const QuantizationOptions& options,
                                        Diagnostics& diagnostics) {
  const double most = parse_max_drop(options.max_drop, diagnostics);
  FloatModel model{.most = most,
                   .compression = parse_compression(options.compression, most, diagnostics),
                   .choices = parse_choices(options, diagnostics)};
  if (options.calibrate.empty())
    diagnostics.error({.file = "--quantize"}, "needs data to choose scales by")
        .note("give --calibrate with about 200 typical inputs");
  if (diagnostics.failed()) return std::nullopt;
  // Layers as the device has them: with their activations, pads and batch normalization within.
  auto simplified = run_passes(graph, {}, diagnostics);
  if (!simplified || !check_floats(*simplified, diagnostics)) return std::nullopt;
  const auto cases = read_inputs(options.calibrate, graph, diagnostics);
  if (!cases) return std::nullopt;
  for (const GoldenCase& each : *cases) model.samples.push_back(each.inputs);
  check_samples(graph, model.samples, options.calibrate, diagnostics);
  if (!options.calibrate_labels.empty()) {
    auto labels = read_labels(options.calibrate_labels, model.samples.size(), diagnostics);
    if (labels) model.labels = *std::move(labels);
  }
  if (diagnostics.failed()) return std::nullopt;
  model.graph = options.no_equalization ? *std::move(simplified)
                                        : remove_dead_nodes(equalize(*simplified, model.samples));
  return model;
}

std::optional<QuantizedModel> compress_and_quantize(const FloatModel& model,
                                                    const CompressOptions& how, const Loss& loss,
                                                    Diagnostics& diagnostics) {
  return finish(model, how, false, loss, diagnostics);
}

std::optional<QuantizedModel> quantize_model(const Graph& graph, const QuantizationOptions& options,
                                             Diagnostics& diagnostics) {
  auto model = prepare_model(graph, options, diagnostics);
  if (!model || diagnostics.failed()) return std::nullopt;
  std::optional<Progress> progress;
  if (model->compression.recover)
    model->compression.recover->progress = [&](std::size_t done, std::size_t total) {
      if (!progress) progress.emplace("recovery", total);
      progress->show(done);
      if (done == total) progress.reset();
    };
  const Loss loss(model->graph, model->samples, model->labels);
  const bool automatic = options.precision == "auto";
  auto result = finish(*model, model->compression, automatic, loss, diagnostics);
  if (!result) return std::nullopt;
  if (result->choice) print_choice(*result->choice, loss.kind(), model->most);
  if (result->compression) print_steps(*result->compression);
  warn_of_layers(result->quantized, graph.file, diagnostics);
  return result;
}

}  // namespace smelt::tools
