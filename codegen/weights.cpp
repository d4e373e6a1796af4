// SPDX-License-Identifier: Apache-2.0
//
// NAME_weights.h and NAME_weights.cpp: the data, apart from the code, so that retraining changes
// these files alone.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "codegen/context.h"

namespace smelt {
namespace {

std::string array_declaration(const Constant& constant, std::string_view name, std::size_t bytes) {
  return fmt::format("const {} {}[{}]", c_type(constant.type), name,
                     bytes / static_cast<std::size_t>(byte_size(constant.type)));
}

/// Bytes of one array: all, or as many output channels as the device's compiler allows.
std::size_t bytes_at_once(const EmitContext& context, const Constant& constant) {
  const auto max = static_cast<std::size_t>(context.options.max_array_bytes);
  if (max == 0 || constant.bytes.size() <= max) return constant.bytes.size();
  const auto element = static_cast<std::size_t>(byte_size(constant.type));
  const std::size_t channel = element * static_cast<std::size_t>(std::max(constant.per_channel, 1));
  return channel <= max ? max / channel * channel : max / element * element;
}

std::string declaration(const EmitContext& context, ConstantId id) {
  const Constant& constant = context.program[id];
  const std::string& name = context.constant(id);
  if (bytes_at_once(context, constant) < constant.bytes.size())
    return fmt::format("const {} {}[]", c_type(constant.type), name);
  return array_declaration(constant, name, constant.bytes.size());
}

std::string alignment(const Constant& constant) {
  const bool more = constant.alignment > byte_size(constant.type);
  return more ? fmt::format("alignas({}) ", constant.alignment) : "";
}

/// Arrays that follow each other in memory: parts of one section stay in the order of the file.
void write_parts(CppWriter& writer, const EmitContext& context, ConstantId id) {
  const Constant& constant = context.program[id];
  const std::string& name = context.constant(id);
  const std::size_t step = bytes_at_once(context, constant);
  const std::span<const std::uint8_t> bytes = constant.bytes;
  const std::string place = fmt::format("SMELT_CONSTANT_PART(\"{}.{}\")", context.prefix, name);
  for (std::size_t begin = 0, part = 1; begin < bytes.size(); begin += step, ++part) {
    const auto piece = bytes.subspan(begin, std::min(step, bytes.size() - begin));
    const std::string part_name = part == 1 ? name : fmt::format("{}_part_{}", name, part);
    writer.array(array_declaration(constant, part_name, piece.size()) + " " + place, constant.type,
                 piece, constant.per_channel);
  }
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
    if (bytes_at_once(context, constant) < constant.bytes.size())
      write_parts(writer, context, id);
    else
      writer.array(fmt::format("{}{} {}", alignment(constant), declaration(context, id), place),
                   constant.type, constant.bytes, constant.per_channel);
  });
  writer.blank();
  writer.line(fmt::format("}}  // namespace {}_weights", context.prefix));
  writer.end_table();
  return writer.text();
}

}  // namespace smelt
