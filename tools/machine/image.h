// SPDX-License-Identifier: Apache-2.0
//
// Programs for devices, as files: built from emitted code, or read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/targets/target.h"

namespace smelt::tools::machine {

struct Section {
  std::string name;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  bool code = false;
  bool writable = false;
  bool stored = false;  ///< in the file, and so in flash; else it is zeros
};

struct Symbol {
  std::string name;      ///< as in the file
  std::string readable;  ///< as in the source
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  bool function = false;
};

/// What lies where in a device's memory before the program starts.
struct Segment {
  std::uint64_t address = 0;
  std::vector<std::uint8_t> bytes;
};

struct Image {
  std::vector<Section> sections;  ///< those that are in memory
  std::vector<Symbol> symbols;    ///< by address
  std::vector<Segment> segments;
  std::vector<std::uint8_t> file;

  /// By its name in the file; null if there is none.
  const Symbol* find(const std::string& name) const {
    const auto found = std::find_if(symbols.begin(), symbols.end(),
                                    [&](const Symbol& symbol) { return symbol.name == name; });
    return found == symbols.end() ? nullptr : &*found;
  }
};

/// Reads an ELF program. If it is none, `messages` says why.
std::optional<Image> read_image(std::vector<std::uint8_t> file, std::string& messages);

/// Whether `build_image` can compile for a target.
bool can_build(const Target& target);

/// Whether a file is a program, rather than an object or an archive, which are yet to be linked.
bool is_program(const std::vector<std::uint8_t>& file);

/// What a program or object is code for, "arm", as LLVM names it; empty: the file is neither.
std::string architecture_of(const std::vector<std::uint8_t>& file);

/// Whether a target's cores run code of that architecture.
bool runs_on(const std::string& architecture, const Target& target);

/// Links object files and archives, by their paths, with `libraries`, archives: a program that has
/// the functions `entries` and what they use. If that fails, `messages` tells what the linker says.
std::optional<Image> link_image(const std::vector<std::string>& objects,
                                const std::vector<std::string>& libraries,
                                const std::vector<std::string>& entries, std::string& messages);

/// Compiles every .cpp file among `files`, optimized for `target`, and links them likewise.
std::optional<Image> build_image(const Target& target, const std::vector<OutputFile>& files,
                                 const std::vector<std::string>& libraries,
                                 const std::vector<std::string>& entries, std::string& messages);

}  // namespace smelt::tools::machine
