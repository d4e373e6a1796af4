// SPDX-License-Identifier: Apache-2.0
//
// Follows a function of a program and prints what is then in an array of words, one on each line,
// "?" if it is not known: follow PROGRAM FUNCTION ARRAY.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "tools/machine/emulator.h"
#include "tools/machine/image.h"

namespace {

using namespace smelt::tools::machine;

constexpr std::uint64_t limit = 1'000'000'000;

/// What is peculiar to a machine, by the numbers of ELF files.
struct Core {
  const InstructionSet& instructions;
  std::uint32_t stack, stack_bytes = 1 << 14;
};

Core core_of(const Image& image) {
  constexpr std::size_t machine = 18, flags = 36;
  constexpr std::uint8_t avr_machine = 83, avr6 = 6;
  if (image.file[machine] != avr_machine) return {thumb, 0xC0000000};
  return {(image.file[flags] & 0x7f) == avr6 ? avr_large : avr, 0x80F000};
}

Memory memory_of(const Image& image, const Core& core) {
  Memory memory;
  for (const Segment& segment : image.segments) {
    const auto at = static_cast<std::uint32_t>(segment.address);
    memory.map(at, static_cast<std::uint32_t>(segment.bytes.size()), true);
    memory.write(at, segment.bytes.data(), segment.bytes.size());
  }
  memory.map(core.stack - core.stack_bytes, core.stack_bytes, true);
  return memory;
}

int follow(const Image& image, const Symbol& function, const Symbol& array) {
  const Core core = core_of(image);
  Memory memory = memory_of(image, core);
  Emulator emulator(core.instructions, memory, [](Block&) {});
  const std::string failed =
      emulator.call(static_cast<std::uint32_t>(function.address), core.stack, {}, limit);
  if (emulator.not_modelled() != 0)
    fmt::print(stderr, "what is at {:#x} is not modelled\n", emulator.not_modelled());
  if (!failed.empty()) {
    fmt::print(stderr, "{}\n", failed);
    return 1;
  }
  for (std::int64_t offset = 0; offset < array.bytes; offset += 4) {
    const Value word = memory.load(
        static_cast<std::uint32_t>(array.address) + static_cast<std::uint32_t>(offset), 4);
    fmt::print("{}\n", word.known ? fmt::format("{:08x}", word.bits) : "?");
  }
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  std::ifstream file(arguments[1], std::ios::binary);
  std::string messages;
  const auto image = read_image({std::istreambuf_iterator<char>(file), {}}, messages);
  const Symbol* const function = image ? image->find(arguments[2]) : nullptr;
  const Symbol* const array = image ? image->find(arguments[3]) : nullptr;
  if (function && array) return follow(*image, *function, *array);
  fmt::print(stderr, "{}: no program with these symbols {}\n", arguments[1], messages);
  return 1;
}
