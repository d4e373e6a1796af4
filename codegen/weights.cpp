// SPDX-License-Identifier: Apache-2.0
//
// NAME_weights.h and NAME_weights.cpp: the data, apart from the code, so that retraining changes
// these files alone.
#include <fmt/format.h>

#include "codegen/context.h"

namespace smelt {
namespace {

std::string declaration(const EmitContext& context, ConstantId id) {
  const Constant& constant = context.program[id];
  const std::size_t count =
      constant.bytes.size() / static_cast<std::size_t>(byte_size(constant.type));
  return fmt::format("const {} {}[{}]", c_type(constant.type), context.constant(id), count);
}

/// A comment line wherever another layer's data begin.
template <typename Write>
void for_each_constant(CppWriter& writer, const EmitContext& context, Write write) {
  const std::string* layer = nullptr;
  for (std::size_t i = 0; i < context.program.constants.size(); ++i) {
    const Constant& constant = context.program.constants[i];
    if (!layer || *layer != constant.layer) {
      writer.blank();
      writer.comment(fmt::format("\"{}\"", comment_text(constant.layer)));
    }
    layer = &constant.layer;
    write(static_cast<ConstantId>(i), constant);
  }
}

}  // namespace

std::string weights_header_text(const EmitContext& context) {
  CppWriter writer;
  write_banner(writer, context, context.prefix + "_weights.h");
  writer.directive(fmt::format("#ifndef {}_WEIGHTS_H", context.macro));
  writer.directive(fmt::format("#define {}_WEIGHTS_H", context.macro));
  writer.blank();
  writer.directive("#include \"smelt/runtime.h\"");
  writer.blank();
  writer.line(fmt::format("namespace {}_weights {{", context.prefix));
  for_each_constant(writer, context, [&](ConstantId id, const Constant&) {
    writer.line(fmt::format("extern {};", declaration(context, id)));
  });
  writer.blank();
  writer.line(fmt::format("}}  // namespace {}_weights", context.prefix));
  writer.blank();
  writer.directive("#endif");
  return writer.text();
}

std::string weights_source_text(const EmitContext& context) {
  CppWriter writer;
  write_banner(writer, context, context.prefix + "_weights.cpp");
  writer.directive(fmt::format("#include \"{}_weights.h\"", context.prefix));
  writer.blank();
  const std::string& section = context.options.weights_section;
  const std::string place =
      section.empty() ? "SMELT_CONSTANT" : fmt::format("__attribute__((section(\"{}\")))", section);
  writer.begin_table();
  writer.line(fmt::format("namespace {}_weights {{", context.prefix));
  for_each_constant(writer, context, [&](ConstantId id, const Constant& constant) {
    writer.array(fmt::format("{} {}", declaration(context, id), place), constant.type,
                 constant.bytes, constant.per_channel);
  });
  writer.blank();
  writer.line(fmt::format("}}  // namespace {}_weights", context.prefix));
  writer.end_table();
  return writer.text();
}

}  // namespace smelt
