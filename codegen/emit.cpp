// SPDX-License-Identifier: Apache-2.0
#include "codegen/emit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <set>

#include "codegen/context.h"
#include "codegen/runtime_files.h"

namespace smelt {
namespace {

/// The runtime headers that `text` includes, and those that they include.
void collect_headers(std::string_view text, std::set<std::string>& headers) {
  constexpr std::string_view marker = "#include \"smelt/";
  for (std::size_t at = text.find(marker); at != std::string_view::npos;
       at = text.find(marker, at + 1)) {
    const std::size_t begin = at + marker.size() - std::string_view("smelt/").size();
    const std::string name(text.substr(begin, text.find('"', begin) - begin));
    if (!headers.insert(name).second) continue;
    const std::string_view content = runtime_file(name);
    assert(!content.empty() && "kernels name headers of the runtime");
    collect_headers(content, headers);
  }
}

/// What a step's call names, whole or by rows: a Step or a RowForm.
template <typename Call>
void collect_constants(const Call& call, std::set<ConstantId>& constants) {
  for (const Operand& operand : call.operands)
    if (const auto* id = std::get_if<ConstantId>(&operand.place)) constants.insert(*id);
  for (const std::optional<Struct>* given : {&call.shape, &call.arguments}) {
    if (!*given) continue;
    for (const Field& field : (*given)->fields)
      for (const Value& value : field.values)
        if (const auto* id = std::get_if<ConstantId>(&value)) constants.insert(*id);
  }
}

std::set<ConstantId> constants_of(const Step& step) {
  std::set<ConstantId> constants;
  collect_constants(step, constants);
  if (!step.row_form) return constants;
  collect_constants(*step.row_form, constants);
  for (const RowWindow& window : step.row_form->windows)
    if (window.table) constants.insert(*window.table);
  return constants;
}

}  // namespace

std::vector<OutputFile> emit(const Program& program, const EmitOptions& options) {
  const EmitContext context(program, options);
  std::vector<OutputFile> files = {
      {context.prefix + ".h", header_text(context)},
      {context.prefix + ".cpp", source_text(context)},
      {context.prefix + "_weights.h", weights_header_text(context)},
      {context.prefix + "_weights.cpp", weights_source_text(context)},
  };
  std::set<std::string> headers;
  for (const OutputFile& file : files) collect_headers(file.text, headers);
  for (const std::string& header : headers)
    files.push_back({header, std::string(runtime_file(header))});
  return files;
}

ConstantBytes constant_bytes(const Program& program) {
  ConstantBytes bytes;
  for (const Constant& constant : program.constants)
    (constant.table    ? bytes.tables
     : constant.single ? bytes.single
                       : bytes.weights) += static_cast<std::int64_t>(constant.bytes.size());
  return bytes;
}

ModelLayout model_layout(const Program& program) {
  constexpr std::int32_t widest = 8;  // of the integers of C
  ModelLayout layout;
  for (const Buffer& buffer : program.buffers)
    layout.alignment = std::min(std::max(layout.alignment, buffer.alignment), widest);
  const auto rounded = [&](std::int64_t bytes) {
    return (bytes + layout.alignment - 1) / layout.alignment * layout.alignment;
  };
  layout.arena = rounded(program.state_bytes);
  layout.bytes = layout.arena + rounded(std::max<std::int64_t>(1, program.arena_bytes));
  return layout;
}

std::vector<std::int64_t> constant_bytes_by_step(const Program& program) {
  std::set<ConstantId> seen;
  std::vector<std::int64_t> result;
  for (const Step& step : program.steps) {
    std::int64_t bytes = 0;
    for (const ConstantId id : constants_of(step))
      if (seen.insert(id).second) bytes += static_cast<std::int64_t>(program[id].bytes.size());
    result.push_back(bytes);
  }
  return result;
}

}  // namespace smelt
