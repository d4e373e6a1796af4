// SPDX-License-Identifier: Apache-2.0
//
// Runs machine code of small cores instruction by instruction, to count what is executed. It knows
// what decides where code goes: integers, addresses, flags. What a core computes beyond that
// (vectors) need not be known: a number is either exact or unknown, and what is made of unknown
// ones is unknown.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace smelt::tools::machine {

/// 32 bits, or fewer with zeros above; nothing is known of them if they are not `known`.
struct Value {
  std::uint32_t bits = 0;
  bool known = true;

  static constexpr Value unknown() { return {0, false}; }
};

/// The memory of a device, little-endian. What is outside of what was mapped cannot be accessed.
class Memory {
 public:
  /// Maps `bytes` from `address` on, zeros; known, or not yet. Regions do not overlap.
  void map(std::uint32_t address, std::uint32_t bytes, bool known);
  /// Sets known bytes of what is mapped.
  void write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count);
  bool has(std::uint32_t address, std::uint32_t bytes) const;       ///< all of them
  bool overlaps(std::uint32_t address, std::uint32_t bytes) const;  ///< has any of them
  /// `bytes`: 1, 2 or 4. Unknown where any of them is. Reading or writing what is not mapped gives
  /// an unknown value or changes nothing, and is remembered.
  Value load(std::uint32_t address, unsigned bytes);
  void store(std::uint32_t address, unsigned bytes, Value value);
  /// The first address that was accessed without being mapped; 0: none.
  std::uint32_t outside() const { return outside_; }

 private:
  struct Region {
    std::uint32_t begin = 0, end = 0;
    std::vector<std::uint8_t> bytes, known;  // known: 0xff or 0
  };
  Region* find(std::uint32_t address, unsigned bytes);

  std::vector<Region> regions_;
  std::array<std::size_t, 2> recent_ = {};  // regions of accesses: flash and RAM, by turns
  std::uint32_t outside_ = 0;
};

/// What instructions change.
struct State {
  explicit State(Memory& of) : memory(of) {}

  Memory& memory;
  /// Registers, flags and whatever else an instruction set has, as it numbers them itself.
  std::array<Value, 96> registers = {};
  /// The next instruction. Set to the one behind a block before the block runs.
  std::uint32_t pc = 0;
  std::uint32_t lowest_stack = 0xFFFFFFFF;  ///< of all values of the stack pointer
  std::string fault = {};                   ///< why it cannot go on; empty: it can
  /// The first instruction that was executed though what it computes is not modelled; 0: none.
  std::uint32_t not_modelled = 0;

  /// What an unknown condition comes out as: half of the time true, the same in every run.
  bool toss();

 private:
  std::uint32_t coin_ = 0x2545F491;
};

/// A decoded instruction: what to do, with operands that only the instruction set understands.
struct Operation {
  using Execute = void (*)(State&, const Operation&);
  Execute execute = nullptr;
  std::uint32_t address = 0;
  std::int32_t immediate = 0;
  std::array<std::uint8_t, 6> operands = {};
  std::uint8_t bytes = 0;      ///< of the instruction
  std::uint8_t condition = 0;  ///< as the instruction set numbers them
  bool ends_block = false;     ///< another instruction than the next in memory may follow
  bool depends = false;        ///< on one before it that says when it is executed: begins no block
};

/// An instruction set.
struct InstructionSet {
  /// The instructions from `address` on, the last of which ends the block; empty: no instruction is
  /// there.
  std::vector<Operation> (*decode)(Memory& memory, std::uint32_t address);
  /// Sets up a call: stack pointer, up to two arguments that are addresses, and the return to
  /// `InstructionSet::end`.
  void (*call)(State& state, std::uint32_t function, std::uint32_t stack,
               const std::vector<std::uint32_t>& arguments);

  static constexpr std::uint32_t end = 0xFFFFFFF0;  ///< where a call returns to
};

extern const InstructionSet thumb;  ///< Armv6-M, Armv7-M, Armv8-M with DSP, FPU and Helium
extern const InstructionSet rv32;   ///< RV32IMAFC
/// megaAVR; program memory is at 0, data at 0x800000. What the stack pointer points to is free.
extern const InstructionSet avr;
extern const InstructionSet avr_large;  ///< with more than 128 KiB of program memory

/// Instructions that are executed one after the other.
struct Block {
  std::uint32_t address = 0;
  std::vector<Operation> operations;
  std::uint64_t executed = 0;  ///< times
  /// The part of the program that it is counted for; `shared`: that of the block before it.
  std::int32_t part = shared;
  double cycles = 0;  ///< each time
  double jump = 0;    ///< more, whenever it goes elsewhere than on to the next in memory

  static constexpr std::int32_t shared = -1;
};

/// What is known of a block when it is first met: it may fill in `part`, `cycles` and `jump`, and
/// shorten `operations`, but not before one that depends on another.
using Describe = std::function<void(Block&)>;

/// What parts of a program take.
struct Work {
  std::uint64_t instructions = 0;
  double cycles = 0;
};

/// A run of a function.
class Emulator {
 public:
  Emulator(const InstructionSet& set, Memory& memory, Describe describe);

  /// Calls a function and returns when it does. Counts go on from call to call.
  /// `limit`: instructions after which it is taken to never end. Returns why it failed, or nothing.
  std::string call(std::uint32_t function, std::uint32_t stack,
                   const std::vector<std::uint32_t>& arguments, std::uint64_t limit);
  void forget_counts();
  const std::unordered_map<std::uint32_t, Block>& blocks() const { return blocks_; }
  /// By part; those behind the last that did anything are missing.
  const std::vector<Work>& work() const { return work_; }
  std::uint32_t lowest_stack() const { return state_.lowest_stack; }
  std::uint32_t not_modelled() const { return state_.not_modelled; }

 private:
  Block* block_at(std::uint32_t address);
  void count(Block& block, bool left);

  const InstructionSet& set_;
  State state_;
  Describe describe_;
  std::vector<Work> work_ = {{}};
  std::size_t part_ = 0;  // that is at work
  std::unordered_map<std::uint32_t, Block> blocks_;
};

}  // namespace smelt::tools::machine
