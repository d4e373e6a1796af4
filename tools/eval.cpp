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
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/labels.h"
#include "tools/model.h"
#include "tools/progress.h"
#include "tools/quantize_model.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

/// Layers are compared on so many cases.
constexpr std::size_t layer_cases = 64;

using Outputs = std::vector<Bytes>;  ///< by case: the first output in real numbers

struct LayerNoise {
  std::string name;
  SignalToNoise noise;
};

struct Results {
  Outputs reference, found;  ///< reference: empty if there is none
  std::vector<LayerNoise> layers;
};

Outputs run_reference(const Graph& graph, const std::vector<GoldenCase>& cases) {
  Outputs outputs(cases.size());
  Progress progress("float model", cases.size());
  parallel_for(cases.size(), [&] {
    return [&, evaluation = Evaluation(graph, KernelChoice::best)](std::size_t i) mutable {
      evaluation.reset();
      outputs[i] = real_values(graph[graph.outputs[0]], evaluation.run(cases[i].inputs)[0]);
      progress.step();
    };
  });
  return outputs;
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

/// The noise of every layer of the quantized graph, worst first.
std::vector<LayerNoise> compare_layers(const Model& model,
                                       const std::vector<GoldenCase>& reference_cases,
                                       const std::vector<GoldenCase>& cases) {
  const Graph& reference = model.quantized->reference;
  Evaluation exact(reference, KernelChoice::best), found(model.graph, KernelChoice::best);
  std::vector<LayerNoise> layers;
  std::vector<TensorId> tensors;
  for (const Node& node : model.graph.nodes)
    for (const TensorId id : node.outputs) {
      const TensorId origin = model.quantized->float_tensors[static_cast<std::size_t>(id)];
      if (origin == no_tensor || reference[origin].type != ElementType::f32 || !node.op->kernels)
        continue;
      layers.push_back({node.name, {}});
      tensors.push_back(id);
    }
  for (std::size_t i = 0; i < std::min(cases.size(), layer_cases); ++i) {
    exact.reset();
    found.reset();
    exact.run(reference_cases[i].inputs);
    found.run(cases[i].inputs);
    for (std::size_t j = 0; j < tensors.size(); ++j) {
      const TensorId origin = model.quantized->float_tensors[static_cast<std::size_t>(tensors[j])];
      const Bytes real = real_values(model.graph[tensors[j]], found[tensors[j]]);
      layers[j].noise.add(floats(exact[origin]), floats(real));
    }
  }
  std::stable_sort(layers.begin(), layers.end(), [](const LayerNoise& a, const LayerNoise& b) {
    return a.noise.decibels() < b.noise.decibels();
  });
  return layers;
}

/// The score of a case is its distance from the output. `cases` are the inputs of `graph`: those of
/// the float model where there is one, because data are what they are and not what is left of them.
double anomaly_auc(const Outputs& outputs, const Graph& graph, const std::vector<GoldenCase>& cases,
                   const std::vector<std::int64_t>& labels) {
  std::vector<double> scores;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Bytes input = real_values(graph[graph.inputs[0]], cases[i].inputs[0]);
    scores.push_back(mean_squared_error(floats(input), floats(outputs[i])));
  }
  return area_under_curve(scores, labels);
}

/// What is evaluated on.
struct Data {
  std::vector<GoldenCase> cases;
  std::optional<Graph> reference;           ///< the float model, if there is one
  std::vector<GoldenCase> reference_cases;  ///< the same cases as its inputs
  std::vector<std::int64_t> labels;         ///< by case; empty: none
};

double score(const std::string& metric, const Outputs& outputs, const Model& model,
             const Data& data) {
  if (metric != "auc") return accuracy(outputs, data.labels);
  // Distances are from the data as given, not from what the quantized input leaves of them.
  return data.reference ? anomaly_auc(outputs, *data.reference, data.reference_cases, data.labels)
                        : anomaly_auc(outputs, model.graph, data.cases, data.labels);
}

nlohmann::json report(const Model& model, const Results& results, const Data& data,
                      const std::string& metric) {
  nlohmann::json json = {{"model", model.graph.file}, {"cases", data.cases.size()}};
  if (!data.labels.empty()) json[metric]["emitted"] = score(metric, results.found, model, data);
  if (!data.reference) return json;
  if (!data.labels.empty()) json[metric]["float"] = score(metric, results.reference, model, data);
  if (metric != "auc") json["agreement"] = 1 - disagreement(results.reference, results.found);
  json["output_snr_db"] = output_noise(results.reference, results.found).decibels();
  for (const LayerNoise& layer : results.layers)
    json["layers"].push_back({{"name", layer.name}, {"snr_db", layer.noise.decibels()}});
  return json;
}

void print_report(const nlohmann::json& json, const std::string& metric) {
  fmt::print("{}: {} cases, {} B weights\n", json["model"].get<std::string>(),
             json["cases"].get<std::size_t>(), json["weights_bytes"].get<std::int64_t>());
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

bool check_labels(const EvalOptions& options, const std::vector<std::int64_t>& labels,
                  Diagnostics& diagnostics) {
  const auto positives =
      labels.size() - static_cast<std::size_t>(std::count(labels.begin(), labels.end(), 0));
  if (options.metric != "auc" || labels.empty() || (positives && positives < labels.size()))
    return true;
  diagnostics.error({.file = options.labels}, "all cases are of the same kind")
      .note("auc compares cases labelled 0 with others");
  return false;
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
  auto labels = read_labels(options.labels, data.cases.size(), diagnostics);
  if (!labels || !check_labels(options, *labels, diagnostics)) return std::nullopt;
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
  if (options.metric != "accuracy" && options.metric != "auc") {
    diagnostics.error({.file = "--metric"}, fmt::format("there is no \"{}\"", options.metric))
        .note("accuracy and auc are known");
    return fail(exit_bad_input);
  }
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
  if (model.quantized) results.layers = compare_layers(model, data->reference_cases, data->cases);
  print(diagnostics);
  nlohmann::json json = report(model, results, *data, options.metric);
  const ConstantBytes constants = constant_bytes(compiled->program);
  json["weights_bytes"] = constants.weights + constants.single;
  if (options.json)
    fmt::print("{}\n", json.dump(2));
  else
    print_report(json, options.metric);
  return exit_good;
}

}  // namespace smelt::tools
