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
#include "tools/supply.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

/// What a column of the list is of.
struct Column {
  std::string target;
  const Chip* chip = nullptr;
};

std::optional<std::vector<Column>> columns_of(const ReportOptions& options,
                                              Diagnostics& diagnostics) {
  std::vector<Column> columns;
  for (const std::string& target : options.targets) columns.push_back({target});
  for (const std::string& name : options.chips) {
    const Chip* const chip = chip_of(name, diagnostics);
    if (!chip) return std::nullopt;
    columns.push_back({std::string(chip->target), chip});
  }
  if (columns.empty()) columns.push_back({"cortex-m4"});
  if (!options.objects.empty() && columns.size() > 1) {
    diagnostics.error({.file = "--object"}, "is code for one target, of which there are several");
    return std::nullopt;
  }
  return columns;
}

/// The price on each device; nothing if any cannot be had.
std::optional<std::vector<Price>> prices_of(const ReportOptions& options,
                                            Diagnostics& diagnostics) {
  const auto columns = columns_of(options, diagnostics);
  if (!columns) return std::nullopt;
  std::vector<Price> prices;
  for (const Column& column : *columns) {
    ModelOptions model = options.model;
    model.target = column.target;
    auto compiled = compile_model(model, diagnostics);
    if (!compiled || !check_budgets(*compiled, model.flash, diagnostics)) return std::nullopt;
    const auto cases = inputs_of(options.inputs, 1, compiled->model.graph, diagnostics);
    if (!cases) return std::nullopt;
    auto price = price_of(*compiled, {options.objects, cases->front().inputs}, diagnostics);
    if (!price) return std::nullopt;
    price->chip = column.chip;
    price->supply = supply_of(column.chip, options.supply);
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
    fmt::print("{}\n", json_text(prices_json(*prices, options.every)));
  else
    fmt::print("{}", price_list(*prices, options.every));
  return exit_good;
}

}  // namespace smelt::tools
