// SPDX-License-Identifier: Apache-2.0
#include "tools/budget.h"

#include <fmt/format.h>

#include "codegen/cpp_writer.h"

namespace smelt::tools {
namespace {

struct Need {
  const char* memory;  ///< "RAM"
  std::int64_t bytes;
  std::string note;
};

void check(const Need& need, std::int64_t limit, const std::string& whose, const std::string& model,
           Diagnostics& diagnostics) {
  if (need.bytes <= limit) return;
  diagnostics
      .error({.file = model}, fmt::format("needs {} bytes of {}, {} {}", with_commas(need.bytes),
                                          need.memory, whose, with_commas(limit)))
      .note(need.note);
}

}  // namespace

bool check_budgets(Compiled& compiled, const std::string& flash_budget, Diagnostics& diagnostics) {
  const Program& program = compiled.program;
  const ConstantBytes constants = constant_bytes(program);
  const Need ram{
      "RAM", program.arena_bytes + program.state_bytes,
      fmt::format("step {} needs the most; smelt plan shows what for", program.peak_step)};
  const Need flash{"flash", constants.weights + constants.single + constants.tables,
                   "for its constants alone; --prune and --cluster make them smaller"};
  const std::string& model = compiled.emit.model_file;
  const Target& target = compiled.target;
  const std::string has = fmt::format("{} has", target.name);
  if (target.ram_bytes > 0) check(ram, target.ram_bytes, has, model, diagnostics);
  if (target.flash_bytes > 0) check(flash, target.flash_bytes, has, model, diagnostics);
  if (target.constant_reach > 0 &&
      (target.flash_bytes == 0 || target.constant_reach < target.flash_bytes))
    check(flash, target.constant_reach,
          fmt::format("{} reads constants from the first", target.name), model, diagnostics);
  if (compiled.emit.ram_budget)
    check(ram, *compiled.emit.ram_budget, "the budget is", model, diagnostics);
  if (flash_budget.empty()) return !diagnostics.failed();
  if (const auto budget = size_of(flash_budget, "--flash", diagnostics))
    check(flash, *budget, "the budget is", model, diagnostics);
  return !diagnostics.failed();
}

}  // namespace smelt::tools
