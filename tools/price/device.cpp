// SPDX-License-Identifier: Apache-2.0
#include "tools/price/device.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt::tools {
namespace {

using machine::Image;
using machine::InstructionSet;

constexpr std::uint64_t most_instructions = 1'000'000'000, most_per_mac = 1000;

const InstructionSet& instructions_of(const Target& target) {
  // Where addresses of code need a third byte.
  constexpr std::int64_t large = 128 * 1024;
  if (target.compiler.starts_with("riscv")) return machine::rv32;
  if (!target.compiler.starts_with("avr")) return machine::thumb;
  return target.flash_bytes > large ? machine::avr_large : machine::avr;
}

/// Where devices have little, and more from there on.
struct Room {
  std::uint32_t first, step, stack_bytes;
};

Room room_of(const Target& target) {
  // Of AVR, addresses of data have 16 bits.
  if (target.compiler.starts_with("avr")) return {0x802000, 0x100, 0x2000};
  return {0x90000000, 0x01000000, 1 << 20};
}

std::int64_t row_bytes(const Program& program) {
  return program.streamed->elements * byte_size(program[program.inputs[0].buffer].type);
}

}  // namespace

std::vector<std::string> entries_of(const Program& program) {
  std::vector<std::string> entries = {program.name + (program.streamed ? "_push_row" : "_run")};
  if (program.state_bytes > 0) entries.push_back(program.name + "_reset");
  return entries;
}

Device::Device(const Compiled& compiled, const Image& image, const Steps& steps)
    : program_(compiled.program),
      image_(image),
      emulator_(instructions_of(compiled.target), memory_,
                [&](machine::Block& block) { steps.describe(block, memory_); }),
      limit_(most_instructions +
             most_per_mac * static_cast<std::uint64_t>(total_macs(compiled.graph))) {
  for (const machine::Segment& segment : image.segments) {
    const auto at = static_cast<std::uint32_t>(segment.address);
    memory_.map(at, static_cast<std::uint32_t>(segment.bytes.size()), true);
    memory_.write(at, segment.bytes.data(), segment.bytes.size());
  }
  const Room room = room_of(compiled.target);
  const auto map_free = [&](std::int64_t bytes) {
    const auto size = static_cast<std::uint32_t>(bytes);
    std::uint32_t address = room.first;
    while (memory_.overlaps(address, size)) address += room.step;
    memory_.map(address, size, true);
    return address;
  };
  model_ = map_free(model_layout(program_).bytes);
  stack_end_ = map_free(room.stack_bytes) + room.stack_bytes;
  if (program_.streamed) row_ = map_free(row_bytes(program_));
}

std::string Device::run(const std::vector<Bytes>& inputs) {
  if (auto failed = call("reset", {}); !failed.empty()) return failed;
  const std::uint32_t deepest = emulator_.lowest_stack();
  if (auto failed = run_once(inputs); !failed.empty()) return failed;
  emulator_.forget_counts();
  if (auto failed = run_once(inputs); !failed.empty()) return failed;
  if (memory_.outside() != 0)
    return fmt::format("it reads or writes {:#x}, where there is nothing", memory_.outside());
  stack_ = stack_end_ - std::min(deepest, emulator_.lowest_stack());
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
  arguments.insert(arguments.begin(), model_);
  return emulator_.call(function, stack_end_, arguments, limit_);
}

std::string Device::run_once(const std::vector<Bytes>& inputs) {
  if (program_.streamed) return push_rows(inputs[0]);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Buffer& buffer = program_[program_.inputs[i].buffer];
    const std::int64_t base = buffer.kind == BufferKind::state ? 0 : model_layout(program_).arena;
    memory_.write(model_ + static_cast<std::uint32_t>(base + buffer.offset), inputs[i].data(),
                  inputs[i].size());
  }
  return call("run", {});
}

/// As many rows as an output takes: all of the input, or, of a window that moves, its step.
std::string Device::push_rows(const Bytes& input) {
  const Streamed& streamed = *program_.streamed;
  const auto bytes = static_cast<std::size_t>(row_bytes(program_));
  const bool moving = streamed.window && filled_;
  const auto rows = moving ? static_cast<std::int32_t>(streamed.window->stride) : streamed.rows;
  filled_ = true;
  for (std::int32_t row = 0; row < rows; ++row) {
    memory_.write(row_, input.data() + static_cast<std::size_t>(row) * bytes, bytes);
    if (auto failed = call("push_row", {row_}); !failed.empty()) return failed;
  }
  return {};
}

}  // namespace smelt::tools
