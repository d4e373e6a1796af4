// SPDX-License-Identifier: Apache-2.0
#include "tools/compression.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

namespace smelt::tools {
namespace {

constexpr std::int32_t most_epochs = 10000, most_of_pattern = 64;

std::optional<std::int32_t> parse_number(const std::string& text, std::int32_t least,
                                         std::int32_t most) {
  std::int32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

std::optional<std::int32_t> parse_bits(const std::string& text) {
  return parse_number(text, 1, most_cluster_bits);
}

/// A value for all layers and others by name, from "0.5" and "LAYER=0.5" of one option.
template <typename Value>
struct ByLayer {
  std::optional<Value> all;
  std::map<std::string, Value> layers;
};

template <typename Value>
ByLayer<Value> by_layer(const char* option, const std::vector<std::string>& texts,
                        std::optional<Value> (*parse)(const std::string&), const char* expected,
                        Diagnostics& diagnostics) {
  ByLayer<Value> result;
  for (const std::string& text : texts) {
    // Names may have equals signs, values have not.
    const std::size_t equals = text.rfind('=');
    const bool named = equals != std::string::npos;
    const auto value = parse(named ? text.substr(equals + 1) : text);
    if (!value)
      diagnostics.error({.file = option}, fmt::format("\"{}\" is not understood", text))
          .note(expected);
    else if (named)
      result.layers[text.substr(0, equals)] = *value;
    else if (result.all)
      diagnostics.error({.file = option}, "is given twice for all layers")
          .note("one value is for all, LAYER=VALUE for one");
    else
      result.all = value;
  }
  return result;
}

/// Which of two words, the first being the usual one.
bool is_second(const char* option, const std::string& text, const char* first, const char* second,
               Diagnostics& diagnostics) {
  if (!text.empty() && text != first && text != second)
    diagnostics.error({.file = option}, fmt::format("there is no \"{}\"", text))
        .note(fmt::format("{} and {} are known", first, second));
  return text == second;
}

/// Reports options that say how something is done that is not.
void check_use(const CompressionOptions& options, Diagnostics& diagnostics) {
  const auto check = [&](const char* option, const std::string& text, bool used, const char* of) {
    if (!text.empty() && !used)
      diagnostics.error({.file = option}, "says how, but not that it is to be done")
          .note(fmt::format("give {} as well", of));
  };
  check("--prune-kind", options.prune_kind, !options.prune.empty(), "--prune 0.5");
  check("--saliency", options.saliency, !options.prune.empty() || !options.prune_channels.empty(),
        "--prune 0.5");
  check("--cluster-by", options.cluster_by, !options.cluster.empty(), "--cluster 4");
  check("--cluster-rate", options.cluster_rate, !options.cluster.empty(), "--cluster 4");
}

/// "N:M" or "CxT".
std::optional<Pattern> pattern_of(const std::string& text) {
  const std::size_t at = text.find_first_of(":x");
  if (at == std::string::npos) return std::nullopt;
  const auto first = parse_number(text.substr(0, at), 1, most_of_pattern);
  const auto last = parse_number(text.substr(at + 1), 1, most_of_pattern);
  if (!first || !last) return std::nullopt;
  if (text[at] == 'x') return Pattern{.channels = *first, .taps = *last};
  return *first < *last ? std::optional(Pattern{.nonzero = *first, .of = *last}) : std::nullopt;
}

Pattern parse_pattern(const std::string& text, Diagnostics& diagnostics) {
  if (text.empty() || text == "weights") return {};
  const auto pattern = pattern_of(text);
  if (!pattern)
    diagnostics.error({.file = "--prune-kind"}, fmt::format("there is no \"{}\"", text))
        .note("weights are pruned anywhere")
        .note("2:4 leaves two of four neighbours, or fewer")
        .note("1x4 prunes blocks of one channel and four neighbours");
  return pattern.value_or(Pattern{});
}

void parse_prune(const CompressionOptions& options, double most, CompressOptions& result,
                 Diagnostics& diagnostics) {
  const bool magnitude =
      is_second("--saliency", options.saliency, "hessian", "magnitude", diagnostics);
  if (!options.prune_channels.empty()) {
    auto channels = by_layer<double>("--prune-channels", options.prune_channels, parse_prune_share,
                                     "give a share below 1: 0.5, 50% or LAYER=0.5", diagnostics);
    result.channels = {channels.all.value_or(0), std::move(channels.layers), !magnitude};
  }
  if (options.prune.empty()) return;
  std::vector<std::string> given = options.prune;
  const bool choose = std::erase(given, "auto") > 0;
  auto shares = by_layer<double>("--prune", given, parse_prune_share,
                                 "give a share below 1: 0.5, 50%, LAYER=0.5, or auto", diagnostics);
  if (choose && shares.all)
    diagnostics.error({.file = "--prune"}, "auto chooses a share of weights for each layer")
        .note("leave out the share for all; LAYER=0.5 may stay");
  if (choose) result.most = most;
  const double share = shares.all.value_or(0);
  result.prune = PruneOptions{share, std::move(shares.layers),
                              parse_pattern(options.prune_kind, diagnostics), !magnitude};
}

double parse_rate(const std::string& text, Diagnostics& diagnostics) {
  if (text.empty()) return ClusterOptions{}.rate;
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  if (error == std::errc{} && end == text.data() + text.size() && rate >= 0 && rate <= 100)
    return rate;
  diagnostics.error({.file = "--cluster-rate"}, fmt::format("\"{}\" is not understood", text))
      .note("give the error that a bit per weight is worth, 0 to 100: 0.5");
  return 0;
}

void parse_cluster(const CompressionOptions& options, CompressOptions& result,
                   Diagnostics& diagnostics) {
  const bool by_channel =
      is_second("--cluster-by", options.cluster_by, "layer", "channel", diagnostics);
  if (options.cluster.empty()) return;
  auto bits =
      by_layer<std::int32_t>("--cluster", options.cluster, parse_bits,
                             "give the bits of a weight, 1 to 6: 3 or LAYER=3", diagnostics);
  result.cluster = {bits.all.value_or(0), std::move(bits.layers), by_channel,
                    parse_rate(options.cluster_rate, diagnostics)};
}

void parse_recover(const CompressionOptions& options, CompressOptions& result,
                   Diagnostics& diagnostics) {
  if (!options.recover) return;
  result.recover.emplace();
  if (options.recover->empty()) return;
  const auto epochs = parse_number(*options.recover, 1, most_epochs);
  if (epochs)
    result.recover->epochs = *epochs;
  else
    diagnostics
        .error({.file = "--recover"},
               fmt::format("\"{}\" is no number of epochs", *options.recover))
        .note(fmt::format("give one from 1 to {}, or none behind the model", most_epochs));
}

}  // namespace

std::optional<double> parse_share(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (rest == "%") value /= 100;
  const bool good =
      error == std::errc{} && (rest.empty() || rest == "%") && value >= 0 && value <= 1;
  return good ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_prune_share(const std::string& text) {
  const auto share = parse_share(text);
  return share && *share < 1 ? share : std::nullopt;
}

CompressOptions parse_compression(const CompressionOptions& options, double most,
                                  Diagnostics& diagnostics) {
  CompressOptions result;
  check_use(options, diagnostics);
  parse_prune(options, most, result, diagnostics);
  parse_cluster(options, result, diagnostics);
  parse_recover(options, result, diagnostics);
  return result;
}

void print_choice(const PruneChoice& choice, Loss::Kind kind, double most) {
  fmt::print(stderr, "prune auto: what the model loses if one layer alone is pruned\n");
  fmt::print(stderr, "  {:>9}", "weights");
  for (const double share : sensitivity_shares) fmt::print(stderr, "  {:>6.0f} %", 100 * share);
  fmt::print(stderr, "  {:>7}  {}\n", "chosen", "layer");
  for (const LayerSensitivity& layer : choice.table) {
    fmt::print(stderr, "  {:>9}", layer.weights);
    for (const LayerSensitivity::At& at : layer.at)
      fmt::print(stderr, "  {:>6.2f} %", 100 * at.loss);
    fmt::print(stderr, "  {:>5.1f} %  {}\n", 100 * layer.share, layer.name);
  }
  fmt::print(stderr, "prune auto: shares that were measured; {}, at most {:.2f} %\n",
             to_string(kind), 100 * most);
  for (const PruneTrial& trial : choice.trials)
    fmt::print(stderr, "  {:>5.1f} % of the weights  {:>6.2f} %\n", 100 * trial.share,
               100 * trial.loss);
}

void print_steps(const CompressionReport& report) {
  fmt::print(stderr,
             "compression: weights after each step; loss is the {} on the calibration data\n",
             to_string(report.kind));
  fmt::print(stderr, "  {:9} {:>7} {:>9} {:>7} {:>7} {:>6} {:>11} {:>9} {:>8}\n", "step", "layers",
             "weights", "zero", "levels", "bits", "MACs", "loss", "time");
  for (const CompressionStep& step : report.steps)
    fmt::print(stderr,
               "  {:9} {:>7} {:>9} {:>5.1f} % {:>7} {:>6.2f} {:>11} {:>7.2f} % {:>6.1f} s\n",
               step.name, step.changed, step.weights.weights, 100 * zero_share(step.weights),
               step.weights.levels, bits_per_weight(step.weights), step.macs, 100 * step.loss,
               step.seconds);
}

nlohmann::json to_json(const CompressionReport& report) {
  nlohmann::json json = {{"loss", to_string(report.kind)}};
  for (const CompressionStep& step : report.steps)
    json["steps"].push_back({{"name", step.name},
                             {"changed_layers", step.changed},
                             {"weights", step.weights.weights},
                             {"zeros", step.weights.zeros},
                             {"levels", step.weights.levels},
                             {"entropy_bits", step.weights.entropy},
                             {"macs", step.macs},
                             {"loss", step.loss},
                             {"seconds", step.seconds}});
  for (const LayerWeights& layer : report.layers)
    json["layers"].push_back({{"name", layer.name},
                              {"weights", layer.weights},
                              {"zeros", layer.zeros},
                              {"levels", layer.levels},
                              {"entropy_bits", layer.entropy}});
  return json;
}

}  // namespace smelt::tools
