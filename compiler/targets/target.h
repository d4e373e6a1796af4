// SPDX-License-Identifier: Apache-2.0
//
// A class of devices as data: what lowering, planning and emission need to know of it, and how its
// code is built and emulated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smelt {

/// Instructions that kernels may rely on, or are to make do with.
struct Features {
  bool dsp = false;     ///< Arm: two 16-bit products per instruction
  bool helium = false;  ///< Arm: vectors of 128 bits, integer and float
  bool fpu = false;     ///< float32 in hardware
  bool armv6m = false;  ///< Arm: no more than ARMv6-M has
  bool avr = false;     ///< AVR with its multiplier
  bool x86 = false;     ///< x86-64, perhaps with AVX2

  bool operator==(const Features&) const = default;
};

/// Instructions of linear layers, measured with tools/bench: what coded weights are weighed by.
struct CodingCosts {
  double plain_mac = 1.1;  ///< the best kernel for weights as they are, everything counted
  double mac = 2.4;        ///< a kernel for coded weights, but for their decoding
  double symbol = 13;      ///< of a stream
  double weight = 1;       ///< put into a row
};

struct Target {
  std::string name;
  std::string description;
  Features features = {};
  /// Neighbouring pixels of four output channels each whose integer sums general registers hold
  /// (smelt/arch/blocks.h): 4 or 2; 1: blocks of several do not pay.
  std::int32_t block_pixels = 1;
  CodingCosts coding_costs = {};
  std::int32_t pointer_bytes = 4;
  /// Strictest alignment that any access needs, a power of two: no buffer asks for more.
  std::int32_t max_alignment = 8;
  /// Words may lie anywhere. Elsewhere a fault follows, and kernels never rely on it.
  bool unaligned_words = true;
  /// What a device has for everything; 0: it varies.
  std::int64_t flash_bytes = 0;
  std::int64_t ram_bytes = 0;
  /// Constants are not in data memory: they stay in program memory and are read by instructions of
  /// their own.
  bool separate_flash = false;
  /// Constants must lie in so many first bytes of flash; 0: anywhere.
  std::int64_t constant_reach = 0;
  /// Of one array, as its compiler allows; 0: any.
  std::int64_t max_array_bytes = 0;
  std::string compiler = {};            ///< "arm-none-eabi-g++"
  std::vector<std::string> flags = {};  ///< of GCC, for its core
  /// Runs an image that is appended; empty: there is none.
  std::vector<std::string> emulator = {};
};

}  // namespace smelt
