// SPDX-License-Identifier: Apache-2.0
//
// A program of emitted code in the memory of an emulated core.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/machine/emulator.h"
#include "tools/machine/image.h"
#include "tools/model.h"

namespace smelt::tools {

/// A file that tells a Device where the arena is in the model's struct: part of its program, with
/// `entries_of`.
OutputFile layout_file(const Program& program);
/// Functions and data that a Device calls and reads.
std::vector<std::string> entries_of(const Program& program);
/// Bytes of constants that `layout_file` adds.
constexpr std::int64_t layout_bytes = 8;

class Device {
 public:
  /// `image` is made of what `compiled` emits and of the file above. Both outlive the device.
  Device(const Compiled& compiled, const machine::Image& image, machine::Describe describe);

  /// Runs the model twice, and counts the second run: `inputs` as bytes of the model's buffers. Why
  /// it failed, or nothing.
  std::string run(const std::vector<Bytes>& inputs);

  std::int64_t stack_bytes() const { return stack_; }  ///< deepest, of reset and run
  const machine::Emulator& emulator() const { return emulator_; }
  machine::Memory& memory() { return memory_; }

 private:
  struct Layout {
    std::uint32_t bytes = 0, arena = 0;
  };

  std::uint32_t address_of(const std::string& name) const;
  std::string call(const std::string& what, std::vector<std::uint32_t> arguments);
  std::string run_once(const std::vector<Bytes>& inputs);
  std::string push_rows(const Bytes& input);

  const Program& program_;
  const machine::Image& image_;
  machine::Memory memory_;
  machine::Emulator emulator_;
  Layout layout_;
  std::uint64_t limit_;  // of instructions: more is no run
  bool filled_ = false;
  std::int64_t stack_ = 0;
};

}  // namespace smelt::tools
