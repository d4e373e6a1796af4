// SPDX-License-Identifier: Apache-2.0
//
// smelt report: all there is to know of a compiled model, for people and for scripts.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "codegen/context.h"
#include "codegen/memory.h"
#include "tools/budget.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/layer_noise.h"
#include "tools/model.h"
#include "tools/page/page.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

/// On the calibration data. Nothing if that was reported to be of no use.
std::optional<std::vector<LayerNoise>> noise_of(const Model& model, const std::string& calibrate,
                                                Diagnostics& diagnostics) {
  if (!model.quantized) return std::vector<LayerNoise>();
  const auto cases = read_inputs(calibrate, model.graph, diagnostics);
  const auto reference = read_inputs(calibrate, model.quantized->reference, diagnostics);
  if (!cases || !reference) return std::nullopt;
  return layer_noise(model, *reference, *cases);
}

nlohmann::json layers_json(const Compiled& compiled) {
  const EmitContext context(compiled.program, compiled.emit);
  const Memory memory = memory_of(compiled.program);
  const std::vector<std::int64_t> constants = constant_bytes_by_step(compiled.program);
  nlohmann::json json = nlohmann::json::array();
  for (std::size_t i = 0; i < compiled.program.steps.size(); ++i) {
    const Step& step = compiled.program.steps[i];
    json.push_back({{"name", context.layers[i]},
                    {"layer", step.layer},
                    {"kernel", step.kernel.name},
                    {"macs", step.macs},
                    {"constant_bytes", constants[i]},
                    {"live_bytes", memory.live[i]}});
  }
  return json;
}

std::string_view word(Change change) {
  if (change == Change::removed) return "removed";
  return change == Change::added ? "added" : "changed";
}

nlohmann::json passes_json(const PassHistory& history) {
  nlohmann::json json = nlohmann::json::array();
  for (const PassRecord& pass : history.passes()) {
    json.push_back({{"name", pass.name},
                    {"nodes", pass.nodes},
                    {"macs", pass.macs},
                    {"changes", nlohmann::json::array()}});
    for (const NodeChange& each : pass.changes)
      json.back()["changes"].push_back({{"layer", each.name},
                                        {"operator", each.op},
                                        {"change", word(each.change)},
                                        {"what", each.what}});
  }
  return json;
}

nlohmann::json report_json(const PageContents& contents) {
  const Compiled& compiled = contents.compiled;
  const ConstantBytes constants = constant_bytes(compiled.program);
  nlohmann::json json = {{"model", compiled.emit.model_file},
                         {"sha256", compiled.emit.sha256},
                         {"target", compiled.target.name},
                         {"command", compiled.emit.command},
                         {"arena_bytes", compiled.program.arena_bytes},
                         {"state_bytes", compiled.program.state_bytes},
                         {"weights_bytes", constants.weights + constants.single},
                         {"tables_bytes", constants.tables},
                         {"macs", total_macs(compiled.graph)},
                         {"layers", layers_json(compiled)},
                         {"passes", passes_json(contents.passes)}};
  for (const LayerNoise& layer : contents.noise)
    json["noise"].push_back({{"layer", layer.name}, {"snr_db", layer.noise.decibels()}});
  return json;
}

void print_layers(const Compiled& compiled) {
  fmt::print("{:>4}  {:<24} {:>12} {:>12} {:>12}\n", "step", "layer", "MACs", "constants", "RAM");
  const nlohmann::json layers = layers_json(compiled);
  for (std::size_t i = 0; i < layers.size(); ++i)
    fmt::print("{:>4}  {:<24} {:>12} {:>10} B {:>10} B\n", i,
               shortened(layers[i]["name"].get<std::string>(), 24), with_commas(layers[i]["macs"]),
               with_commas(layers[i]["constant_bytes"]), with_commas(layers[i]["live_bytes"]));
}

}  // namespace

int report(const ReportOptions& options) {
  Diagnostics diagnostics;
  const auto done = [&](int code) {
    print(diagnostics);
    return code;
  };
  std::vector<std::pair<std::string, Sketch>> sketches;
  auto compiled = compile_model(options.model, diagnostics, {},
                                [&](std::string_view pass, const Graph& graph, double) {
                                  sketches.emplace_back(pass, sketch_of(graph));
                                });
  if (!compiled) return done(exit_bad_input);
  PassHistory passes(sketch_of(compiled->model.graph));
  for (auto& [pass, sketch] : sketches) passes.add(pass, std::move(sketch));
  auto noise = noise_of(compiled->model, options.model.quantization.calibrate, diagnostics);
  if (!noise) return done(exit_bad_input);
  const PageContents contents{.compiled = *compiled,
                              .passes = passes,
                              .prices = {},
                              .tables = {},
                              .noise = *std::move(noise),
                              .flash_budget = parse_bytes(options.model.flash)};
  if (!options.html.empty() && !write_output(options.html, page_html(contents), diagnostics))
    return done(exit_system);
  if (options.json)
    fmt::print("{}\n", json_text(report_json(contents)));
  else if (options.html.empty())
    print_layers(*compiled);
  return done(check_budgets(*compiled, options.model.flash, diagnostics) ? exit_good
                                                                         : exit_bad_input);
}

}  // namespace smelt::tools
