// SPDX-License-Identifier: Apache-2.0
//
// smelt opt: passes on a graph in textual form, for tests of passes.
#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "compiler/graph/text.h"
#include "compiler/graph/verify.h"
#include "compiler/ops/ops.h"
#include "compiler/pipeline.h"
#include "tools/commands.h"
#include "tools/files.h"

namespace smelt::tools {
namespace {

std::optional<std::string> read_text(const std::string& file, Diagnostics& diagnostics) {
  if (file == "-")
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  const auto bytes = read_file(file, diagnostics);
  if (!bytes) return std::nullopt;
  return std::string(bytes->begin(), bytes->end());
}

const Pass* find_pass(const std::string& name) {
  for (const auto* passes : {&import_passes(), &all_passes()})
    for (const Pass& pass : *passes)
      if (pass.name == name) return &pass;
  return nullptr;
}

}  // namespace

int opt(const OptOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&] {
    print(diagnostics);
    return exit_bad_input;
  };
  const auto text = read_text(options.file, diagnostics);
  if (!text) return fail();
  auto graph = parse(*text, options.file, ops::find, diagnostics);
  if (!graph) return fail();
  verify(*graph, diagnostics);
  if (diagnostics.failed()) return fail();
  for (const std::string& name : options.passes) {
    const Pass* pass = find_pass(name);
    if (!pass) {
      diagnostics.error({.file = "--pass"}, fmt::format("there is no pass \"{}\"", name));
      return fail();
    }
    graph = pass->run(std::move(*graph));
    verify(*graph, diagnostics);
    if (diagnostics.failed()) return fail();
  }
  fmt::print("{}", print(*graph));
  return exit_good;
}

}  // namespace smelt::tools
