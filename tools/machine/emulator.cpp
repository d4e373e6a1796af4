// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/emulator.h"

#include <fmt/format.h>

#include <algorithm>

namespace smelt::tools::machine {

bool State::toss() {  // xorshift
  coin_ ^= coin_ << 13;
  coin_ ^= coin_ >> 17;
  coin_ ^= coin_ << 5;
  return (coin_ >> 16 & 1) != 0;
}

Emulator::Emulator(const InstructionSet& set, Memory& memory, WrittenBy written)
    : set_(set), state_(memory), written_(std::move(written)) {}

Block* Emulator::block_at(std::uint32_t address) {
  const auto [place, added] = blocks_.try_emplace(address);
  if (added) {
    place->second.address = address;
    place->second.operations = set_.decode(state_.memory, address, written_);
  }
  return &place->second;
}

std::string Emulator::call(std::uint32_t function, std::uint32_t stack,
                           const std::vector<std::uint32_t>& arguments, std::uint64_t limit) {
  state_.fault.clear();
  set_.call(state_, function, stack, arguments);
  std::uint64_t done = 0;
  while (state_.pc != InstructionSet::end) {
    Block* const block = block_at(state_.pc);
    if (block->operations.empty()) return fmt::format("there is no code at {:#x}", block->address);
    const Operation& last = block->operations.back();
    const std::uint32_t next = last.address + last.bytes;
    state_.pc = next;
    for (const Operation& operation : block->operations) operation.execute(state_, operation);
    ++block->executed;
    if (state_.pc != next) ++block->left;
    done += block->operations.size();
    if (!state_.fault.empty()) return fmt::format("{} near {:#x}", state_.fault, block->address);
    if (done > limit) return fmt::format("it does not end; it is now near {:#x}", block->address);
  }
  return {};
}

void Emulator::forget_counts() {
  for (auto& [address, block] : blocks_) block.executed = block.left = 0;
  state_.lowest_stack = 0xFFFFFFFF;
}

std::uint64_t Emulator::instructions() const {
  std::uint64_t count = 0;
  for (const auto& [address, block] : blocks_) count += block.executed * block.operations.size();
  return count;
}

}  // namespace smelt::tools::machine
