// SPDX-License-Identifier: Apache-2.0
#include "tools/price/price_json.h"

namespace smelt::tools {
namespace {

nlohmann::json step_json(const PricedStep& step) {
  return {{"step", step.step},
          {"name", step.name},
          {"kernel", step.kernel},
          {"macs", step.macs},
          {"code_bytes", step.code_bytes},
          {"constant_bytes", step.constant_bytes},
          {"instructions", step.instructions},
          {"cycles", step.cycles}};
}

/// Clock, power and what follows from them, as far as they are known.
void add_supply(const Price& price, const std::vector<double>& every, nlohmann::json& json) {
  const Supply& supply = price.supply;
  if (price.chip) json["chip"] = price.chip->name;
  if (supply.mhz > 0) {
    json["mhz"] = supply.mhz;
    json["milliseconds"] = milliseconds(price.cycles, supply);
  }
  if (supply.run_uw_per_mhz == 0) return;
  json["run_uw_per_mhz"] = supply.run_uw_per_mhz;
  json["sleep_uw"] = supply.sleep_uw;
  json["microjoules"] = microjoules(price.cycles, supply);
  json["coin_cell_inferences"] = coin_cell_inferences(price.cycles, supply);
  if (supply.mhz == 0) return;
  json["coin_cell_days"] = nlohmann::json::array();
  for (const double seconds : every)
    json["coin_cell_days"].push_back(
        {{"every_seconds", seconds}, {"days", coin_cell_days(price.cycles, supply, seconds)}});
}

}  // namespace

nlohmann::json prices_json(const std::vector<Price>& prices, const std::vector<double>& every) {
  nlohmann::json json = nlohmann::json::array();
  for (const Price& price : prices) {
    nlohmann::json sections = nlohmann::json::array(), functions = nlohmann::json::array();
    nlohmann::json steps = nlohmann::json::array();
    for (const PricedStep& step : price.steps) steps.push_back(step_json(step));
    for (const PricedSection& section : price.sections)
      sections.push_back({{"name", section.name}, {"bytes", section.bytes}});
    for (const PricedFunction& function : price.functions)
      functions.push_back({{"name", function.name},
                           {"bytes", function.bytes},
                           {"calls", function.calls},
                           {"instructions", function.instructions}});
    json.push_back({{"target", price.target},
                    {"compiler", price.compiler},
                    {"flash_bytes", price.flash_bytes()},
                    {"code_bytes", price.code_bytes},
                    {"constant_bytes", price.constant_bytes},
                    {"ram_bytes", price.ram_bytes()},
                    {"arena_bytes", price.arena_bytes},
                    {"state_bytes", price.state_bytes},
                    {"data_bytes", price.data_bytes},
                    {"stack_bytes", price.stack_bytes},
                    {"macs", price.macs},
                    {"instructions", price.instructions},
                    {"cycles", price.cycles},
                    {"steps", std::move(steps)},
                    {"sections", std::move(sections)},
                    {"functions", std::move(functions)}});
    add_supply(price, every, json.back());
  }
  return json;
}

}  // namespace smelt::tools
