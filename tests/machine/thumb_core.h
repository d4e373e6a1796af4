// SPDX-License-Identifier: Apache-2.0
//
// A core of Thumb's instruction set, for tests.
#pragma once

#include <catch2/catch.hpp>

#include "tools/machine/emulator.h"
#include "tools/machine/thumb.h"

namespace smelt::tools::machine {

inline constexpr std::uint32_t code = 0x1000, data = 0x20000000, stack = 0x20001000,
                               stack_bytes = 256, unknown = 0x20002000;
enum Flag : std::uint32_t { N = 1, Z = 2, C = 4, V = 8, Q = 16 };

/// A core with a function in memory, data of zeros, and memory that is not known.
class Core {
 public:
  explicit Core(const std::vector<std::uint16_t>& halves) {
    memory_.map(code, 256, true);
    memory_.map(data, 256, true);
    memory_.map(stack - stack_bytes, stack_bytes, false);
    memory_.map(unknown, 16, false);
    for (std::uint32_t i = 0; i < halves.size(); ++i) memory_.store(code + 2 * i, 2, {halves[i]});
  }

  void write(const std::vector<std::uint8_t>& bytes) {
    memory_.write(data, bytes.data(), bytes.size());
  }
  void write_words(std::uint32_t offset, const std::vector<std::uint32_t>& words) {
    for (const std::uint32_t word : words) {
      memory_.store(data + offset, 4, {word});
      offset += 4;
    }
  }
  std::uint32_t word(std::uint32_t offset) { return memory_.load(data + offset, 4).bits; }
  std::uint32_t byte(std::uint32_t offset) { return memory_.load(data + offset, 1).bits; }

  /// Calls the function with the first registers set; the number of instructions it executes.
  /// All of them are modelled.
  std::size_t run(const std::vector<std::uint32_t>& registers) {
    thumb.call(state_, code | 1, stack, {});
    for (std::size_t i = 0; i < registers.size(); ++i) state_.registers[i] = {registers[i]};
    std::size_t done = 0;
    while (state_.pc != InstructionSet::end && done < 1000) {
      const std::vector<Operation> block = thumb.decode(memory_, state_.pc);
      state_.pc = block.back().address + block.back().bytes;
      for (const Operation& operation : block) operation.execute(state_, operation);
      done += block.size();
    }
    CHECK(state_.fault.empty());
    CHECK(state_.not_modelled == 0);
    return done;
  }

  /// Whether the instruction of that number in the first block can begin none.
  bool depends(std::size_t number) { return thumb.decode(memory_, code)[number].depends; }
  bool knows(std::size_t number) const { return state_.registers[number].known; }
  std::uint32_t r(std::size_t number) const {
    CHECK(knows(number));
    return state_.registers[number].bits;
  }
  std::uint32_t flags() const {
    const std::size_t first = thumb_code::flag_n;
    std::uint32_t all = 0;
    for (std::size_t i = 0; i < 5; ++i) all |= r(first + i) << i;
    return all;
  }
  /// Bytes of the stack that were used.
  std::uint32_t lowest() const { return stack - state_.lowest_stack; }

 private:
  Memory memory_;
  State state_{memory_};
};

}  // namespace smelt::tools::machine
