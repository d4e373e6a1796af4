// SPDX-License-Identifier: Apache-2.0
//
// smelt report: what a model costs on devices, read from the machine code that it becomes there.
#include <fmt/format.h>

#include "tools/budget.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/model.h"
#include "tools/price/price_list.h"

namespace smelt::tools {
namespace {

/// The prices for each target; nothing if any cannot be had.
std::optional<std::vector<Price>> prices_of(const ReportOptions& options,
                                            Diagnostics& diagnostics) {
  std::vector<Price> prices;
  for (const std::string& target : options.targets) {
    ModelOptions model = options.model;
    model.target = target;
    auto compiled = compile_model(model, diagnostics);
    if (!compiled || !check_budgets(*compiled, model.flash, diagnostics)) return std::nullopt;
    auto price = price_of(*compiled, diagnostics);
    if (!price) return std::nullopt;
    prices.push_back(std::move(*price));
  }
  return prices;
}

}  // namespace

int report(const ReportOptions& options) {
  Diagnostics diagnostics;
  const auto prices = prices_of(options, diagnostics);
  print(diagnostics);
  if (!prices) return exit_bad_input;
  if (options.json)
    fmt::print("{}\n", json_text(prices_json(*prices)));
  else
    fmt::print("{}", price_list(*prices));
  return exit_good;
}

}  // namespace smelt::tools
