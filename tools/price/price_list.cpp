// SPDX-License-Identifier: Apache-2.0
#include "tools/price/price_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "codegen/cpp_writer.h"
#include "codegen/names.h"

namespace smelt::tools {
namespace {

constexpr std::size_t functions_listed = 8;
constexpr int title_width = 26;
constexpr int layer_width = 30;
constexpr int column_width = 16;
constexpr std::size_t name_width = 56;

struct Row {
  std::string title;
  std::function<std::string(const Price&)> cell;
};

std::string bytes(std::int64_t count) {
  return with_commas(count) + " B";
}

std::string share(std::int64_t part, std::int64_t all) {
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(all));
}

std::string rounded(double value) {
  return with_commas(std::llround(value));
}

std::string per_mac(const Price& price, double count) {
  if (price.macs == 0) return "-";
  return fmt::format("{:.2f}", count / static_cast<double>(price.macs));
}

std::string memory_share(const Price& price, std::int64_t part, std::int64_t Chip::* all) {
  return price.chip ? share(part, price.chip->*all) : "";
}

std::vector<Row> rows_of_memory() {
  return {
      {"flash", [](const Price& price) { return bytes(price.flash_bytes()); }},
      {"  of the chip's",
       [](const Price& price) {
         return memory_share(price, price.flash_bytes(), &Chip::flash_bytes);
       }},
      {"  code", [](const Price& price) { return bytes(price.code_bytes); }},
      {"  weights and tables", [](const Price& price) { return bytes(price.constant_bytes); }},
      {"RAM", [](const Price& price) { return bytes(price.ram_bytes()); }},
      {"  of the chip's",
       [](const Price& price) { return memory_share(price, price.ram_bytes(), &Chip::ram_bytes); }},
      {"  arena", [](const Price& price) { return bytes(price.arena_bytes); }},
      {"  state", [](const Price& price) { return bytes(price.state_bytes); }},
      {"  stack", [](const Price& price) { return bytes(price.stack_bytes); }}};
}

std::vector<Row> rows_of_work() {
  return {
      {"instructions", [](const Price& price) { return with_commas(price.instructions); }},
      {"  per MAC",
       [](const Price& price) { return per_mac(price, static_cast<double>(price.instructions)); }},
      {"cycles, estimated", [](const Price& price) { return rounded(price.cycles); }},
      {"  per MAC", [](const Price& price) { return per_mac(price, price.cycles); }},
      {"clock",
       [](const Price& price) {
         return price.supply.mhz > 0 ? fmt::format("{} MHz", price.supply.mhz) : "";
       }},
      {"time",
       [](const Price& price) {
         if (price.supply.mhz == 0) return std::string();
         return measured(milliseconds(price.cycles, price.supply), "ms");
       }},
      {"energy",
       [](const Price& price) {
         if (price.supply.run_uw_per_mhz == 0) return std::string();
         return measured(microjoules(price.cycles, price.supply), "uJ");
       }},
      {"inferences of a CR2032", [](const Price& price) {
         if (price.supply.run_uw_per_mhz == 0) return std::string();
         return rounded(coin_cell_inferences(price.cycles, price.supply));
       }}};
}

std::vector<Row> rows_of_life(const std::vector<double>& every) {
  std::vector<Row> rows;
  for (const double seconds : every)
    rows.push_back({fmt::format("  one every {:g} s lasts", seconds),
                    [seconds](const Price& price) { return life(price, seconds); }});
  return rows;
}

/// Nothing of rows without a figure.
std::string table(const std::vector<Price>& prices, const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    std::string line = fmt::format("{:<{}}", row.title, title_width);
    bool any = false;
    for (const Price& price : prices) {
      const std::string cell = row.cell(price);
      any = any || !cell.empty();
      line += fmt::format("{:>{}}", cell, column_width);
    }
    if (any) text += line + '\n';
  }
  return text;
}

std::string steps_text(const Price& price) {
  std::string text = fmt::format("\n{}: layers\n{:>4}  {:<{}}{:>12}{:>9}{:>11}{:>14}{:>14}{:>9}\n",
                                 name_of(price), "step", "layer", layer_width, "MACs", "code B",
                                 "weights B", "instructions", "cycles", "share");
  for (const PricedStep& step : price.steps)
    text +=
        fmt::format("{:>4}  {:<{}}{:>12}{:>9}{:>11}{:>14}{:>14}{:>7.1f} %\n",
                    step.step < 0 ? "" : std::to_string(step.step),
                    step.step < 0 ? "between layers" : shortened(step.name, layer_width - 2),
                    layer_width, with_commas(step.macs), with_commas(step.code_bytes),
                    with_commas(step.constant_bytes), with_commas(step.instructions),
                    rounded(step.cycles), price.cycles > 0 ? 100 * step.cycles / price.cycles : 0);
  return text;
}

std::string functions_text(const Price& price) {
  std::string text =
      fmt::format("\n{}: functions, {}\n{:>14}{:>8}{:>10}{:>10}  function\n", name_of(price),
                  price.compiler, "instructions", "share", "calls", "bytes");
  const std::size_t listed = std::min(functions_listed, price.functions.size());
  for (std::size_t i = 0; i < listed; ++i) {
    const PricedFunction& function = price.functions[i];
    text += fmt::format("{:>14}{:>8}{:>10}{:>10}  {}\n", with_commas(function.instructions),
                        share(function.instructions, std::max<std::int64_t>(price.instructions, 1)),
                        with_commas(function.calls), with_commas(function.bytes),
                        shortened(bare_name(function.name), name_width));
  }
  return text;
}

}  // namespace

std::string name_of(const Price& price) {
  return price.chip ? std::string(price.chip->name) : price.target;
}

std::string measured(double value, std::string_view unit) {
  if (value >= 1000) return fmt::format("{} {}", rounded(value), unit);
  return fmt::format("{:.{}f} {}", value, value >= 100 ? 0 : value >= 10 ? 1 : 2, unit);
}

std::string life(const Price& price, double seconds) {
  const Supply& supply = price.supply;
  if (supply.mhz == 0 || supply.run_uw_per_mhz == 0) return "";
  const double days = coin_cell_days(price.cycles, supply, seconds);
  if (days == 0) return "too slow";
  return (supply.sleep_uw > 0 ? "" : "< ") + measured(days, "days");
}

std::string bare_name(std::string readable) {
  constexpr std::string_view anonymous = "(anonymous namespace)::";
  for (std::size_t at; (at = readable.find(anonymous)) != std::string::npos;)
    readable.erase(at, anonymous.size());
  readable.resize(std::min(readable.find(" (."), readable.size()));
  std::string name;
  int depth = 0;
  for (const char c : readable) {
    if (c == '<' || c == '(') ++depth;
    if (depth == 0 && c == ' ')
      name.clear();  // the type that it returns
    else if (depth == 0)
      name += c;
    if (c == '>' || c == ')') --depth;
  }
  return name;
}

std::string price_list(const std::vector<Price>& prices, const std::vector<double>& every) {
  std::string text = fmt::format("{:<{}}", "", title_width);
  for (const Price& price : prices) text += fmt::format("{:>{}}", name_of(price), column_width);
  text += '\n' + table(prices, rows_of_memory()) + table(prices, rows_of_work()) +
          table(prices, rows_of_life(every));
  for (const Price& price : prices) {
    if (!price.steps.empty()) text += steps_text(price);
    text += functions_text(price);
  }
  return text;
}

}  // namespace smelt::tools
