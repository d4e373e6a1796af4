// SPDX-License-Identifier: Apache-2.0
//
// smelt plan: where every buffer lies, and why it takes so much.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "codegen/context.h"
#include "codegen/memory.h"
#include "codegen/memory_map.h"
#include "codegen/memory_svg.h"
#include "tools/budget.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/json_text.h"
#include "tools/model.h"

namespace smelt::tools {
namespace {

/// Elements that a step computes.
std::int64_t outputs_of(const Program& program, const Step& step) {
  std::int64_t count = 0;
  for (const Operand& operand : step.operands)
    if (operand.access == Access::write)
      count += element_count(program[std::get<BufferId>(operand.place)].shape);
  return count;
}

nlohmann::json steps_json(const EmitContext& context, const Memory& memory) {
  nlohmann::json json = nlohmann::json::array();
  for (std::size_t i = 0; i < context.program.steps.size(); ++i) {
    const Step& step = context.program.steps[i];
    json.push_back({{"name", context.layers[i]},
                    {"layer", step.layer},
                    {"summary", step.summary},
                    {"kernel", step.kernel.name},
                    {"macs", step.macs},
                    {"outputs", outputs_of(context.program, step)},
                    {"live_bytes", memory.live[i]}});
  }
  return json;
}

nlohmann::json buffer_json(const EmitContext& context, BufferId id) {
  const Buffer& buffer = context.program[id];
  nlohmann::json json = {{"name", context.buffer(id)},
                         {"layer", buffer.layer},
                         {"kind", kind_of(context.program, id)},
                         {"type", to_string(buffer.type)},
                         {"shape", buffer.shape},
                         {"offset", buffer.offset},
                         {"bytes", buffer.bytes},
                         {"first_step", buffer.first_step},
                         {"last_step", buffer.last_step}};
  if (buffer.alias_of) json["alias_of"] = context.buffer(*buffer.alias_of);
  if (buffer.rows) json["rows"] = buffer.rows->count;
  return json;
}

nlohmann::json overlays_json(const EmitContext& context, const Memory& memory) {
  nlohmann::json json = nlohmann::json::array();
  for (const Overlay& overlay : memory.overlays)
    json.push_back({{"output", context.buffer(overlay.lower)},
                    {"over", context.buffer(overlay.upper)},
                    {"offset", overlay.offset},
                    {"bytes", overlay.bytes},
                    {"first_step", overlay.first_step},
                    {"last_step", overlay.last_step}});
  return json;
}

nlohmann::json report(const Compiled& compiled) {
  const Program& program = compiled.program;
  const EmitContext context(program, compiled.emit);
  const Memory memory = memory_of(program);
  nlohmann::json json = {{"model", compiled.emit.model_file},
                         {"command", compiled.emit.command},
                         {"target", compiled.target.name},
                         {"arena_bytes", program.arena_bytes},
                         {"state_bytes", program.state_bytes},
                         {"bound_bytes", memory.bound},
                         {"gap_bytes", program.arena_bytes - memory.bound},
                         {"peak_step", program.peak_step},
                         {"overwrites_input", program.overwrites_input},
                         {"steps", steps_json(context, memory)},
                         {"buffers", nlohmann::json::array()},
                         {"overlays", overlays_json(context, memory)},
                         {"pipelines", nlohmann::json::array()}};
  for (std::size_t i = 0; i < program.buffers.size(); ++i)
    json["buffers"].push_back(buffer_json(context, static_cast<BufferId>(i)));
  for (const Pipeline& pipeline : program.pipelines)
    json["pipelines"].push_back(
        {{"first_step", pipeline.first_step}, {"last_step", pipeline.last_step}});
  if (program.streamed)
    json["streamed"] = {{"rows", program.streamed->rows}, {"elements", program.streamed->elements}};
  return json;
}

}  // namespace

int plan(const PlanCommandOptions& options) {
  Diagnostics diagnostics;
  const auto done = [&](int code) {
    print(diagnostics);
    return code;
  };
  auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return done(exit_bad_input);
  if (!options.svg.empty() &&
      !write_output(options.svg, memory_svg(compiled->program, compiled->emit), diagnostics))
    return done(exit_system);
  if (options.json)
    fmt::print("{}\n", json_text(report(*compiled)));
  else
    fmt::print("{}", memory_map(compiled->program, compiled->emit));
  return done(check_budgets(*compiled, options.model.flash, diagnostics) ? exit_good
                                                                         : exit_bad_input);
}

}  // namespace smelt::tools
