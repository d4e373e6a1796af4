// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <catch2/catch.hpp>

#include "tools/machine/emulator.h"

using namespace smelt::tools::machine;

namespace {

constexpr std::uint32_t code = 0x1000, data = 0x20000000, stack = 0x20001000;
constexpr std::size_t a0 = 10, fa0 = 42;

/// Code in memory, 256 bytes of data, and a stack.
class Core {
 public:
  explicit Core(const std::vector<std::uint32_t>& words) {
    memory_.map(code, 256, true);
    memory_.map(data, 256, true);
    memory_.map(stack - 256, 256, false);
    for (std::uint32_t i = 0; i < words.size(); ++i) memory_.store(code + 4 * i, 4, {words[i]});
  }

  /// Executes blocks until the code returns, with the first arguments set; how many instructions.
  std::size_t run(const std::vector<Value>& arguments) {
    rv32.call(state_, code, stack, {});
    for (std::size_t i = 0; i < arguments.size(); ++i) state_.registers[a0 + i] = arguments[i];
    std::size_t done = 0;
    while (state_.pc != InstructionSet::end && done < 1000 && state_.fault.empty()) {
      const std::vector<Operation> block = rv32.decode(memory_, state_.pc);
      REQUIRE_FALSE(block.empty());
      state_.pc = block.back().address + block.back().bytes;
      for (const Operation& operation : block) operation.execute(state_, operation);
      done += block.size();
    }
    return done;
  }

  Value a(std::size_t i) const { return state_.registers[a0 + i]; }
  State& state() { return state_; }
  Memory& memory() { return memory_; }

 private:
  Memory memory_;
  State state_{memory_};
};

constexpr std::uint32_t ret = 0x00008067;

/// What one instruction on a0 and a1 leaves in a0.
Value result(std::uint32_t instruction, Value a, Value b = {}) {
  Core core({instruction, ret});
  core.run({a, b});
  return core.a(0);
}

}  // namespace

TEST_CASE("RISC-V: arithmetic of registers") {
  CHECK(result(0x00B50533, {7}, {0xFFFFFFFF}).bits == 6);            // add a0, a0, a1
  CHECK(result(0x40B50533, {7}, {9}).bits == 0xFFFFFFFE);            // sub
  CHECK(result(0x00B51533, {1}, {33}).bits == 2);                    // sll
  CHECK(result(0x40B55533, {0x80000000}, {31}).bits == 0xFFFFFFFF);  // sra
  CHECK(result(0x00B55533, {0x80000000}, {31}).bits == 1);           // srl
  CHECK(result(0x00B52533, {0xFFFFFFFF}, {0}).bits == 1);            // slt
  CHECK(result(0x00B53533, {0xFFFFFFFF}, {0}).bits == 0);            // sltu
  CHECK(result(0x00B54533, {6}, {3}).bits == 5);                     // xor
  CHECK(result(0x00B56533, {6}, {3}).bits == 7);                     // or
  CHECK(result(0x00B57533, {6}, {3}).bits == 2);                     // and
}

TEST_CASE("RISC-V: multiplication and division, with what they say of zero and of overflow") {
  CHECK(result(0x02B50533, {0x10001}, {0x10001}).bits == 0x20001);           // mul
  CHECK(result(0x02B51533, {0x80000000}, {0x80000000}).bits == 0x40000000);  // mulh
  CHECK(result(0x02B52533, {0xFFFFFFFF}, {0xFFFFFFFF}).bits == 0xFFFFFFFF);  // mulhsu
  CHECK(result(0x02B53533, {0xFFFFFFFF}, {0xFFFFFFFF}).bits == 0xFFFFFFFE);  // mulhu
  CHECK(result(0x02B54533, {0xFFFFFFF9}, {2}).bits == 0xFFFFFFFD);           // div
  CHECK(result(0x02B54533, {5}, {0}).bits == 0xFFFFFFFF);
  CHECK(result(0x02B54533, {0x80000000}, {0xFFFFFFFF}).bits == 0x80000000);
  CHECK(result(0x02B55533, {0xFFFFFFF9}, {2}).bits == 0x7FFFFFFC);  // divu
  CHECK(result(0x02B56533, {0xFFFFFFF9}, {2}).bits == 0xFFFFFFFF);  // rem
  CHECK(result(0x02B56533, {0x80000000}, {0xFFFFFFFF}).bits == 0);
  CHECK(result(0x02B57533, {7}, {0}).bits == 7);  // remu
}

TEST_CASE("RISC-V: what is made of an unknown number is unknown") {
  CHECK_FALSE(result(0x00B50533, Value::unknown(), {1}).known);
  CHECK(result(0x00000513, Value::unknown()).known);  // li a0, 0
}

TEST_CASE("RISC-V: memory") {
  const std::uint8_t bytes[] = {0x80, 0xFF, 0x01, 0x7F};
  const auto loaded = [&](std::uint32_t instruction) {
    Core core({instruction, ret});
    core.memory().write(data, bytes, sizeof bytes);
    core.run({{data + 8}});
    return core.a(0).bits;
  };
  CHECK(loaded(0xFF850503) == 0xFFFFFF80);  // lb a0, -8(a0)
  CHECK(loaded(0xFF854503) == 0x80);        // lbu
  CHECK(loaded(0xFF851503) == 0xFFFFFF80);  // lh
  CHECK(loaded(0xFF855503) == 0xFF80);      // lhu
  CHECK(loaded(0xFF852503) == 0x7F01FF80);  // lw
  Core core({0x00B50223, ret});             // sb a1, 4(a0)
  core.run({{data}, {0x1234}});
  CHECK(core.memory().load(data + 4, 4).bits == 0x34);
  CHECK_FALSE(core.memory().load(stack - 4, 4).known);
}

TEST_CASE("RISC-V: a loop executes as often as its counter says") {
  // addi a0, a0, -1; bnez a0, . - 4; ret
  Core core({0xFFF50513, 0xFE051EE3, ret});
  CHECK(core.run({{10}}) == 21);
}

TEST_CASE("RISC-V: compressed instructions") {
  // c.addi16sp -32; c.swsp a0, 28(sp); c.lwsp a1, 28(sp); c.mv a0, a1; c.slli a0, 4; c.addi16sp 32;
  // c.jr ra
  Core core({});
  const std::uint16_t halves[] = {0x713D, 0xCE2A, 0x45F2, 0x852E, 0x0512, 0x6105, 0x8082};
  for (std::uint32_t i = 0; i < 7; ++i) core.memory().store(code + 2 * i, 2, {halves[i]});
  CHECK(core.run({{3}}) == 7);
  CHECK(core.a(0).bits == 48);
  CHECK(core.a(1).bits == 3);
  CHECK(core.state().lowest_stack == stack - 32);
}

TEST_CASE("RISC-V: floats") {
  const auto of = [](float value) { return Value{std::bit_cast<std::uint32_t>(value)}; };
  // fmul.s fa0, fa0, fa1; fcvt.w.s a0, fa0, rtz; ret
  Core core({0x10B57553, 0xC0051553, ret});
  core.state().registers[fa0] = of(2.5F);
  core.state().registers[fa0 + 1] = of(-3);
  core.run({});
  CHECK(core.a(0).bits == static_cast<std::uint32_t>(-7));
}

TEST_CASE("RISC-V: code that goes nowhere is a fault") {
  Core core({0x000500E7});  // jalr ra, 0(a0)
  core.run({Value::unknown()});
  CHECK_FALSE(core.state().fault.empty());
}
