// SPDX-License-Identifier: Apache-2.0
//
// smelt eval: runs the float model and the emitted integer code over a data set, and says what
// quantization cost, in the end and layer by layer.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "codegen/emit.h"
#include "compiler/evaluate/metrics.h"
#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/values.h"
#include "tools/arrays.h"
#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/layer_noise.h"
#include "tools/model.h"
#include "tools/progress.h"
#include "tools/quantize_model.h"
#include "tools/vectors.h"
#include "tools/weights_in_flash.h"

namespace smelt::tools {
namespace {

using Outputs = std::vector<Bytes>;  ///< by case: the first output in real numbers

std::vector<LayerNoise> worst_first(std::vector<LayerNoise> layers) {
  std::stable_sort(layers.begin(), layers.end(), [](const LayerNoise& a, const LayerNoise& b) {
    return a.noise.decibels() < b.noise.decibels();
  });
  return layers;
}

struct Results {
  Outputs reference, found;  ///< reference: empty if there is none
  std::vector<LayerNoise> layers;
};

Outputs run_reference(const Graph& graph, const std::vector<GoldenCase>& cases) {
  Progress progress("float model", cases.size());
  return evaluated(graph, cases, [&] { progress.step(); });
}

Outputs run_emitted(const HostModel& emitted, const Graph& graph,
                    const std::vector<GoldenCase>& cases) {
  Outputs outputs(cases.size());
  Progress progress("emitted code", cases.size());
  parallel_for(cases.size(), [&] {
    return [&, model = emitted](std::size_t i) mutable {
      model.reset();
      outputs[i] = real_values(graph[graph.outputs[0]], model.run(cases[i].inputs)[0]);
      progress.step();
    };
  });
  return outputs;
}

/// What is evaluated on.
struct Data {
  std::vector<GoldenCase> cases;
  std::optional<Graph> reference;           ///< the float model, if there is one
  std::vector<GoldenCase> reference_cases;  ///< the same cases as its inputs
  std::vector<std::int64_t> labels;         ///< by case; empty: none
};

double score_of(const std::string& metric, const Outputs& outputs, const Model& model,
                const Data& data) {
  // Distances are from the data as given, not from what the quantized input leaves of them.
  return data.reference ? score(metric, outputs, *data.reference, data.reference_cases, data.labels)
                        : score(metric, outputs, model.graph, data.cases, data.labels);
}

nlohmann::json report(const Model& model, const Results& results, const Data& data,
                      const std::string& metric) {
  nlohmann::json json = {{"model", model.graph.file}, {"cases", data.cases.size()}};
  if (!data.labels.empty()) json[metric]["emitted"] = score_of(metric, results.found, model, data);
  if (!data.reference) return json;
  if (!data.labels.empty())
    json[metric]["float"] = score_of(metric, results.reference, model, data);
  if (metric != "auc") json["agreement"] = 1 - disagreement(results.reference, results.found);
  json["output_snr_db"] = output_noise(results.reference, results.found).decibels();
  for (const LayerNoise& layer : results.layers)
    json["layers"].push_back({{"name", layer.name}, {"snr_db", layer.noise.decibels()}});
  return json;
}

void print_coding(const nlohmann::json& json, const WeightsInFlash& weights) {
  if (weights.table_bytes == 0 || !json.contains("float_weights")) return;
  const double before = 4 * json["float_weights"].get<double>();
  fmt::print(
      "linear layers: {} B coded weights, {} B code tables, {:.1f} times smaller than float\n",
      weights.stream_bytes, weights.table_bytes, before / static_cast<double>(weights.bytes()));
}

void print_report(const nlohmann::json& json, const WeightsInFlash& weights,
                  const std::string& metric) {
  fmt::print("{}: {} cases, {} B weights\n", json["model"].get<std::string>(),
             json["cases"].get<std::size_t>(), json["weights_bytes"].get<std::int64_t>());
  print_coding(json, weights);
  if (json.contains(metric)) {
    if (json[metric].contains("float"))
      fmt::print("{} of the float model  {:.2f} %\n", metric,
                 100 * json[metric]["float"].get<double>());
    fmt::print("{} of the emitted code {:.2f} %\n", metric,
               100 * json[metric]["emitted"].get<double>());
  }
  if (json.contains("agreement"))
    fmt::print("same top result {:.2f} %\n", 100 * json["agreement"].get<double>());
  if (json.contains("output_snr_db"))
    fmt::print("output {:.1f} dB signal to quantization noise\n",
               json["output_snr_db"].get<double>());
  if (!json.contains("layers")) return;
  fmt::print("layers, worst first:\n");
  for (const auto& layer : json["layers"])
    fmt::print("  {:6.1f} dB  {}\n", layer["snr_db"].get<double>(),
               layer["name"].get<std::string>());
  fmt::print("hint: --keep-float {} keeps the worst layer as it is\n",
             json["layers"][0]["name"].get<std::string>());
}

std::optional<Data> read_data(const EvalOptions& options, const Model& model,
                              Diagnostics& diagnostics) {
  Data data;
  if (model.quantized) data.reference = model.quantized->reference;
  if (!options.against.empty()) {
    auto other = load_model({.model = options.against}, diagnostics);
    if (!other) return std::nullopt;
    data.reference = std::move(other->graph);
  }
  auto cases = read_inputs(options.data, model.graph, diagnostics);
  if (!cases) return std::nullopt;
  data.cases = std::move(*cases);
  if (data.reference) {
    auto read = read_inputs(options.data, *data.reference, diagnostics);
    if (!read) return std::nullopt;
    data.reference_cases = std::move(*read);
  }
  if (options.labels.empty()) return data;
  auto labels = read_labels_for(options.metric, options.labels, data.cases.size(), diagnostics);
  if (!labels) return std::nullopt;
  data.labels = std::move(*labels);
  return data;
}

}  // namespace

int eval(const EvalOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  if (!check_metric(options.metric, diagnostics)) return fail(exit_bad_input);
  const auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return fail(exit_bad_input);
  const Model& model = compiled->model;
  const auto data = read_data(options, model, diagnostics);
  if (!data) return fail(exit_bad_input);
  const auto emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                                        options.with, diagnostics);
  if (!emitted) return fail(exit_system);
  Results results{.found = run_emitted(*emitted, model.graph, data->cases)};
  if (data->reference) results.reference = run_reference(*data->reference, data->reference_cases);
  if (model.quantized)
    results.layers = worst_first(layer_noise(model, data->reference_cases, data->cases));
  print(diagnostics);
  nlohmann::json json = report(model, results, *data, options.metric);
  const ConstantBytes constants = constant_bytes(compiled->program);
  json["weights_bytes"] = constants.weights + constants.single;
  if (model.quantized)
    json["float_weights"] = sum_of(weights_of(model.quantized->reference)).weights;
  const auto in_flash = weights_in_flash(compiled->program);
  json["weights_in_flash"] = to_json(in_flash);
  if (model.compression) json["compression"] = to_json(*model.compression);
  if (options.json)
    fmt::print("{}\n", json.dump(2));
  else
    print_report(json, sum_of(in_flash), options.metric);
  return exit_good;
}

}  // namespace smelt::tools
