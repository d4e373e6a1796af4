// SPDX-License-Identifier: Apache-2.0
//
// smelt fit: which of the chips that smelt knows a model fits, and how fast it is there.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/model.h"
#include "tools/price/price.h"

namespace smelt::tools {
namespace {

/// Of all chips of one target: the price, or why there is none, and what is known all the same.
struct Outcome {
  std::optional<Price> price;
  std::string obstacle;
  std::int64_t flash_bytes = 0, ram_bytes = 0;  ///< without a price: of constants, arena and state
};

std::string first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.all())
    if (diagnostic.severity == Diagnostic::Severity::error) return diagnostic.message;
  return {};
}

Outcome outcome_of(const Model& model, ModelOptions options, std::string target) {
  options.target = std::move(target);
  Diagnostics diagnostics;
  const auto compiled = compile_loaded(model, options, diagnostics);
  Outcome outcome;
  if (!compiled) {
    outcome.obstacle = first_error(diagnostics);
    return outcome;
  }
  outcome.price = price_of(*compiled, {}, diagnostics);
  if (outcome.price) {
    outcome.flash_bytes = outcome.price->flash_bytes();
    outcome.ram_bytes = outcome.price->ram_bytes();
    return outcome;
  }
  for (const std::int64_t bytes : constant_bytes_by_step(compiled->program))
    outcome.flash_bytes += bytes;
  outcome.ram_bytes = compiled->program.arena_bytes + compiled->program.state_bytes;
  return outcome;
}

/// What of a chip the model asks too much of; empty: it fits.
std::string excess(const Outcome& outcome, const Chip& chip) {
  if (outcome.flash_bytes > chip.flash_bytes) return "too little flash";
  if (outcome.ram_bytes > chip.ram_bytes) return "too little RAM";
  return {};
}

std::string of(std::int64_t bytes, std::int64_t all) {
  constexpr double kilobyte = 1024;
  return fmt::format("{:.1f} of {:.0f} K", static_cast<double>(bytes) / kilobyte,
                     static_cast<double>(all) / kilobyte);
}

std::string verdict(const Outcome& outcome, const Chip& chip) {
  const std::string too_small = excess(outcome, chip);
  if (!too_small.empty()) return too_small;
  return outcome.price ? "fits" : "may fit: code and stack are not priced";
}

std::string line_of(const Chip& chip, const Outcome& outcome) {
  std::string line = fmt::format("{:<14}{:<15}", chip.name, chip.target);
  if (!outcome.obstacle.empty()) return line + outcome.obstacle + '\n';
  const Supply supply = {chip.mhz, chip.run_uw_per_mhz, chip.sleep_uw};
  std::string time = "-", energy = "-";
  if (outcome.price) time = fmt::format("{:.2f}", milliseconds(outcome.price->cycles, supply));
  if (outcome.price && chip.run_uw_per_mhz > 0)
    energy = fmt::format("{:.1f}", microjoules(outcome.price->cycles, supply));
  return line + fmt::format("{:>16}{:>16}{:>6} MHz{:>11}{:>12}  {}\n",
                            of(outcome.flash_bytes, chip.flash_bytes),
                            of(outcome.ram_bytes, chip.ram_bytes), chip.mhz, time, energy,
                            verdict(outcome, chip));
}

nlohmann::json json_of(const Chip& chip, const Outcome& outcome) {
  nlohmann::json json = {{"chip", chip.name}, {"target", chip.target}};
  const std::string obstacle = outcome.obstacle.empty() ? excess(outcome, chip) : outcome.obstacle;
  json["fits"] = obstacle.empty();
  if (!obstacle.empty()) json["obstacle"] = obstacle;
  if (!outcome.obstacle.empty()) return json;
  json["priced"] = outcome.price.has_value();
  json["flash_bytes"] = outcome.flash_bytes;
  json["ram_bytes"] = outcome.ram_bytes;
  if (!outcome.price) return json;
  const Supply supply = {chip.mhz, chip.run_uw_per_mhz, chip.sleep_uw};
  json["cycles"] = outcome.price->cycles;
  json["milliseconds"] = milliseconds(outcome.price->cycles, supply);
  if (chip.run_uw_per_mhz > 0) json["microjoules"] = microjoules(outcome.price->cycles, supply);
  return json;
}

}  // namespace

int fit(const FitOptions& options) {
  Diagnostics diagnostics;
  const auto model = load_model(options.model, diagnostics);
  print(diagnostics);
  if (!model) return exit_bad_input;
  std::map<std::string_view, Outcome> outcomes;
  for (const Chip& chip : all_chips())
    if (!outcomes.contains(chip.target))
      outcomes[chip.target] = outcome_of(*model, options.model, std::string(chip.target));
  if (options.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const Chip& chip : all_chips()) json.push_back(json_of(chip, outcomes[chip.target]));
    fmt::print("{}\n", json_text(json));
    return exit_good;
  }
  fmt::print("{:<14}{:<15}{:>16}{:>16}{:>10}{:>11}{:>12}\n", "chip", "target", "flash", "RAM",
             "clock", "ms", "uJ");
  for (const Chip& chip : all_chips()) fmt::print("{}", line_of(chip, outcomes[chip.target]));
  return exit_good;
}

}  // namespace smelt::tools
