// SPDX-License-Identifier: Apache-2.0
#include "tools/tune/tune_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "codegen/cpp_writer.h"

namespace smelt::tools {
namespace {

/// One budget and what the best way takes of it.
struct Share {
  std::string option;
  std::string used, budget;  ///< with their units
  std::string difference;
  bool kept = true;
};

std::string bytes(std::int64_t count) {
  return with_commas(count) + " B";
}

std::string time_of(double cycles, const Supply& supply) {
  return fmt::format("{:.2f} ms", milliseconds(cycles, supply));
}

std::vector<Share> shares(const Price& price, const Budgets& budgets, const Supply& supply) {
  std::vector<Share> result;
  const auto add_bytes = [&](const char* option, std::int64_t used, std::int64_t budget) {
    result.push_back(
        {option, bytes(used), bytes(budget), bytes(std::abs(budget - used)), used <= budget});
  };
  if (budgets.ram) add_bytes("--ram", price.ram_bytes(), *budgets.ram);
  if (budgets.flash) add_bytes("--flash", price.flash_bytes(), *budgets.flash);
  if (budgets.cycles)
    result.push_back({"--ms", time_of(price.cycles, supply), time_of(*budgets.cycles, supply),
                      time_of(std::abs(*budgets.cycles - price.cycles), supply),
                      price.cycles <= *budgets.cycles});
  return result;
}

}  // namespace

std::string tuning_text(const Tuned& tuned, const Budgets& budgets, const Supply& supply) {
  std::string text = fmt::format("  {:<34}{:>12}{:>12}{:>14}{}\n", "tried", "RAM B", "flash B",
                                 "cycles", supply.mhz > 0 ? "        ms" : "");
  for (std::size_t i = 0; i < tuned.trials.size(); ++i) {
    const Price& price = tuned.trials[i].price;
    text += fmt::format("{} {:<34}{:>12}{:>12}{:>14}", i == tuned.best ? "*" : " ",
                        tuned.trials[i].what, with_commas(price.ram_bytes()),
                        with_commas(price.flash_bytes()), with_commas(std::llround(price.cycles)));
    if (supply.mhz > 0) text += fmt::format("{:>10.2f}", milliseconds(price.cycles, supply));
    text += fits(price, budgets) ? "\n" : "  over budget\n";
  }
  for (const Share& share : shares(tuned.trials[tuned.best].price, budgets, supply))
    if (share.kept)
      text += fmt::format("{}: {} of {}, {} to spare\n", share.option, share.used, share.budget,
                          share.difference);
  return text;
}

nlohmann::json tuning_json(const Tuned& tuned, const Budgets& budgets) {
  nlohmann::json json = nlohmann::json::array();
  for (std::size_t i = 0; i < tuned.trials.size(); ++i) {
    const Price& price = tuned.trials[i].price;
    json.push_back({{"tried", tuned.trials[i].what},
                    {"ram_bytes", price.ram_bytes()},
                    {"flash_bytes", price.flash_bytes()},
                    {"cycles", price.cycles},
                    {"fits", fits(price, budgets)},
                    {"best", i == tuned.best}});
  }
  return json;
}

void report_excess(const Tuned& tuned, const Budgets& budgets, const Supply& supply,
                   Diagnostics& diagnostics) {
  const Trial& best = tuned.trials[tuned.best];
  if (fits(best.price, budgets)) return;
  Diagnostic& error = diagnostics.error({.file = best.compiled.emit.model_file},
                                        "no way of compiling it keeps all budgets");
  error.note(fmt::format("{} comes closest", best.what));
  for (const Share& share : shares(best.price, budgets, supply))
    error.note(share.kept ? fmt::format("{}: {} of {}", share.option, share.used, share.budget)
                          : fmt::format("{}: {}, which is {} more than {}", share.option,
                                        share.used, share.difference, share.budget));
}

}  // namespace smelt::tools
