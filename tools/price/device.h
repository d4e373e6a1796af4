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
#include "tools/price/steps.h"

namespace smelt::tools {

/// Functions of the emitted code that a Device calls.
std::vector<std::string> entries_of(const Program& program);

class Device {
 public:
  /// `image` is or contains what `compiled` emits; `steps` are of both. All outlive the device.
  Device(const Compiled& compiled, const machine::Image& image, const Steps& steps);

  /// Runs the model twice, and counts the second run: `inputs` as bytes of the model's buffers. Why
  /// it failed, or nothing.
  std::string run(const std::vector<Bytes>& inputs);

  std::int64_t stack_bytes() const { return stack_; }  ///< deepest, of reset and run
  const machine::Emulator& emulator() const { return emulator_; }

 private:
  std::uint32_t address_of(const std::string& name) const;
  std::string call(const std::string& what, std::vector<std::uint32_t> arguments);
  std::string run_once(const std::vector<Bytes>& inputs);
  std::string push_rows(const Bytes& input);

  const Program& program_;
  const machine::Image& image_;
  machine::Memory memory_;
  machine::Emulator emulator_;
  std::uint64_t limit_;                                // of instructions: more is no run
  std::uint32_t model_ = 0, row_ = 0, stack_end_ = 0;  // addresses
  bool filled_ = false;
  std::int64_t stack_ = 0;
};

}  // namespace smelt::tools
