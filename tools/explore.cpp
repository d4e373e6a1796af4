// SPDX-License-Identifier: Apache-2.0
//
// smelt explore: one model compressed in many ways, each measured on data: what is to be had for
// how many bytes.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "compiler/evaluate/parallel.h"
#include "tools/commands.h"
#include "tools/evaluation.h"
#include "tools/explored.h"
#include "tools/files.h"
#include "tools/model.h"
#include "tools/progress.h"
#include "tools/quantize_model.h"
#include "tools/supply.h"
#include "tools/weights_in_flash.h"

namespace smelt::tools {
namespace {

constexpr std::int32_t unclustered_bits = 8;

/// A way to compress, in several codings.
using Way = std::vector<Candidate>;

std::vector<std::string> list_of(const std::string& text) {
  std::vector<std::string> items;
  std::stringstream list(text);
  for (std::string item; std::getline(list, item, ',');) items.push_back(item);
  return items;
}

std::optional<std::int32_t> parse_bits(const std::string& text) {
  std::int32_t bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool known = (bits >= 1 && bits <= most_cluster_bits) || bits == unclustered_bits;
  return error == std::errc{} && end == text.data() + text.size() && known ? std::optional(bits)
                                                                           : std::nullopt;
}

/// One of the two axes of the grid.
template <typename Value>
std::vector<Value> axis(const char* option, const std::string& text,
                        std::optional<Value> (*parse)(const std::string&), const char* expected,
                        Diagnostics& diagnostics) {
  std::vector<Value> values;
  for (const std::string& item : list_of(text)) {
    const auto value = parse(item);
    if (!value)
      diagnostics.error({.file = option}, fmt::format("\"{}\" is not understood", item))
          .note(expected);
    else if (std::find(values.begin(), values.end(), *value) == values.end())
      values.push_back(*value);
  }
  if (values.empty() && !diagnostics.failed())
    diagnostics.error({.file = option}, "names nothing to try").note(expected);
  return values;
}

std::optional<std::string> parse_coding(const std::string& text) {
  return text == "smallest" || text == "plain" ? std::optional(text) : std::nullopt;
}

std::vector<Way> grid(const ExploreOptions& options, Diagnostics& diagnostics) {
  const auto prunes =
      axis<double>("--prunes", options.prunes, parse_prune_share,
                   "give shares of weights that become zero: 0,0.5,0.7", diagnostics);
  const auto bits = axis<std::int32_t>("--bits", options.bits, parse_bits,
                                       "give bits of a weight, 1 to 6 or 8: 2,3,4,8", diagnostics);
  const auto codings =
      axis<std::string>("--codings", options.codings, parse_coding,
                        "weights can be coded smallest, or stay plain", diagnostics);
  std::vector<Way> ways;
  for (const std::int32_t each : bits)
    for (const double prune : prunes) {
      Way way;
      for (const std::string& coding : codings)
        way.push_back({.prune = prune, .bits = each, .coding = coding});
      ways.push_back(std::move(way));
    }
  return ways;
}

/// What all candidates have in common.
struct Setting {
  Model model;  ///< as the file has it
  ModelOptions options;
  FloatModel prepared;
  std::vector<GoldenCase> cases;
  std::vector<std::int64_t> labels;
  std::string metric;
  bool priced = false;
  std::shared_ptr<std::mutex> pricing = std::make_shared<std::mutex>();  ///< one at a time

  double quality(const Graph& graph) const {
    return score(metric, evaluated(graph, inputs_of(graph)), model.graph, cases, labels);
  }

 private:
  /// The cases as a quantized form of the model takes them.
  std::vector<GoldenCase> inputs_of(const Graph& graph) const {
    std::vector<GoldenCase> inputs = cases;
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const Tensor& input = graph[graph.inputs[i]];
      if (input.type == model.graph[model.graph.inputs[i]].type) continue;
      for (GoldenCase& each : inputs) each.inputs[i] = quantized_input(each.inputs[i], input);
    }
    return inputs;
  }
};

/// Reports options that explore chooses itself.
void check_options(const ModelOptions& options, Diagnostics& diagnostics) {
  const CompressionOptions& compression = options.quantization.compression;
  if (!compression.prune.empty())
    diagnostics.error({.file = "--prune"}, "is what explore looks for")
        .note("--prunes says which shares to try");
  if (!compression.cluster.empty())
    diagnostics.error({.file = "--cluster"}, "is what explore looks for")
        .note("--bits says which widths to try");
  if (options.coding != "auto")
    diagnostics.error({.file = "--coding"}, "is what explore looks for")
        .note("--codings says which to try");
  const std::string& precision = options.quantization.precision;
  if (precision == "int4" || precision == "auto")
    diagnostics.error({.file = "--quantize"}, fmt::format("{} is not explored", precision))
        .note("int8 and int16x8 are; --bits says how wide weights are");
}

/// What candidates cost where.
struct Device {
  Cost cost = Cost::bytes;
  Supply supply;
};

std::optional<Device> device_of(const ExploreOptions& options, Diagnostics& diagnostics) {
  const std::pair<std::string_view, Cost> costs[] = {
      {"bytes", Cost::bytes}, {"cycles", Cost::cycles}, {"energy", Cost::energy}};
  const auto known = std::find_if(std::begin(costs), std::end(costs),
                                  [&](const auto& each) { return each.first == options.by; });
  if (known == std::end(costs)) {
    diagnostics.error({.file = "--by"}, fmt::format("\"{}\" is no cost", options.by))
        .note("they are bytes, cycles and energy");
    return std::nullopt;
  }
  const Chip* const chip = options.chip.empty() ? nullptr : chip_of(options.chip, diagnostics);
  Device device = {known->second, supply_of(chip, options.supply)};
  if (device.cost == Cost::energy && device.supply.run_uw_per_mhz == 0)
    diagnostics.error({.file = "--by"}, "energy needs the power of a device")
        .note("--uw-per-mhz says it, or --chip, if smelt chips has it for that chip");
  if (diagnostics.failed()) return std::nullopt;
  return device;
}

std::optional<Setting> set_up(const ExploreOptions& options, Diagnostics& diagnostics) {
  ModelOptions model_options = options.model;
  if (const Chip* const chip = find_chip(options.chip)) model_options.target = chip->target;
  QuantizationOptions& quantization = model_options.quantization;
  const QuantizationOptions asked = quantization;
  quantization = {};
  auto model = load_model(model_options, diagnostics);
  if (!model) return std::nullopt;
  quantization = asked;
  if (quantization.precision.empty()) quantization.precision = "int8";
  // How to prune and cluster: each candidate says how much.
  quantization.compression.prune = {"0"};
  quantization.compression.cluster = {"1"};
  auto prepared = prepare_model(model->graph, quantization, diagnostics);
  if (!prepared) return std::nullopt;
  auto cases = read_inputs(options.data, model->graph, diagnostics);
  if (!cases) return std::nullopt;
  auto labels = read_labels_for(options.metric, options.labels, cases->size(), diagnostics);
  if (!labels) return std::nullopt;
  const bool priced = options.by != "bytes" || !options.chip.empty();
  return Setting{*std::move(model),
                 std::move(model_options),
                 *std::move(prepared),
                 *std::move(cases),
                 *std::move(labels),
                 options.metric,
                 priced};
}

CompressOptions options_for(const Candidate& candidate, CompressOptions options) {
  if (candidate.prune == 0) {
    options.prune.reset();
    options.channels.reset();
  }
  if (options.prune) options.prune->share = candidate.prune;
  if (options.channels) options.channels->share = candidate.prune;
  if (candidate.bits == unclustered_bits)
    options.cluster.reset();
  else
    options.cluster->bits = candidate.bits;
  // There is nothing to recover from.
  if (!options.channels && !options.prune && !options.cluster) options.recover.reset();
  return options;
}

/// Compiles, in the candidate's coding.
void measure_code(Candidate& candidate, const Setting& setting, const Graph& graph,
                  Diagnostics& diagnostics) {
  ModelOptions options = setting.options;
  options.coding = candidate.coding;
  const auto compiled = compile_loaded({graph, setting.model.sha256, std::nullopt, std::nullopt},
                                       options, diagnostics);
  if (!compiled) return;
  const ConstantBytes constants = constant_bytes(compiled->program);
  candidate.constants_bytes = constants.weights + constants.single + constants.tables;
  candidate.weights_bytes = sum_of(weights_in_flash(compiled->program)).bytes();
  candidate.macs = total_macs(compiled->graph);
  if (!setting.priced) return;
  const std::lock_guard lock(*setting.pricing);
  candidate.price = price_of(*compiled, {}, diagnostics);
}

/// Compresses, compiles and measures.
void measure(Way& way, const Setting& setting, const Loss& loss, Diagnostics& diagnostics) {
  const CompressOptions how = options_for(way.front(), setting.prepared.compression);
  const auto start = std::chrono::steady_clock::now();
  auto result = compress_and_quantize(setting.prepared, how, loss, diagnostics);
  if (!result) return;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  const Graph& graph = result->quantized.graph;
  const LayerWeights weights = sum_of(weights_of(graph));
  const double quality = setting.quality(graph);
  for (Candidate& candidate : way) {
    candidate.seconds = taken.count();
    candidate.weights = weights;
    candidate.quality = quality;
    measure_code(candidate, setting, graph, diagnostics);
  }
}

/// Of the float model's weights.
std::int64_t float_bytes(const Setting& setting) {
  return sum_of(weights_of(setting.prepared.graph)).weights *
         static_cast<std::int64_t>(sizeof(float));
}

/// What several ways have to say is said once.
void add_new(const std::vector<Diagnostics>& found, Diagnostics& diagnostics) {
  std::set<std::string> said;
  for (const Diagnostics& each : found)
    for (const Diagnostic& one : each.all()) {
      if (!said.insert(to_string(one)).second) continue;
      const bool error = one.severity == Diagnostic::Severity::error;
      (error ? diagnostics.error(one.place, one.message)
             : diagnostics.warning(one.place, one.message))
          .notes = one.notes;
    }
}

/// On all cores.
std::vector<Candidate> measure_all(std::vector<Way> ways, const Setting& setting,
                                   Diagnostics& diagnostics) {
  const FloatModel& prepared = setting.prepared;
  const Loss loss(prepared.graph, prepared.samples, prepared.labels);
  std::vector<Diagnostics> found(ways.size());
  Progress progress("explored", ways.size());
  parallel_for(ways.size(), [&] {
    return [&](std::size_t i) {
      measure(ways[i], setting, loss, found[i]);
      progress.step();
    };
  });
  add_new(found, diagnostics);
  std::vector<Candidate> candidates;
  for (const Way& way : ways) candidates.insert(candidates.end(), way.begin(), way.end());
  return candidates;
}

}  // namespace

int explore(const ExploreOptions& options) {
  Diagnostics diagnostics;
  const auto done = [&](int code) {
    print(diagnostics);
    return code;
  };
  check_metric(options.metric, diagnostics);
  check_options(options.model, diagnostics);
  const auto device = device_of(options, diagnostics);
  std::vector<Way> ways = grid(options, diagnostics);
  if (diagnostics.failed()) return done(exit_bad_input);
  const auto setting = set_up(options, diagnostics);
  if (!setting || diagnostics.failed()) return done(exit_bad_input);
  std::vector<Candidate> candidates = measure_all(std::move(ways), *setting, diagnostics);
  if (diagnostics.failed()) return done(exit_bad_input);
  mark_front(candidates, device->cost);
  const Explored explored{setting->model.graph.file,
                          options.metric,
                          setting->cases.size(),
                          setting->quality(setting->model.graph),
                          float_bytes(*setting),
                          device->cost,
                          device->supply,
                          std::move(candidates)};
  if (!options.output.empty() &&
      !write_files(options.output,
                   {{"explore.csv", csv_of(explored)}, {"explore.svg", svg_of(explored)}},
                   diagnostics))
    return done(exit_system);
  if (options.json)
    fmt::print("{}\n", to_json(explored).dump(2));
  else
    print_table(explored);
  return done(exit_good);
}

}  // namespace smelt::tools
