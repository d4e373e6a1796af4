// SPDX-License-Identifier: Apache-2.0
#include "tools/explored.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "codegen/cpp_writer.h"
#include "codegen/scatter_svg.h"

namespace smelt::tools {
namespace {

/// What loses more is of no use to anyone, and would press the others together.
constexpr double drawn_loss = 0.1;

/// Energy is what cycles are worth: the same for all.
double cost_of(const Candidate& candidate, Cost cost) {
  if (cost == Cost::bytes || !candidate.price) return static_cast<double>(candidate.weights_bytes);
  return candidate.price->cycles;
}

bool dominates(const Candidate& a, const Candidate& b, Cost cost) {
  const double one = cost_of(a, cost), other = cost_of(b, cost);
  return one <= other && a.quality >= b.quality && (one < other || a.quality > b.quality);
}

double entropy_bytes(const Candidate& candidate) {
  return candidate.weights.entropy / 8;
}

std::string name_of(const Candidate& candidate) {
  std::string name = fmt::format("{} bits", candidate.bits);
  if (candidate.prune > 0) name += fmt::format(", {:.3g} % pruned", 100 * candidate.prune);
  if (candidate.coding != "smallest") name += ", " + candidate.coding;
  return name;
}

/// How many times smaller than the float model's its weights are.
double reduction(const Candidate& candidate, const Explored& explored) {
  return static_cast<double>(explored.float_bytes) /
         static_cast<double>(std::max<std::int64_t>(candidate.weights_bytes, 1));
}

std::string title_of(const Candidate& candidate, const Explored& explored) {
  return fmt::format(
      "{}\n{} {:.2f} %, {:+.2f} % of the float model's\n{} B weights, {:.1f} times smaller\n{} "
      "MACs",
      name_of(candidate), explored.metric, 100 * candidate.quality,
      100 * (candidate.quality - explored.float_quality), with_commas(candidate.weights_bytes),
      reduction(candidate, explored), with_commas(candidate.macs));
}

/// The same values everywhere: in CSV, JSON and the table.
struct Column {
  const char* name;
  std::function<nlohmann::json(const Candidate&)> value;
};

std::vector<Column> columns_of(const Explored& explored) {
  std::vector<Column> columns = {
      {"prune", [](const Candidate& each) { return each.prune; }},
      {"bits", [](const Candidate& each) { return each.bits; }},
      {"coding", [](const Candidate& each) { return each.coding; }},
      {"weights_bytes", [](const Candidate& each) { return each.weights_bytes; }},
      {"reduction", [&](const Candidate& each) { return reduction(each, explored); }},
      {"constants_bytes", [](const Candidate& each) { return each.constants_bytes; }},
      {"entropy_bytes", [](const Candidate& each) { return entropy_bytes(each); }},
      {"weights", [](const Candidate& each) { return each.weights.weights; }},
      {"zeros", [](const Candidate& each) { return each.weights.zeros; }},
      {"macs", [](const Candidate& each) { return each.macs; }},
      {explored.metric.c_str(), [](const Candidate& each) { return each.quality; }},
      {"loss", [&](const Candidate& each) { return explored.float_quality - each.quality; }},
      {"seconds", [](const Candidate& each) { return each.seconds; }},
      {"front", [](const Candidate& each) { return each.front; }}};
  if (!explored.candidates.front().price) return columns;
  columns.push_back(
      {"flash_bytes", [](const Candidate& each) { return each.price->flash_bytes(); }});
  columns.push_back({"ram_bytes", [](const Candidate& each) { return each.price->ram_bytes(); }});
  columns.push_back({"cycles", [](const Candidate& each) { return each.price->cycles; }});
  const Supply& supply = explored.supply;
  if (supply.mhz > 0)
    columns.push_back({"milliseconds", [&](const Candidate& each) {
                         return milliseconds(each.price->cycles, supply);
                       }});
  if (supply.run_uw_per_mhz > 0)
    columns.push_back({"microjoules", [&](const Candidate& each) {
                         return microjoules(each.price->cycles, supply);
                       }});
  return columns;
}

/// Of a candidate, behind the columns of all tables.
std::string price_cells(const Candidate& candidate, const Supply& supply) {
  if (!candidate.price) return "";
  const Price& price = *candidate.price;
  std::string cells =
      fmt::format(" {:>10} {:>9} {:>12}", with_commas(price.flash_bytes()),
                  with_commas(price.ram_bytes()), with_commas(std::llround(price.cycles)));
  if (supply.mhz > 0) cells += fmt::format(" {:>8.2f}", milliseconds(price.cycles, supply));
  if (supply.run_uw_per_mhz > 0)
    cells += fmt::format(" {:>8.1f}", microjoules(price.cycles, supply));
  return cells;
}

std::string price_titles(const Explored& explored) {
  if (!explored.candidates.front().price) return "";
  std::string titles = fmt::format(" {:>10} {:>9} {:>12}", "flash B", "RAM B", "cycles");
  if (explored.supply.mhz > 0) titles += fmt::format(" {:>8}", "ms");
  if (explored.supply.run_uw_per_mhz > 0) titles += fmt::format(" {:>8}", "uJ");
  return titles;
}

/// Where a candidate is drawn, on an axis that has the title below.
double drawn_cost(const Candidate& candidate, const Explored& explored) {
  const double cost = std::max(1.0, cost_of(candidate, explored.cost));
  return explored.cost == Cost::energy ? microjoules(cost, explored.supply) : cost;
}

std::string cost_title(Cost cost) {
  if (cost == Cost::cycles) return "cycles of a run, estimated (logarithmic)";
  if (cost == Cost::energy) return "microjoules of a run, estimated (logarithmic)";
  return "weights in flash and their code tables, bytes (logarithmic)";
}

}  // namespace

void mark_front(std::vector<Candidate>& candidates, Cost cost) {
  for (Candidate& each : candidates)
    each.front = std::none_of(candidates.begin(), candidates.end(),
                              [&](const Candidate& other) { return dominates(other, each, cost); });
}

void print_table(const Explored& explored) {
  fmt::print("{}: {} of the float model {:.2f} % on {} cases; * none is {} and better\n",
             explored.model, explored.metric, 100 * explored.float_quality,
             with_commas(static_cast<std::int64_t>(explored.cases)),
             explored.cost == Cost::bytes ? "smaller" : "faster");
  fmt::print("  {:>7} {:>5} {:>8} {:>12} {:>8} {:>11} {:>7} {:>12} {:>10} {:>9}{}\n", "pruned",
             "bits", "coding", "weights", "smaller", "entropy", "zero", "MACs", explored.metric,
             "loss", price_titles(explored));
  for (const Candidate& each : explored.candidates)
    fmt::print(
        "{} {:>5.3g} % {:>5} {:>8} {:>10} B {:>7.1f}x {:>9.0f} B {:>5.1f} % {:>12} {:>8.2f} % "
        "{:>7.2f} %{}\n",
        each.front ? '*' : ' ', 100 * each.prune, each.bits, each.coding,
        with_commas(each.weights_bytes), reduction(each, explored), entropy_bytes(each),
        100 * zero_share(each.weights), with_commas(each.macs), 100 * each.quality,
        100 * (explored.float_quality - each.quality), price_cells(each, explored.supply));
}

nlohmann::json to_json(const Explored& explored) {
  nlohmann::json json = {{"model", explored.model},
                         {"cases", explored.cases},
                         {explored.metric, {{"float", explored.float_quality}}},
                         {"candidates", nlohmann::json::array()}};
  const std::vector<Column> columns = columns_of(explored);
  for (const Candidate& each : explored.candidates) {
    nlohmann::json row;
    for (const Column& column : columns) row[column.name] = column.value(each);
    json["candidates"].push_back(std::move(row));
  }
  return json;
}

std::string csv_of(const Explored& explored) {
  const std::vector<Column> columns = columns_of(explored);
  std::string text;
  const auto end_field = [&](std::size_t i) { text += i + 1 < columns.size() ? ',' : '\n'; };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    text += columns[i].name;
    end_field(i);
  }
  for (const Candidate& each : explored.candidates)
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const nlohmann::json value = columns[i].value(each);
      text += value.is_string() ? value.get<std::string>() : value.dump();
      end_field(i);
    }
  return text;
}

std::string svg_of(const Explored& explored) {
  std::set<std::int32_t, std::greater<>> bits;
  for (const Candidate& each : explored.candidates) bits.insert(each.bits);
  Scatter scatter{
      .title = explored.model,
      .about = fmt::format("{} on {} cases, by pruning and bits of a weight", explored.metric,
                           with_commas(static_cast<std::int64_t>(explored.cases))),
      .x_title = cost_title(explored.cost),
      .y_title = explored.metric + ", %",
      .y_scale = 100,
      .y_least = explored.float_quality - drawn_loss,
      .reference = explored.float_quality,
      .reference_title = fmt::format("float model {:.2f} %", 100 * explored.float_quality)};
  for (const std::int32_t each : bits) scatter.series.push_back(fmt::format("{} bits", each));
  for (const Candidate& each : explored.candidates)
    scatter.points.push_back(
        {.x = drawn_cost(each, explored),
         .y = each.quality,
         .series = static_cast<std::size_t>(std::distance(bits.begin(), bits.find(each.bits))),
         .label = name_of(each),
         .title = title_of(each, explored),
         .front = each.front});
  return scatter_svg(scatter);
}

}  // namespace smelt::tools
