// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tools/machine/emulator.h"

using namespace smelt::tools::machine;

namespace {

constexpr std::uint32_t code = 0x100, data = 0x800100, stack = 0x800900;
constexpr std::size_t flag_z = 33;

/// A core with a function in memory, 256 bytes of data, and a stack.
class Core {
 public:
  explicit Core(const std::vector<std::uint16_t>& words, const InstructionSet& set = avr)
      : set_(set) {
    memory_.map(code, 256, true);
    memory_.map(data, 256, true);
    memory_.map(stack - 64, 64, false);
    for (std::uint32_t i = 0; i < words.size(); ++i) memory_.store(code + 2 * i, 2, {words[i]});
  }

  /// Calls the function with registers 22 to 25 set; the number of instructions it executes.
  std::size_t run(const std::vector<Value>& registers) {
    set_.call(state_, code, stack, {});
    for (std::size_t i = 0; i < registers.size(); ++i) state_.registers[22 + i] = registers[i];
    std::size_t done = 0;
    while (state_.pc != InstructionSet::end && done < 1000 && state_.fault.empty()) {
      const std::vector<Operation> block = set_.decode(memory_, state_.pc);
      REQUIRE_FALSE(block.empty());
      state_.pc = block.back().address + block.back().bytes;
      for (const Operation& operation : block) operation.execute(state_, operation);
      done += block.size();
    }
    CHECK(state_.fault.empty());
    return done;
  }

  Value r(std::size_t number) const { return state_.registers[number]; }
  Memory& memory() { return memory_; }
  std::uint32_t used_stack() const { return stack - state_.lowest_stack; }

 private:
  const InstructionSet& set_;
  Memory memory_;
  State state_{memory_};
};

}  // namespace

TEST_CASE("AVR: a sum of 16 bits, and a comparison") {
  Core core({
      0x0F86,  // add r24, r22
      0x1F97,  // adc r25, r23
      0x3085,  // cpi r24, 5
      0x9508,  // ret
  });
  CHECK(core.run({{0x0A}, {0x12}, {0xFB}, {0x01}}) == 4);
  CHECK(core.r(24).bits == 0x05);
  CHECK(core.r(25).bits == 0x14);
  CHECK(core.r(flag_z).bits == 1);
  CHECK(core.used_stack() == 2);
}

TEST_CASE("AVR: memory") {
  Core core({
      0x01DC,          // movw r26, r24
      0x914D,          // ld r20, X+
      0x934C,          // st X, r20
      0x9150, 0x0102,  // lds r21, 0x0102
      0x9508,          // ret
  });
  core.memory().store(data + 1, 1, {0x5A});
  CHECK(core.run({{0}, {0}, {0x01}, {0x01}}) == 5);
  CHECK(core.r(21).bits == 0x5A);
  CHECK(core.r(26).bits == 0x02);
}

TEST_CASE("AVR: a skip and a call, of short and of long addresses") {
  const InstructionSet* const set = GENERATE(&avr, &avr_large);
  const std::uint32_t address = set == &avr ? 2 : 3;
  Core core(
      {
          0xE021,          // ldi r18, 1
          0xFD80,          // sbrc r24, 0
          0x9120, 0x0100,  // lds r18, 0x0100
          0xD002,          // rcall 1f
          0x2F83,          // mov r24, r19
          0x9508,          // ret
          0x932F,          // 1: push r18
          0x913F,          // pop r19
          0x9508,          // ret
      },
      *set);
  core.memory().store(data, 1, {77});
  CHECK(core.run({{0}, {0}, {2}, {0}}) == 8);
  CHECK(core.r(24).bits == 1);
  CHECK(core.used_stack() == 2 * address + 1);
  CHECK(core.run({{0}, {0}, {3}, {0}}) == 9);
  CHECK(core.r(24).bits == 77);
}

TEST_CASE("AVR: a loop; what is not known stays so") {
  Core core({
      0x0F88,  // 1: lsl r24
      0x956A,  // dec r22
      0xF7E9,  // brne 1b
      0x2799,  // eor r25, r25
      0x9508,  // ret
  });
  CHECK(core.run({{3}, {0}, {1}, Value::unknown()}) == 11);
  CHECK(core.r(24).bits == 8);
  CHECK(core.r(25).known);
  core.run({{3}, {0}, Value::unknown(), {0}});
  CHECK_FALSE(core.r(24).known);
}
