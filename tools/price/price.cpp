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
#include "tools/price/device.h"
#include "tools/price/libraries.h"
#include "tools/price/steps.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

using machine::Emulator;
using machine::Image;

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

const std::string& source_of(const Program& program, const std::vector<OutputFile>& files) {
  const auto is_source = [&](const OutputFile& file) { return file.path == program.name + ".cpp"; };
  return std::find_if(files.begin(), files.end(), is_source)->text;
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
  const Steps steps(compiled, source_of(program, files), *image);
  Device device(compiled, *image,
                [&](machine::Block& block) { steps.describe(block, device.memory()); });
  const auto inputs = random_inputs(compiled.model.graph, 1).front().inputs;
  if (const std::string failed = device.run(inputs); !failed.empty()) {
    report(compiled, "cannot follow the machine code", failed, diagnostics);
    return std::nullopt;
  }
  Price price = {.target = compiled.target.name,
                 .compiler = machine::version() + " -O3",
                 .arena_bytes = program.arena_bytes,
                 .state_bytes = program.state_bytes,
                 .stack_bytes = device.stack_bytes(),
                 .macs = total_macs(compiled.graph),
                 .steps = steps.priced(device.emulator().work()),
                 .functions = functions_of(*image, device.emulator())};
  for (const PricedStep& step : price.steps) {
    price.instructions += step.instructions;
    price.cycles += step.cycles;
  }
  add_sections(*image, price);
  return price;
}

}  // namespace smelt::tools
