// SPDX-License-Identifier: Apache-2.0
//
// Which lines of the source a program's instructions come from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/machine/image.h"

namespace smelt::tools::machine {

/// A line of a function, which may be inlined elsewhere.
struct SourcePlace {
  std::string function;  ///< as in the program's file: mangled
  std::string file;      ///< its base name
  std::uint32_t line = 0;
};

/// The debug information of a program (DWARF).
class Lines {
 public:
  explicit Lines(const Image& image);
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;
  ~Lines();

  /// Where the instruction at `address` comes from: the innermost of the functions that are inlined
  /// there first. Nothing is known of code without debug information.
  std::vector<SourcePlace> at(std::uint64_t address) const;

 private:
  struct Information;
  std::unique_ptr<Information> information_;
};

}  // namespace smelt::tools::machine
