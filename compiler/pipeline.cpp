// SPDX-License-Identifier: Apache-2.0
#include "compiler/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "compiler/graph/verify.h"
#include "compiler/lower/lower.h"
#include "compiler/passes/passes.h"
#include "compiler/plan/plan.h"

namespace smelt {
namespace {

/// How far above the smallest peak a balanced plan may be: pipelines that save less are not worth
/// their code.
constexpr double balanced_slack = 1.25;

constexpr std::pair<Optimize, std::string_view> modes[] = {{Optimize::none, "none"},
                                                           {Optimize::speed, "speed"},
                                                           {Optimize::balanced, "balanced"},
                                                           {Optimize::ram, "ram"},
                                                           {Optimize::size, "size"}};

bool makes_pipelines(const PipelineOptions& options) {
  const bool rows = options.optimize == Optimize::balanced || options.optimize == Optimize::ram;
  return options.stream != Stream::none ||
         options.schedule.value_or(rows ? Schedule::rows : Schedule::layers) == Schedule::rows;
}

bool runs(const Pass& pass, const PipelineOptions& options) {
  if (pass.pipelines && !makes_pipelines(options)) return false;
  return (!pass.optimization || options.optimize != Optimize::none) &&
         !(pass.rounds && options.exact);
}

/// A pass that gives an invalid graph is our mistake: wrong code must not come of it, in any build.
void require_valid(const Graph& graph, std::string_view pass) {
  Diagnostics found;
  verify(graph, found);
  if (!found.failed()) return;
  fmt::print(stderr, "internal error: {} gives an invalid graph\n", pass);
  for (const Diagnostic& each : found.all()) fmt::print(stderr, "{}", to_string(each));
  std::abort();
}

/// What constants may take: the budget, or the device.
std::optional<std::int64_t> flash_for(const Target& target, const PipelineOptions& options) {
  std::optional<std::int64_t> flash = options.flash;
  for (const std::int64_t limit : {target.flash_bytes, target.constant_reach})
    if (limit > 0) flash = std::min(flash.value_or(limit), limit);
  return flash;
}

/// How often each node's weights are read in one run: row by row, once for each row.
std::vector<std::int64_t> passes_of(const Graph& graph, const Program& program) {
  std::vector<std::int64_t> passes;
  for (const Node& node : graph.nodes) {
    const auto step = std::find_if(program.steps.begin(), program.steps.end(),
                                   [&](const Step& each) { return each.layer == node.name; });
    passes.push_back(step != program.steps.end() && step->row_form ? step->row_form->height : 1);
  }
  return passes;
}

Codings codings_of(const Graph& graph, const std::map<std::string, Coding>& by_name) {
  Codings codings;
  for (const Node& node : graph.nodes) {
    const auto chosen = by_name.find(node.name);
    codings.push_back(chosen == by_name.end() ? Coding::plain : chosen->second);
  }
  return codings;
}

void share_kernels(const std::set<std::string>& layers, Program& program) {
  program.shared_kernels = !layers.empty();
  for (Step& step : program.steps)
    step.specialised = step.specialised || !layers.contains(step.layer);
}

}  // namespace

std::string_view to_string(Optimize optimize) {
  for (const auto& [mode, name] : modes)
    if (mode == optimize) return name;
  return {};
}

std::optional<Optimize> parse_optimize(std::string_view text) {
  for (const auto& [mode, name] : modes)
    if (name == text) return mode;
  return std::nullopt;
}

const std::vector<Pass>& import_passes() {
  static const std::vector<Pass> passes = {
      {"integer_operators", integer_operators, false},  // quantized layers compute with integers
  };
  return passes;
}

const std::vector<Pass>& all_passes() {
  static const std::vector<Pass> passes = {
      {"fold_constants", fold_constants, false},       // only outputs have constant operands alone
      {"remove_transposes", remove_transposes, true},  // layouts are as the operators want them
      {"fold_scales", fold_scales, true, true},        // batch normalization is in weights and bias
      {"fold_pads", fold_pads, true},                  // convolutions pad for themselves
      {"fuse_activations", fuse_activations, true},    // clamps are in what they clamp
      {"remove_dead_channels", remove_dead_channels, true},     // no constant channel is computed
      {"columns_to_rows", columns_to_rows, true, false, true},  // time runs down, not across
      {"remove_dead_nodes", remove_dead_nodes, false},          // every tensor is used
  };
  return passes;
}

std::optional<Graph> run_passes(Graph graph, const PipelineOptions& options,
                                Diagnostics& diagnostics) {
  verify(graph, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  for (const Pass& pass : all_passes()) {
    if (!runs(pass, options)) continue;
    const auto start = std::chrono::steady_clock::now();
    graph = pass.run(std::move(graph));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    require_valid(graph, pass.name);
    if (options.observe) options.observe(pass.name, graph, seconds.count());
    if (options.stop_after == pass.name) break;
  }
  return graph;
}

PlanOptions plan_options(const Target& target, const PipelineOptions& options) {
  const bool rows = options.optimize == Optimize::balanced || options.optimize == Optimize::ram;
  const bool balanced = options.optimize == Optimize::balanced;
  return {.keep_input = options.keep_input,
          .share = options.optimize != Optimize::none,
          .alignment = std::min(4, target.max_alignment),
          .schedule = options.schedule.value_or(rows ? Schedule::rows : Schedule::layers),
          .slack = balanced ? balanced_slack : 1,
          .ram = balanced ? options.ram : std::nullopt,
          .device_ram = target.ram_bytes,
          .stream = options.stream,
          .row_costs =
              options.choices ? options.choices->row_costs : std::map<std::string, std::int64_t>()};
}

Program lower_and_plan(const Graph& graph, const Target& target, const PipelineOptions& options) {
  if (options.choices) {
    const Codings codings = codings_of(graph, options.choices->codings);
    return lower_and_plan(graph, target, options, codings);
  }
  CodingOptions coding{.mode = options.coding, .flash = flash_for(target, options), .passes = {}};
  if (coding.mode != CodingMode::fastest)
    return lower_and_plan(graph, target, options, choose_codings(graph, target, coding));
  // What decoding costs is weighed by the plan that plain weights lead to.
  Program plain = lower_and_plan(graph, target, options, Codings());
  coding.passes = passes_of(graph, plain);
  const Codings codings = choose_codings(graph, target, coding);
  const auto is_coded = [](Coding each) { return each != Coding::plain; };
  if (std::none_of(codings.begin(), codings.end(), is_coded)) return plain;
  return lower_and_plan(graph, target, options, codings);
}

Program lower_and_plan(const Graph& graph, const Target& target, const PipelineOptions& options,
                       const Codings& codings) {
  Program program =
      plan(lower(graph, target, KernelChoice::best, codings), plan_options(target, options));
  program.shared_kernels = !options.specialise.value_or(options.optimize != Optimize::size);
  if (options.choices) share_kernels(options.choices->shared, program);
  return program;
}

std::string pass_names(const PipelineOptions& options) {
  std::string names;
  for (const Pass& pass : all_passes())
    if (runs(pass, options)) names += (names.empty() ? "" : " ") + std::string(pass.name);
  return names;
}

}  // namespace smelt
