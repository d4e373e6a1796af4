// SPDX-License-Identifier: Apache-2.0
#include "tools/price/price_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "codegen/cpp_writer.h"
#include "codegen/names.h"

namespace smelt::tools {
namespace {

constexpr std::size_t functions_listed = 8;
constexpr int title_width = 24;
constexpr int column_width = 16;
constexpr std::size_t name_width = 56;

struct Row {
  std::string_view title;
  std::function<std::string(const Price&)> cell;
};

std::string bytes(std::int64_t count) {
  return with_commas(count) + " B";
}

std::vector<Row> rows() {
  return {{"flash", [](const Price& price) { return bytes(price.flash_bytes()); }},
          {"  code", [](const Price& price) { return bytes(price.code_bytes); }},
          {"  weights and tables", [](const Price& price) { return bytes(price.constant_bytes); }},
          {"RAM", [](const Price& price) { return bytes(price.ram_bytes()); }},
          {"  arena", [](const Price& price) { return bytes(price.arena_bytes); }},
          {"  state", [](const Price& price) { return bytes(price.state_bytes); }},
          {"  stack", [](const Price& price) { return bytes(price.stack_bytes); }},
          {"instructions", [](const Price& price) { return with_commas(price.instructions); }},
          {"  per MAC", [](const Price& price) {
             if (price.macs == 0) return std::string("-");
             return fmt::format("{:.2f}", static_cast<double>(price.instructions) /
                                              static_cast<double>(price.macs));
           }}};
}

/// "void smelt::conv<window>::row(int)" -> "smelt::conv::row".
std::string bare_name(std::string readable) {
  constexpr std::string_view anonymous = "(anonymous namespace)::";
  for (std::size_t at; (at = readable.find(anonymous)) != std::string::npos;)
    readable.erase(at, anonymous.size());
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

std::string functions_text(const Price& price) {
  std::string text = fmt::format("\n{}, {}\n{:>14}{:>8}{:>10}{:>10}  function\n", price.target,
                                 price.compiler, "instructions", "share", "calls", "bytes");
  const std::size_t listed = std::min(functions_listed, price.functions.size());
  for (std::size_t i = 0; i < listed; ++i) {
    const PricedFunction& function = price.functions[i];
    const double share = 100.0 * static_cast<double>(function.instructions) /
                         static_cast<double>(std::max<std::int64_t>(price.instructions, 1));
    text += fmt::format("{:>14}{:>6.1f} %{:>10}{:>10}  {}\n", with_commas(function.instructions),
                        share, with_commas(function.calls), with_commas(function.bytes),
                        shortened(bare_name(function.name), name_width));
  }
  return text;
}

}  // namespace

std::string price_list(const std::vector<Price>& prices) {
  std::string text = fmt::format("{:<{}}", "", title_width);
  for (const Price& price : prices) text += fmt::format("{:>{}}", price.target, column_width);
  text += '\n';
  for (const Row& row : rows()) {
    text += fmt::format("{:<{}}", row.title, title_width);
    for (const Price& price : prices) text += fmt::format("{:>{}}", row.cell(price), column_width);
    text += '\n';
  }
  for (const Price& price : prices) text += functions_text(price);
  return text;
}

nlohmann::json prices_json(const std::vector<Price>& prices) {
  nlohmann::json json = nlohmann::json::array();
  for (const Price& price : prices) {
    nlohmann::json sections = nlohmann::json::array(), functions = nlohmann::json::array();
    nlohmann::json steps = nlohmann::json::array();
    for (const PricedStep& step : price.steps)
      steps.push_back({{"step", step.step},
                       {"name", step.name},
                       {"kernel", step.kernel},
                       {"macs", step.macs},
                       {"code_bytes", step.code_bytes},
                       {"constant_bytes", step.constant_bytes},
                       {"instructions", step.instructions},
                       {"cycles", step.cycles}});
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
                    {"stack_bytes", price.stack_bytes},
                    {"macs", price.macs},
                    {"instructions", price.instructions},
                    {"cycles", price.cycles},
                    {"steps", std::move(steps)},
                    {"sections", std::move(sections)},
                    {"functions", std::move(functions)}});
  }
  return json;
}

}  // namespace smelt::tools
