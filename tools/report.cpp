// SPDX-License-Identifier: Apache-2.0
//
// smelt report: what a model costs on devices, read from the machine code that it becomes there.
#include <fmt/format.h>

#include <map>

#include "tools/budget.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/layer_noise.h"
#include "tools/model.h"
#include "tools/page/page.h"
#include "tools/price/executable.h"
#include "tools/price/price_json.h"
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

using Observe = std::function<void(std::string_view, const Graph&, double)>;

/// The model compiled for the first target, and what it takes on all devices.
struct Priced {
  std::optional<Compiled> first;
  std::vector<DevicePrice> devices;
  std::map<std::string, std::optional<DevicePrice>> by_target;  ///< chips can share one
};

/// Whether a page has much to say of what has no price; warns then.
bool is_page_enough(const ReportOptions& options, const Compiled& compiled,
                    Diagnostics& diagnostics) {
  if (options.html.empty() || has_prices(compiled.target)) return false;
  diagnostics
      .warning({.file = compiled.emit.model_file},
               fmt::format("there are no prices for {}", compiled.target.name))
      .note("the page has what is known without them");
  return true;
}

std::optional<DevicePrice> price_on(const Compiled& compiled, const ReportOptions& options,
                                    Diagnostics& diagnostics) {
  const auto cases = inputs_of(options.inputs, 1, compiled.model.graph, diagnostics);
  if (!cases) return std::nullopt;
  auto price = price_of(compiled, {options.objects, cases->front().inputs}, diagnostics);
  if (!price) return std::nullopt;
  return DevicePrice{compiled.target, *std::move(price)};
}

/// Compiles and prices for a target that was not seen before. False: that was reported to fail.
bool add_target(const std::string& target, const ReportOptions& options, const Observe& observe,
                Priced& priced, Diagnostics& diagnostics) {
  if (priced.by_target.contains(target)) return true;
  ModelOptions model = options.model;
  model.target = target;
  auto compiled = priced.first ? compile_loaded(priced.first->model, model, diagnostics)
                               : compile_model(model, diagnostics, {}, observe);
  if (!compiled || !check_budgets(*compiled, model.flash, diagnostics)) return false;
  std::optional<DevicePrice>& price = priced.by_target[target];
  if (!is_page_enough(options, *compiled, diagnostics)) {
    price = price_on(*compiled, options, diagnostics);
    if (!price) return false;
  }
  if (!priced.first) priced.first = std::move(compiled);
  return true;
}

/// Nothing if any of them cannot be had. `observe` is called after the passes of the first.
std::optional<Priced> price_all(const ReportOptions& options, const Observe& observe,
                                Diagnostics& diagnostics) {
  const auto columns = columns_of(options, diagnostics);
  if (!columns) return std::nullopt;
  Priced priced;
  for (const Column& column : *columns) {
    if (!add_target(column.target, options, observe, priced, diagnostics)) return std::nullopt;
    auto device = priced.by_target[column.target];
    if (!device) continue;
    device->price.chip = column.chip;
    device->price.supply = supply_of(column.chip, options.supply);
    priced.devices.push_back(*std::move(device));
  }
  return priced;
}

/// On the calibration data. Nothing if that was reported to be of no use.
std::optional<std::vector<LayerNoise>> noise_of(const Model& model, const std::string& calibrate,
                                                Diagnostics& diagnostics) {
  if (!model.quantized) return std::vector<LayerNoise>();
  const auto cases = read_inputs(calibrate, model.graph, diagnostics);
  const auto reference = read_inputs(calibrate, model.quantized->reference, diagnostics);
  if (!cases || !reference) return std::nullopt;
  return layer_noise(model, *reference, *cases);
}

using Sketches = std::vector<std::pair<std::string, Sketch>>;  ///< by pass

int write_page(const ReportOptions& options, const Priced& priced, Sketches sketches,
               Diagnostics& diagnostics) {
  const Compiled& first = *priced.first;
  PassHistory passes(sketch_of(first.model.graph));
  for (auto& [pass, sketch] : sketches) passes.add(pass, std::move(sketch));
  auto noise = noise_of(first.model, options.model.quantization.calibrate, diagnostics);
  if (!noise) return exit_bad_input;
  const PageContents contents{.compiled = first,
                              .passes = passes,
                              .prices = priced.devices,
                              .every = options.every,
                              .noise = *std::move(noise),
                              .flash_budget = parse_bytes(options.model.flash)};
  return write_output(options.html, page_html(contents), diagnostics) ? exit_good : exit_system;
}

}  // namespace

int report(const ReportOptions& options) {
  Diagnostics diagnostics;
  Sketches sketches;
  const auto priced = price_all(
      options,
      [&](std::string_view pass, const Graph& graph, double) {
        if (!options.html.empty()) sketches.emplace_back(pass, sketch_of(graph));
      },
      diagnostics);
  int code = priced ? exit_good : exit_bad_input;
  if (priced && !options.html.empty())
    code = write_page(options, *priced, std::move(sketches), diagnostics);
  print(diagnostics);
  if (code != exit_good) return code;
  std::vector<Price> prices;
  for (const DevicePrice& device : priced->devices) prices.push_back(device.price);
  if (options.json)
    fmt::print("{}\n", json_text(prices_json(prices, options.every)));
  else if (!prices.empty())
    fmt::print("{}", price_list(prices, options.every));
  return exit_good;
}

}  // namespace smelt::tools
