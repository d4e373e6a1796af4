// SPDX-License-Identifier: Apache-2.0
//
// The emitted model as a library of a firmware ecosystem: the emitted files, unchanged, at the
// places where that ecosystem looks for them, with its metadata and a sample that runs the model.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codegen/emit.h"

namespace smelt {

/// An input or output as the header offers it.
struct LibraryPort {
  std::string name;     ///< of its access function: "input", "output_scores"
  std::string count;    ///< macro with its number of elements
  std::string type;     ///< of an element, in C
  bool real = false;    ///< elements are float
  bool scaled = false;  ///< there are functions to quantize or dequantize it
};

/// What an export is made of.
struct Library {
  std::string name;       ///< prefix of the emitted names: "kws"
  std::string macro;      ///< the same of macros: "KWS"
  std::string version;    ///< of the library: X.Y.Z
  std::string generator;  ///< "smelt 0.1.0"
  std::string origin;     ///< the model's file; letters, digits and ._- only, as all text here
  std::string sizes;      ///< "32 B of RAM, 435 B of weights"
  std::vector<LibraryPort> inputs;
  std::vector<LibraryPort> outputs;
  bool stateful = false;
  std::string row_count;             ///< macro of the elements of an input's row; empty: no rows
  std::vector<OutputFile> sources;   ///< all but the golden check
  std::optional<OutputFile> golden;  ///< NAME_golden.cpp
};
Library make_library(const Program& program, const EmitOptions& options, std::string version,
                     std::vector<OutputFile> sources, std::optional<OutputFile> golden);

struct Export {
  std::string_view name;         ///< as given to --export
  std::string_view description;  ///< for messages
  bool golden = true;            ///< the sample can check golden vectors
  std::vector<OutputFile> (*write)(const Library& library) = nullptr;
};
std::span<const Export> all_exports();
const Export* find_export(std::string_view name);

/// Whether this is X.Y.Z of decimal numbers without leading zeros, which every ecosystem takes.
bool is_version(std::string_view text);

}  // namespace smelt
