// SPDX-License-Identifier: Apache-2.0
#include "tools/tuning.h"

#include <fmt/format.h>

#include "tools/supply.h"
#include "tools/tune/tune_report.h"

namespace smelt::tools {
namespace {

/// What it is tuned for: the chip's memories and clock, or what the options say.
struct Tuning {
  Budgets budgets;
  Supply supply;
};

std::optional<Tuning> tuning_of(const CompileOptions& options, Diagnostics& diagnostics) {
  Tuning tuning;
  const Chip* const chip = find_chip(options.chip);
  if (chip) tuning.budgets = {.ram = chip->ram_bytes, .flash = chip->flash_bytes, .cycles = {}};
  tuning.supply = supply_of(chip, {.mhz = options.mhz, .uw_per_mhz = {}, .sleep_uw = {}});
  if (!options.model.ram.empty())
    tuning.budgets.ram = size_of(options.model.ram, "--ram", diagnostics);
  if (!options.model.flash.empty())
    tuning.budgets.flash = size_of(options.model.flash, "--flash", diagnostics);
  if (options.ms) tuning.budgets.cycles = *options.ms * tuning.supply.mhz * 1000;
  if (diagnostics.failed()) return std::nullopt;
  return tuning;
}

/// What the header states of it.
std::string tuning_command(const CompileOptions& options) {
  std::string command = " --tune";
  if (!options.chip.empty()) command += " --chip " + options.chip;
  if (options.ms) command += fmt::format(" --ms {}", *options.ms);
  if (options.mhz) command += fmt::format(" --mhz {}", *options.mhz);
  return command;
}

}  // namespace

bool check_tuning(const CompileOptions& options, Diagnostics& diagnostics) {
  const auto reject = [&](bool given, const char* option, const char* why) {
    if (given) diagnostics.error({.file = option}, why);
  };
  const ModelOptions& model = options.model;
  if (!options.tune) {
    reject(options.ms.has_value(), "--ms", "is a budget of --tune");
    reject(options.mhz.has_value(), "--mhz", "is for --tune");
    reject(!options.chip.empty(), "--chip", "is for --tune");
    return !diagnostics.failed();
  }
  const char* const chosen = "is what --tune chooses: leave it out";
  reject(model.optimize != "balanced", "--optimize", chosen);
  reject(!model.schedule.empty(), "--schedule", chosen);
  reject(!model.specialise.empty(), "--specialise", chosen);
  reject(model.coding != "auto", "--coding", chosen);
  reject(!options.stop_after.empty(), "--stop-after", "leaves nothing to tune");
  reject(!options.print_after.empty(), "--print-after", "is not for --tune, which compiles often");
  reject(options.time_passes, "--time-passes", "is not for --tune, which compiles often");
  if (!options.chip.empty()) chip_of(options.chip, diagnostics);
  if (options.ms && !options.mhz && options.chip.empty())
    diagnostics.error({.file = "--ms"}, "needs a clock")
        .note("--mhz says it, or --chip, which knows it");
  return !diagnostics.failed();
}

std::optional<TunedModel> compile_tuned(const CompileOptions& options, Diagnostics& diagnostics) {
  ModelOptions model_options = options.model;
  if (const Chip* const chip = find_chip(options.chip)) model_options.target = chip->target;
  const auto tuning = tuning_of(options, diagnostics);
  if (!tuning) return std::nullopt;
  const auto model = load_model(model_options, diagnostics);
  if (!model) return std::nullopt;
  auto tuned = tune(*model, model_options, tuning->budgets, diagnostics);
  if (!tuned) return std::nullopt;
  if (!options.json) fmt::print("{}", tuning_text(*tuned, tuning->budgets, tuning->supply));
  report_excess(*tuned, tuning->budgets, tuning->supply, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  Compiled& best = tuned->trials[tuned->best].compiled;
  best.emit.ram_budget = tuning->budgets.ram;
  best.emit.command += tuning_command(options);
  return TunedModel{std::move(best), tuning_json(*tuned, tuning->budgets)};
}

}  // namespace smelt::tools
