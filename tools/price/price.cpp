// SPDX-License-Identifier: Apache-2.0
#include "tools/price/price.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "tools/price/device.h"
#include "tools/price/executable.h"
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

const machine::Section* section_of(const Image& image, const machine::Symbol& symbol) {
  const auto holds = [&](const machine::Section& section) {
    return symbol.address >= section.address &&
           symbol.address < section.address + static_cast<std::uint64_t>(section.bytes);
  };
  const auto found = std::find_if(image.sections.begin(), image.sections.end(), holds);
  return found == image.sections.end() ? nullptr : &*found;
}

bool is_constant(const Image& image, const machine::Symbol& symbol) {
  const machine::Section* const section = section_of(image, symbol);
  return !symbol.function && section && !section->writable;
}

bool is_in_code(const Image& image, const machine::Symbol& symbol) {
  const machine::Section* const section = section_of(image, symbol);
  return section && section->code;
}

/// Of firmware, what the model takes: functions that its run calls, and its and smelt's constants.
void add_own(const Image& image, const std::string& name, Price& price) {
  for (const PricedFunction& function : price.functions) price.code_bytes += function.bytes;
  const std::vector<std::string> prefixes = {name + "_weights::", name + "_network::", "smelt::"};
  for (const machine::Symbol& symbol : image.symbols) {
    const auto is_of = [&](const std::string& prefix) {
      return symbol.readable.starts_with(prefix);
    };
    if (std::any_of(prefixes.begin(), prefixes.end(), is_of) && is_constant(image, symbol))
      price.constant_bytes += symbol.bytes;
  }
}

void add_flash(const Compiled& compiled, const Executable& executable, Price& price) {
  const Image& image = executable.image;
  for (const machine::Section& section : image.sections)
    price.sections.push_back({section.name, section.bytes});
  if (executable.firmware) {
    add_own(image, compiled.program.name, price);
    return;
  }
  for (const machine::Section& section : image.sections) {
    if (section.code)
      price.code_bytes += section.bytes;
    else if (section.stored)
      price.constant_bytes += section.bytes;
    if (section.writable) price.data_bytes += section.bytes;
  }
  // Some linkers put constants among the code.
  for (const machine::Symbol& symbol : image.symbols) {
    if (symbol.function || !is_in_code(image, symbol)) continue;
    price.code_bytes -= symbol.bytes;
    price.constant_bytes += symbol.bytes;
  }
}

const std::string& source_of(const Program& program, const std::vector<OutputFile>& files) {
  const auto is_source = [&](const OutputFile& file) { return file.path == program.name + ".cpp"; };
  return std::find_if(files.begin(), files.end(), is_source)->text;
}

}  // namespace

std::optional<Price> price_of(const Compiled& compiled, const Followed& followed,
                              Diagnostics& diagnostics) {
  const Program& program = compiled.program;
  const std::vector<OutputFile> files = emit(program, compiled.emit);
  const auto executable = followed.objects.empty()
                              ? build(compiled, files, diagnostics)
                              : read_objects(compiled, followed.objects, diagnostics);
  if (!executable) return std::nullopt;
  const Steps steps(compiled, source_of(program, files), executable->image);
  Device device(compiled, executable->image, steps);
  const auto inputs = followed.inputs.empty()
                          ? random_inputs(compiled.model.graph, 1).front().inputs
                          : followed.inputs;
  if (const std::string failed = device.run(inputs); !failed.empty()) {
    diagnostics
        .error({.file = compiled.model.graph.file},
               fmt::format("cannot follow the machine code for {}", compiled.target.name))
        .note(failed);
    return std::nullopt;
  }
  if (device.emulator().not_modelled() != 0)
    diagnostics
        .warning({.file = compiled.model.graph.file},
                 fmt::format("counts for {} may be wrong", compiled.target.name))
        .note(fmt::format("what the instruction at {:#x} computes is not modelled",
                          device.emulator().not_modelled()));
  Price price = {.target = compiled.target.name,
                 .compiler = executable->made_by,
                 .arena_bytes = program.arena_bytes,
                 .state_bytes = program.state_bytes,
                 .stack_bytes = device.stack_bytes(),
                 .macs = total_macs(compiled.graph),
                 .steps = steps.priced(device.emulator().work()),
                 .functions = functions_of(executable->image, device.emulator())};
  for (const machine::Work& work : device.emulator().work()) {
    price.instructions += static_cast<std::int64_t>(work.instructions);
    price.cycles += work.cycles;
  }
  add_flash(compiled, *executable, price);
  return price;
}

}  // namespace smelt::tools
