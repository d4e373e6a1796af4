// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/schedule.h"

#include <catch2/catch.hpp>

#include "compiler/targets/targets.h"

using namespace smelt::tools::machine;

namespace {

using Code = std::vector<std::uint8_t>;

constexpr double none = -1;

constexpr std::uint64_t address = 0x8000;

double cycles(const char* target, const Code& code) {
  return Schedule(*smelt::find_target(target)).cycles(code, address).value_or(none);
}

// adds r0, r0, r1
const Code sum = {0x40, 0x18};
Code operator+(Code a, const Code& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("a core of one instruction a cycle takes as many cycles as there are") {
  CHECK(cycles("cortex-m4", sum) == 1);
  CHECK(cycles("cortex-m4", sum + sum + sum) == 3);
  CHECK(cycles("rv32imc", {0x2e, 0x95}) == 1);  // c.add a0, a1
}

TEST_CASE("an instruction waits for what it reads") {
  const Code load = {0x10, 0x41};                             // c.lw a2, 0(a0)
  const Code use = {0x32, 0x96}, independent = {0xae, 0x95};  // c.add a2, a2; c.add a1, a1
  CHECK(cycles("rv32imc", load + independent) == 2);
  CHECK(cycles("rv32imc", load + use) == 3);
}

TEST_CASE("a core that issues two instructions at once is faster where they are independent") {
  const Code moves = {0x08, 0x46, 0x1a, 0x46};  // mov r0, r1; mov r2, r3
  CHECK(cycles("cortex-m7", moves) == 1);
  CHECK(cycles("cortex-m4", moves) == 2);
}

TEST_CASE("calls take a cycle of their own; what LLVM does not know is not simulated") {
  const Code call = {0x00, 0xf0, 0x00, 0xf8}, leave = {0x70, 0x47};  // bl; bx lr
  CHECK(cycles("cortex-m4", call) == 1);
  CHECK(cycles("cortex-m4", sum + leave) == 2);
}

TEST_CASE("there are no cycles without a model of the core, or of what is no code") {
  CHECK(cycles("cortex-m0plus", sum) == none);
  CHECK(cycles("atmega328p", sum) == none);
  CHECK(cycles("cortex-m4", {0xff, 0xff, 0xff, 0xff}) == none);
}
