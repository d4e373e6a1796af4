// SPDX-License-Identifier: Apache-2.0
#include "tools/price/price.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <tuple>

#include "tools/machine/emulator.h"
#include "tools/machine/image.h"
#include "tools/machine/jit.h"
#include "tools/price/libraries.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

using machine::Emulator;
using machine::Image;
using machine::InstructionSet;

// Where programs that are linked here, and those of boards, have nothing.
constexpr std::uint32_t model_address = 0x90000000, row_address = 0xB0000000;
constexpr std::uint32_t stack_address = 0xC0000000, stack_bytes = 1 << 20;
constexpr std::uint64_t most_instructions = 1'000'000'000, most_per_mac = 1000;

const InstructionSet& instructions_of(const Target& target) {
  return target.compiler.starts_with("riscv") ? machine::rv32 : machine::thumb;
}

/// Says where the arena is in the model's struct.
OutputFile layout_file(const Program& program) {
  return {"smelt_layout.cpp",
          fmt::format("#include <stddef.h>\n#include <stdint.h>\n\n#include \"{0}.h\"\n\n"
                      "extern \"C\" {{\nextern const uint32_t smelt_layout[2];\n"
                      "const uint32_t smelt_layout[2] = "
                      "{{sizeof({0}_model), offsetof({0}_model, arena)}};\n}}\n",
                      program.name)};
}

struct Layout {
  std::uint32_t bytes = 0, arena = 0;
};

/// A program and a model in the memory of an emulated core.
class Device {
 public:
  Device(const Compiled& compiled, const Image& image)
      : program_(compiled.program),
        image_(image),
        set_(instructions_of(compiled.target)),
        emulator_(set_, memory_, {}),
        limit_(most_instructions +
               most_per_mac * static_cast<std::uint64_t>(total_macs(compiled.graph))) {
    for (const machine::Segment& segment : image.segments) {
      const auto at = static_cast<std::uint32_t>(segment.address);
      memory_.map(at, static_cast<std::uint32_t>(segment.bytes.size()), true);
      memory_.write(at, segment.bytes.data(), segment.bytes.size());
    }
    const auto layout = address_of("smelt_layout");
    layout_ = {memory_.load(layout, 4).bits, memory_.load(layout + 4, 4).bits};
    memory_.map(model_address, layout_.bytes, true);
    memory_.map(stack_address - stack_bytes, stack_bytes, true);
  }

  /// Runs the model twice, and counts the second run. Why it failed, or nothing.
  std::string run(const std::vector<Bytes>& inputs) {
    if (auto failed = call("reset", {}); !failed.empty()) return failed;
    const std::uint32_t deepest = emulator_.lowest_stack();
    if (auto failed = run_once(inputs); !failed.empty()) return failed;
    emulator_.forget_counts();
    if (auto failed = run_once(inputs); !failed.empty()) return failed;
    if (memory_.outside() != 0)
      return fmt::format("it reads or writes {:#x}, where there is nothing", memory_.outside());
    stack_ = stack_address - std::min(deepest, emulator_.lowest_stack());
    return {};
  }

  std::int64_t stack() const { return stack_; }
  const Emulator& emulator() const { return emulator_; }

 private:
  std::uint32_t address_of(const std::string& name) const {
    const machine::Symbol* const symbol = image_.find(name);
    return symbol ? static_cast<std::uint32_t>(symbol->address) : 0;
  }

  /// Calls NAME_`what`(model, arguments), if there is such a function.
  std::string call(const std::string& what, std::vector<std::uint32_t> arguments) {
    const std::uint32_t function = address_of(program_.name + "_" + what);
    if (function == 0) return {};
    arguments.insert(arguments.begin(), model_address);
    return emulator_.call(function, stack_address, arguments, limit_);
  }

  std::string run_once(const std::vector<Bytes>& inputs) {
    if (program_.streamed) return push_rows(inputs[0]);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const Buffer& buffer = program_[program_.inputs[i].buffer];
      memory_.write(model_address + layout_.arena + static_cast<std::uint32_t>(buffer.offset),
                    inputs[i].data(), inputs[i].size());
    }
    return call("run", {});
  }

  /// As many rows as an output takes: all of the input, or, of a window that moves, its step.
  std::string push_rows(const Bytes& input) {
    const Streamed& streamed = *program_.streamed;
    const auto bytes = input.size() / static_cast<std::size_t>(streamed.rows);
    if (!memory_.has(row_address, 1))
      memory_.map(row_address, static_cast<std::uint32_t>(bytes), true);
    const bool moving = streamed.window && filled_;
    const auto rows = moving ? static_cast<std::int32_t>(streamed.window->stride) : streamed.rows;
    filled_ = true;
    for (std::int32_t row = 0; row < rows; ++row) {
      memory_.write(row_address, input.data() + static_cast<std::size_t>(row) * bytes, bytes);
      if (auto failed = call("push_row", {row_address}); !failed.empty()) return failed;
    }
    return {};
  }

  const Program& program_;
  const Image& image_;
  const InstructionSet& set_;
  machine::Memory memory_;
  Emulator emulator_;
  Layout layout_;
  std::uint64_t limit_;  // of instructions: more is no run
  bool filled_ = false;
  std::int64_t stack_ = 0;
};

const machine::Symbol* function_at(const Image& image, std::uint64_t address) {
  const machine::Symbol* found = nullptr;
  for (const machine::Symbol& symbol : image.symbols) {
    const std::uint64_t begin = symbol.address & ~std::uint64_t{1};  // of Thumb
    if (begin > address) break;
    if (symbol.function && address < begin + static_cast<std::uint64_t>(symbol.bytes))
      found = &symbol;
  }
  return found;
}

std::vector<PricedFunction> functions_of(const Image& image, const Emulator& emulator) {
  std::map<const machine::Symbol*, PricedFunction> functions;
  for (const auto& [address, block] : emulator.blocks()) {
    const machine::Symbol* const symbol = function_at(image, address);
    if (!symbol || block.executed == 0) continue;
    PricedFunction& function = functions[symbol];
    function.name = symbol->readable;
    function.bytes = symbol->bytes;
    function.instructions += static_cast<std::int64_t>(block.executed * block.operations.size());
    if (address == (symbol->address & ~std::uint64_t{1}))
      function.calls = static_cast<std::int64_t>(block.executed);
  }
  std::vector<PricedFunction> sorted;
  for (auto& [symbol, function] : functions) sorted.push_back(std::move(function));
  std::sort(sorted.begin(), sorted.end(), [](const PricedFunction& a, const PricedFunction& b) {
    return std::tie(b.instructions, a.name) < std::tie(a.instructions, b.name);
  });
  return sorted;
}

void add_sections(const Image& image, Price& price) {
  constexpr std::int64_t layout_bytes = sizeof(Layout);
  for (const machine::Section& section : image.sections) {
    price.sections.push_back({section.name, section.bytes});
    if (section.code)
      price.code_bytes += section.bytes;
    else if (section.stored)
      price.constant_bytes += section.bytes;
  }
  price.constant_bytes -= layout_bytes;
}

void report(const Compiled& compiled, const std::string& what, const std::string& messages,
            Diagnostics& diagnostics) {
  Diagnostic& error = diagnostics.error({.file = compiled.model.graph.file},
                                        fmt::format("{} for {}", what, compiled.target.name));
  if (!messages.empty()) error.note(messages);
}

void report_build(const Compiled& compiled, bool without_libraries, const std::string& messages,
                  Diagnostics& diagnostics) {
  Diagnostic& error =
      diagnostics.error({.file = compiled.model.graph.file},
                        fmt::format("cannot build the emitted code for {}", compiled.target.name));
  if (without_libraries)
    error.note(fmt::format("it calls the C library, which {} brings: install that",
                           compiled.target.compiler));
  std::istringstream lines(messages);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) error.note(line);
}

std::vector<std::string> entries_of(const Program& program) {
  std::vector<std::string> entries = {program.name + (program.streamed ? "_push_row" : "_run"),
                                      "smelt_layout"};
  if (program.state_bytes > 0) entries.push_back(program.name + "_reset");
  return entries;
}

}  // namespace

std::optional<Price> price_of(const Compiled& compiled, Diagnostics& diagnostics) {
  const Program& program = compiled.program;
  if (!machine::can_build(compiled.target)) {
    report(compiled, "there are no prices",
           machine::version().empty() ? "this smelt was built without LLVM"
                                      : "targets with prices are Cortex-M and RISC-V",
           diagnostics);
    return std::nullopt;
  }
  std::vector<OutputFile> files = emit(program, compiled.emit);
  files.push_back(layout_file(program));
  std::string messages;
  const std::vector<std::string> libraries = libraries_of(compiled.target);
  const auto image =
      machine::build_image(compiled.target, files, libraries, entries_of(program), messages);
  if (!image) {
    report_build(compiled, libraries.empty(), messages, diagnostics);
    return std::nullopt;
  }
  Device device(compiled, *image);
  const auto inputs = random_inputs(compiled.model.graph, 1).front().inputs;
  if (const std::string failed = device.run(inputs); !failed.empty()) {
    report(compiled, "cannot follow the machine code", failed, diagnostics);
    return std::nullopt;
  }
  Price price = {.target = compiled.target.name,
                 .compiler = machine::version() + " -O3",
                 .arena_bytes = program.arena_bytes,
                 .state_bytes = program.state_bytes,
                 .stack_bytes = device.stack(),
                 .macs = total_macs(compiled.graph),
                 .instructions = static_cast<std::int64_t>(device.emulator().instructions()),
                 .functions = functions_of(*image, device.emulator())};
  add_sections(*image, price);
  return price;
}

}  // namespace smelt::tools
