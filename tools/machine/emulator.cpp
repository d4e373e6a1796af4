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

Emulator::Emulator(const InstructionSet& set, Memory& memory, Describe describe)
    : set_(set), state_(memory), describe_(std::move(describe)) {}

Block* Emulator::block_at(std::uint32_t address) {
  const auto [place, added] = blocks_.try_emplace(address);
  if (added) {
    place->second.address = address;
    place->second.operations = set_.decode(state_.memory, address);
    if (!place->second.operations.empty()) describe_(place->second);
  }
  return &place->second;
}

void Emulator::count(Block& block, bool left) {
  if (block.part != Block::shared) {
    part_ = static_cast<std::size_t>(block.part);
    if (part_ >= work_.size()) work_.resize(part_ + 1);
  }
  ++block.executed;
  work_[part_].instructions += block.operations.size();
  work_[part_].cycles += left ? block.cycles + block.jump : block.cycles;
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
    count(*block, state_.pc != next);
    done += block->operations.size();
    if (!state_.fault.empty()) return fmt::format("{} near {:#x}", state_.fault, block->address);
    if (done > limit) return fmt::format("it does not end; it is now near {:#x}", block->address);
  }
  return {};
}

void Emulator::forget_counts() {
  for (auto& [address, block] : blocks_) block.executed = 0;
  work_.assign(1, {});
  part_ = 0;
  state_.lowest_stack = 0xFFFFFFFF;
}

}  // namespace smelt::tools::machine
