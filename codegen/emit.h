// SPDX-License-Identifier: Apache-2.0
//
// Program -> text. Makes no decision: everything it prints is in the program and the options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/program/program.h"

namespace smelt {

/// A function of the user's own that runs custom operators.
struct CustomFunction {
  std::string name;    ///< the operator's name in the model
  std::string header;  ///< as included
  std::string function;
};

/// Where the model came from and what the user asked for: what the header's comment states.
struct EmitOptions {
  std::string model_file;                  ///< base name; empty: made from the command alone
  std::string sha256;                      ///< of the file, hexadecimal
  std::string version;                     ///< of smelt
  std::string command;                     ///< normalized: no paths
  std::string about;                       ///< what a run does, where no model says it
  std::string passes;                      ///< names of those that ran, in order
  std::vector<std::string> labels;         ///< names of the classes of the first output
  std::optional<std::int64_t> ram_budget;  ///< bytes of arena and state, asserted
  std::int64_t max_array_bytes = 0;        ///< as the device's compiler allows; 0: any
  std::string weights_section;             ///< of the linker script; empty: the usual one
  std::string arena_section;               ///< likewise, for the user's variable
};

/// Inputs of the model and the outputs that they must give: one element per port, with the bytes of
/// its buffer.
struct GoldenVector {
  std::vector<std::vector<std::uint8_t>> inputs;
  std::vector<std::vector<std::uint8_t>> outputs;
  bool fresh = true;  ///< the state is reset first; otherwise it is what the one before left
};

struct OutputFile {
  std::string path;  ///< within the output folder
  std::string text;
};

/// All files of the model: NAME.h, NAME.cpp, NAME_weights.h, NAME_weights.cpp and the headers of
/// the runtime that they include. The program has been planned; its name is an identifier.
std::vector<OutputFile> emit(const Program& program, const EmitOptions& options);

/// NAME_golden.cpp: a main for any machine that runs the emitted code on the vectors, of which
/// there is at least one, and compares.
OutputFile emit_golden(const Program& program, const EmitOptions& options,
                       const std::vector<GoldenVector>& vectors);

/// NAME_crc.h and what it includes: a hook for NAME_TRACE that logs the CRC-32 of every layer.
std::vector<OutputFile> emit_crc_log(const Program& program, const EmitOptions& options);

/// Bytes of flash that constants take: weights and what grows with output channels, and tables.
struct ConstantBytes {
  std::int64_t weights = 0;  ///< and biases, multipliers, shifts
  std::int64_t single = 0;   ///< multipliers and shifts that all output channels share
  std::int64_t tables = 0;
};
ConstantBytes constant_bytes(const Program& program);
/// Where things are in a NAME_model, in bytes: its state is at the beginning.
struct ModelLayout {
  std::int32_t alignment = 1;
  std::int64_t arena = 0;  ///< where it begins
  std::int64_t bytes = 0;  ///< of all
};
ModelLayout model_layout(const Program& program);

/// Bytes of the constants of each step that no step before it has.
std::vector<std::int64_t> constant_bytes_by_step(const Program& program);

}  // namespace smelt
