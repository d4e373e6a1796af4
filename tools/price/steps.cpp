// SPDX-License-Identifier: Apache-2.0
#include "tools/price/steps.h"

#include "codegen/context.h"
#include "codegen/emit.h"

namespace smelt::tools {
namespace {

// Instructions begin at even addresses.
constexpr std::uint32_t code_unit = 2;

Straight straight(const machine::Block& block, machine::Memory& memory) {
  Straight result = {.address = block.address};
  for (const machine::Operation& operation : block.operations) {
    result.sizes.push_back(operation.bytes);
    for (std::uint32_t i = 0; i < operation.bytes; ++i)
      result.code.push_back(static_cast<std::uint8_t>(memory.load(operation.address + i, 1).bits));
  }
  return result;
}

}  // namespace

Steps::Steps(const Compiled& compiled, const std::string& source, const machine::Image& image)
    : compiled_(compiled),
      image_(image),
      lines_(image),
      steps_(compiled.program.name + ".cpp", source),
      cycles_(compiled.target) {}

/// What is between steps is part 0, with what is not known to be of any; steps are those behind it.
std::int32_t Steps::part_of(std::uint32_t address) const {
  const auto step = steps_.step_of(lines_.at(address));
  if (!step) return machine::Block::shared;
  const auto count = static_cast<std::int32_t>(compiled_.program.steps.size());
  return *step == StepLines::between || *step >= count ? 0 : *step + 1;
}

void Steps::describe(machine::Block& block, machine::Memory& memory) const {
  block.part = part_of(block.address);
  for (std::size_t i = 1; i < block.operations.size(); ++i) {
    if (block.operations[i].depends) continue;
    const std::int32_t part = part_of(block.operations[i].address);
    if (part != machine::Block::shared && part != block.part) block.operations.resize(i);
  }
  block.cycles = cycles_.of(straight(block, memory));
  block.jump = cycles_.of_jump();
}

std::vector<std::int64_t> Steps::code_bytes() const {
  std::vector<std::int64_t> bytes(compiled_.program.steps.size() + 1);
  for (const machine::Section& section : image_.sections) {
    if (!section.code) continue;
    for (std::int64_t at = 0; at < section.bytes; at += code_unit) {
      const auto address = section.address + static_cast<std::uint64_t>(at);
      const std::int32_t part = part_of(static_cast<std::uint32_t>(address));
      if (part != machine::Block::shared) bytes[static_cast<std::size_t>(part)] += code_unit;
    }
  }
  return bytes;
}

std::vector<PricedStep> Steps::priced(const std::vector<machine::Work>& work) const {
  const Program& program = compiled_.program;
  const EmitContext context(program, compiled_.emit);
  const std::vector<std::int64_t> code = code_bytes(), constants = constant_bytes_by_step(program);
  if (work.size() <= 1) return {};
  std::vector<PricedStep> priced;
  const auto add = [&](PricedStep step, std::size_t part) {
    const machine::Work done = part < work.size() ? work[part] : machine::Work();
    step.code_bytes = code[part];
    step.instructions = static_cast<std::int64_t>(done.instructions);
    step.cycles = done.cycles;
    priced.push_back(std::move(step));
  };
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    add({.step = static_cast<std::int32_t>(i),
         .name = context.layers[i],
         .kernel = program.steps[i].kernel.name,
         .macs = program.steps[i].macs,
         .constant_bytes = constants[i]},
        i + 1);
  add({}, 0);
  return priced;
}

}  // namespace smelt::tools
