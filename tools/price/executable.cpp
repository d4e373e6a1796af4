// SPDX-License-Identifier: Apache-2.0
#include "tools/price/executable.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "codegen/context.h"
#include "tools/files.h"
#include "tools/machine/jit.h"
#include "tools/price/device.h"
#include "tools/price/libraries.h"
#include "tools/price/toolchain.h"

namespace smelt::tools {
namespace {

using machine::Image;

bool is_with_llvm() {
  return !machine::version().empty();
}

bool check_prices(const Compiled& compiled, Diagnostics& diagnostics) {
  if (has_prices(compiled.target)) return true;
  Diagnostic& error =
      diagnostics.error({.file = compiled.model.graph.file},
                        fmt::format("there are no prices for {}", compiled.target.name));
  error.note(is_with_llvm() ? "targets with prices are Cortex-M, RISC-V and AVR"
                            : "this smelt was built without LLVM");
  return false;
}

/// The first of what compiler and linker say, which is what led to the rest.
void add_notes(const std::string& messages, Diagnostic& error) {
  constexpr int most = 6;
  std::istringstream lines(messages);
  int count = 0;
  for (std::string line; count < most && std::getline(lines, line);)
    if (!line.empty() && ++count > 0) error.note(line);
}

void note_missing_libraries(const Compiled& compiled, Diagnostic& error) {
  if (!needs_toolchain(compiled.target) && libraries_of(compiled.target).empty())
    error.note(fmt::format("it may call the C library, which {} brings: install that",
                           compiled.target.compiler));
}

/// The bytes at an address before the program starts; null if they are none of the file's.
const std::uint8_t* bytes_at(const Image& image, std::uint64_t address, std::size_t count) {
  for (const machine::Segment& segment : image.segments)
    if (address >= segment.address && address + count <= segment.address + segment.bytes.size())
      return segment.bytes.data() + (address - segment.address);
  return nullptr;
}

/// A constant of the program that is another in the image; null: what is there is the same.
const Constant* other_constant(const Compiled& compiled, const Image& image) {
  const EmitContext context(compiled.program, compiled.emit);
  for (std::size_t i = 0; i < compiled.program.constants.size(); ++i) {
    const Constant& constant = compiled.program.constants[i];
    const std::string name = fmt::format("{}_weights::{}", context.prefix, context.constants[i]);
    for (const machine::Symbol& symbol : image.symbols) {
      if (symbol.readable != name) continue;
      const std::uint8_t* const bytes = bytes_at(image, symbol.address, constant.bytes.size());
      if (!bytes || !std::equal(constant.bytes.begin(), constant.bytes.end(), bytes))
        return &constant;
    }
  }
  return nullptr;
}

/// Whether the image is of this model; reports what is not.
bool check(const Compiled& compiled, const Image& image, const std::string& file,
           Diagnostics& diagnostics) {
  const Place place = {.file = file};
  const std::string entry = entries_of(compiled.program).front();
  if (!image.find(entry)) {
    diagnostics.error(place, fmt::format("has no function {}", entry))
        .note(fmt::format("it must be built from what smelt compile --name {} emits, and call it",
                          compiled.program.name))
        .note("the symbols of functions must not be stripped");
    return false;
  }
  const Constant* const other = other_constant(compiled, image);
  if (!other) return true;
  diagnostics
      .error(place,
             fmt::format("has other {} of layer \"{}\" than this model, compiled in this way",
                         other->suffix, other->layer))
      .note("give the options that the emitted header states");
  return false;
}

/// Whether the target runs what is in the file, which may be an archive; reports if not.
bool check_core(const Compiled& compiled, const std::vector<std::uint8_t>& bytes,
                const std::string& file, Diagnostics& diagnostics) {
  const std::string architecture = machine::architecture_of(bytes);
  if (architecture.empty() || machine::runs_on(architecture, compiled.target)) return true;
  diagnostics
      .error({.file = file}, fmt::format("is code for {}, which {} does not run", architecture,
                                         compiled.target.name))
      .note("--target says what it is built for");
  return false;
}

}  // namespace

bool has_prices(const Target& target) {
  return is_with_llvm() && (machine::can_build(target) || needs_toolchain(target));
}

std::optional<Executable> build(const Compiled& compiled, const std::vector<OutputFile>& emitted,
                                Diagnostics& diagnostics) {
  if (!check_prices(compiled, diagnostics)) return std::nullopt;
  std::string messages;
  const Target& target = compiled.target;
  const std::vector<std::string> entries = entries_of(compiled.program);
  auto image = needs_toolchain(target)
                   ? build_by_toolchain(target, emitted, entries, messages)
                   : machine::build_image(target, emitted, libraries_of(target), entries, messages);
  if (image)
    return Executable{std::move(*image), needs_toolchain(target) ? toolchain_command(target)
                                                                 : machine::version() + " -O3"};
  Diagnostic& error =
      diagnostics.error({.file = compiled.model.graph.file},
                        fmt::format("cannot build the emitted code for {}", compiled.target.name));
  note_missing_libraries(compiled, error);
  add_notes(messages, error);
  return std::nullopt;
}

std::optional<Executable> read_objects(const Compiled& compiled,
                                       const std::vector<std::string>& files,
                                       Diagnostics& diagnostics) {
  if (!check_prices(compiled, diagnostics)) return std::nullopt;
  bool is_program = false;
  std::vector<std::uint8_t> last;
  for (const std::string& file : files) {
    auto bytes = read_file(file, diagnostics);
    if (!bytes || !check_core(compiled, *bytes, file, diagnostics)) return std::nullopt;
    is_program = files.size() == 1 && machine::is_program(*bytes);
    last = std::move(*bytes);
  }
  std::string messages;
  const Target& target = compiled.target;
  const std::vector<std::string> entries = entries_of(compiled.program);
  auto image = is_program ? machine::read_image(std::move(last), messages)
               : needs_toolchain(target)
                   ? link_by_toolchain(target, files, entries, messages)
                   : machine::link_image(files, libraries_of(target), entries, messages);
  if (image) {
    if (!check(compiled, *image, files.front(), diagnostics)) return std::nullopt;
    return Executable{std::move(*image), files.front(), is_program};
  }
  Diagnostic& error = diagnostics.error({.file = files.front()}, "cannot be read or linked");
  note_missing_libraries(compiled, error);
  add_notes(messages, error);
  return std::nullopt;
}

}  // namespace smelt::tools
