// SPDX-License-Identifier: Apache-2.0
#include "tools/layer_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "codegen/context.h"

namespace smelt::tools {
namespace {

constexpr std::size_t widest_name = 28, first_width = 10, largest_width = 8;
constexpr std::size_t columns_width = first_width + 2 + largest_width + 2 + LayerErrors::bins;

constexpr std::string_view legend =
    "first: case and element. errors: elements off by up to 1/2, 1, 2, 4, 8, 16, 32 steps, or "
    "more;\nof floats, by up to 1e-7, 1e-6 ... 0.1 of the largest, or more.\n";

/// One comparison that layers were put to.
struct Comparison {
  const char* key;    ///< in JSON
  const char* title;  ///< above its columns
  std::optional<LayerErrors> ComparedLayer::* errors;
};
constexpr std::array comparisons = {
    Comparison{"emitted_evaluator", "emitted code - evaluator", &ComparedLayer::evaluator},
    Comparison{"emitted_golden", "emitted code - golden", &ComparedLayer::golden},
    Comparison{"evaluator_float", "evaluator - float model", &ComparedLayer::float_model},
};

bool any_has(const std::vector<ComparedLayer>& layers, const Comparison& comparison) {
  return std::any_of(layers.begin(), layers.end(), [&](const ComparedLayer& layer) {
    return (layer.*comparison.errors).has_value();
  });
}

/// A block for each bin, as high as its share of the elements; a dot where there are none.
std::string histogram(const LayerErrors& errors) {
  constexpr std::array blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  for (const std::int64_t count : errors.histogram) {
    const double share = static_cast<double>(count) / static_cast<double>(errors.elements);
    const auto height = static_cast<std::size_t>(std::ceil(share * blocks.size()));
    text += count == 0 ? "." : blocks[std::max<std::size_t>(height, 1) - 1];
  }
  return text;
}

std::string largest_text(const LayerErrors& errors) {
  if (errors.largest == 0) return "0";
  return errors.unit == ErrorUnit::relative ? fmt::format("{:.1e}", errors.largest)
                                            : fmt::format("{:.4g}", errors.largest);
}

std::string first_text(const LayerErrors& errors) {
  return errors.first ? fmt::format("{}:{}", errors.first->run, errors.first->element) : "-";
}

std::string columns(const std::optional<LayerErrors>& errors) {
  if (!errors) return std::string(columns_width, ' ');
  return fmt::format("{:>{}}  {:>{}}  {}", first_text(*errors), first_width, largest_text(*errors),
                     largest_width, histogram(*errors));
}

/// Without the spaces at its end.
std::string line(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

nlohmann::json json_of(const LayerErrors::Number& number) {
  return std::visit([](auto value) { return nlohmann::json(value); }, number);
}

nlohmann::json json_of(const LayerErrors& errors) {
  nlohmann::json json = {{"unit", errors.unit == ErrorUnit::steps ? "steps" : "of the largest"},
                         {"elements", errors.elements},
                         {"different", errors.different},
                         {"largest", errors.largest},
                         {"first", nullptr},
                         {"histogram", nlohmann::json::array()}};
  if (errors.first)
    json["first"] = {{"case", errors.first->run},
                     {"element", errors.first->element},
                     {"expected", json_of(errors.first->expected)},
                     {"got", json_of(errors.first->got)}};
  for (std::size_t i = 0; i < LayerErrors::bins; ++i)
    json["histogram"].push_back(
        {{"up_to", end_of_bin(errors.unit, i)}, {"elements", errors.histogram[i]}});
  return json;
}

}  // namespace

std::string layer_table(const Compiled& compiled, const std::vector<ComparedLayer>& layers) {
  const EmitContext names(compiled.program, compiled.emit);
  const auto name_of = [&](const ComparedLayer& layer) -> const std::string& {
    return names.layers[static_cast<std::size_t>(layer.step)];
  };
  std::size_t width = std::string_view("layer").size();
  for (const ComparedLayer& layer : layers) width = std::max(width, name_of(layer).size());
  width = std::min(width, widest_name);
  std::string titles = fmt::format("{:{}}", "", 4 + 2 + width + 2 + 4 + 2 + 8);
  std::string heads = fmt::format("step  {:<{}}  {:<4}  {:>8}", "layer", width, "type", "elements");
  for (const Comparison& each : comparisons)
    if (any_has(layers, each)) {
      titles += fmt::format("    {:<{}}", each.title, columns_width);
      heads += fmt::format("    {:>{}}  {:>{}}  {:<{}}", "first", first_width, "largest",
                           largest_width, "errors", LayerErrors::bins);
    }
  std::string rows;
  for (const ComparedLayer& layer : layers) {
    const Tensor& tensor = compiled.model.graph[layer.tensor];
    std::string row =
        fmt::format("{:>4}  {:<{}}  {:<4}  {:>8}", layer.step, shortened(name_of(layer), width),
                    width, to_string(tensor.type), element_count(tensor.shape));
    for (const Comparison& each : comparisons)
      if (any_has(layers, each)) row += "    " + columns(layer.*each.errors);
    rows += line(std::move(row));
  }
  return line(std::move(titles)) + line(std::move(heads)) + rows + std::string(legend);
}

nlohmann::json to_json(const Compiled& compiled, const std::vector<ComparedLayer>& layers) {
  const EmitContext names(compiled.program, compiled.emit);
  nlohmann::json json = nlohmann::json::array();
  for (const ComparedLayer& layer : layers) {
    const Tensor& tensor = compiled.model.graph[layer.tensor];
    json.push_back({{"step", layer.step},
                    {"name", names.layers[static_cast<std::size_t>(layer.step)]},
                    {"tensor", tensor.name},
                    {"type", to_string(tensor.type)},
                    {"shape", tensor.shape}});
    for (const Comparison& each : comparisons)
      if (const auto& errors = layer.*each.errors) json.back()[each.key] = json_of(*errors);
  }
  return json;
}

}  // namespace smelt::tools
