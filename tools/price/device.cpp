// SPDX-License-Identifier: Apache-2.0
#include "tools/price/device.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt::tools {
namespace {

using machine::Image;
using machine::InstructionSet;

// Where programs that are linked here, and those of boards, have nothing.
constexpr std::uint32_t model_address = 0x90000000, row_address = 0xB0000000;
constexpr std::uint32_t stack_address = 0xC0000000, stack_room = 1 << 20;
constexpr std::uint64_t most_instructions = 1'000'000'000, most_per_mac = 1000;

const InstructionSet& instructions_of(const Target& target) {
  return target.compiler.starts_with("riscv") ? machine::rv32 : machine::thumb;
}

}  // namespace

OutputFile layout_file(const Program& program) {
  return {"smelt_layout.cpp",
          fmt::format("#include <stddef.h>\n#include <stdint.h>\n\n#include \"{0}.h\"\n\n"
                      "extern \"C\" {{\nextern const uint32_t smelt_layout[2];\n"
                      "const uint32_t smelt_layout[2] = "
                      "{{sizeof({0}_model), offsetof({0}_model, arena)}};\n}}\n",
                      program.name)};
}

std::vector<std::string> entries_of(const Program& program) {
  std::vector<std::string> entries = {program.name + (program.streamed ? "_push_row" : "_run"),
                                      "smelt_layout"};
  if (program.state_bytes > 0) entries.push_back(program.name + "_reset");
  return entries;
}

Device::Device(const Compiled& compiled, const Image& image, machine::Describe describe)
    : program_(compiled.program),
      image_(image),
      emulator_(instructions_of(compiled.target), memory_, {}, std::move(describe)),
      limit_(most_instructions +
             most_per_mac * static_cast<std::uint64_t>(total_macs(compiled.graph))) {
  for (const machine::Segment& segment : image.segments) {
    const auto at = static_cast<std::uint32_t>(segment.address);
    memory_.map(at, static_cast<std::uint32_t>(segment.bytes.size()), true);
    memory_.write(at, segment.bytes.data(), segment.bytes.size());
  }
  const auto layout = address_of("smelt_layout");
  layout_ = {memory_.load(layout, 4).bits, memory_.load(layout + 4, 4).bits};
  memory_.map(model_address, layout_.bytes, true);
  memory_.map(stack_address - stack_room, stack_room, true);
}

std::string Device::run(const std::vector<Bytes>& inputs) {
  if (auto failed = call("reset", {}); !failed.empty()) return failed;
  const std::uint32_t deepest = emulator_.lowest_stack();
  if (auto failed = run_once(inputs); !failed.empty()) return failed;
  emulator_.forget_counts();
  if (auto failed = run_once(inputs); !failed.empty()) return failed;
  if (memory_.outside() != 0)
    return fmt::format("it reads or writes {:#x}, where there is nothing", memory_.outside());
  stack_ = stack_address - std::min(deepest, emulator_.lowest_stack());
  return {};
}

std::uint32_t Device::address_of(const std::string& name) const {
  const machine::Symbol* const symbol = image_.find(name);
  return symbol ? static_cast<std::uint32_t>(symbol->address) : 0;
}

/// Calls NAME_`what`(model, arguments), if there is such a function.
std::string Device::call(const std::string& what, std::vector<std::uint32_t> arguments) {
  const std::uint32_t function = address_of(program_.name + "_" + what);
  if (function == 0) return {};
  arguments.insert(arguments.begin(), model_address);
  return emulator_.call(function, stack_address, arguments, limit_);
}

std::string Device::run_once(const std::vector<Bytes>& inputs) {
  if (program_.streamed) return push_rows(inputs[0]);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Buffer& buffer = program_[program_.inputs[i].buffer];
    memory_.write(model_address + layout_.arena + static_cast<std::uint32_t>(buffer.offset),
                  inputs[i].data(), inputs[i].size());
  }
  return call("run", {});
}

/// As many rows as an output takes: all of the input, or, of a window that moves, its step.
std::string Device::push_rows(const Bytes& input) {
  const Streamed& streamed = *program_.streamed;
  const auto bytes = input.size() / static_cast<std::size_t>(streamed.rows);
  if (!memory_.has(row_address, 1))
    memory_.map(row_address, static_cast<std::uint32_t>(bytes), true);
  const bool moving = streamed.window && filled_;
  const auto rows = moving ? static_cast<std::int32_t>(streamed.window->stride) : streamed.rows;
  filled_ = true;
  for (std::int32_t row = 0; row < rows; ++row) {
    memory_.write(row_address, input.data() + static_cast<std::size_t>(row) * bytes, bytes);
    if (auto failed = call("push_row", {row_address}); !failed.empty()) return failed;
  }
  return {};
}

}  // namespace smelt::tools
