// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace smelt {

ConstantId StepBuilder::constant(std::string_view suffix, ElementType type,
                                 std::vector<std::uint8_t> bytes, std::int64_t per_channel) {
  program_.constants.push_back({.layer = view_.node.name,
                                .suffix = std::string(suffix),
                                .type = type,
                                .bytes = std::move(bytes),
                                .per_channel = static_cast<std::int32_t>(per_channel)});
  return static_cast<ConstantId>(program_.constants.size() - 1);
}

Operand StepBuilder::input(std::size_t i) {
  const TensorId id = view_.node.inputs[i];
  if (const auto buffer = tensors_[static_cast<std::size_t>(id)]) return {*buffer, Access::read};
  for (const auto& [tensor, known] : constants_)
    if (tensor == id) return {known, Access::read};
  const Tensor& tensor = view_.input(i);
  assert(tensor.constant && "an operand is a buffer or a constant");
  const ConstantId made = constant(fmt::format("operand_{}", i), tensor.type, tensor.data);
  constants_.emplace_back(id, made);
  return {made, Access::read};
}

Operand StepBuilder::output(std::size_t i) {
  return {*tensors_[static_cast<std::size_t>(view_.node.outputs[i])], Access::write};
}

Operand StepBuilder::state(std::size_t i) {
  return {*tensors_[static_cast<std::size_t>(view_.node.inputs[i])], Access::state};
}

Operand StepBuilder::scratch(std::string_view suffix, ElementType type, std::int64_t count,
                             std::int32_t alignment) {
  const std::int64_t bytes = count * byte_size(type);
  program_.buffers.push_back({.layer = view_.node.name,
                              .suffix = std::string(suffix),
                              .kind = BufferKind::scratch,
                              .type = type,
                              .shape = {static_cast<std::int32_t>(count)},
                              .bytes = bytes,
                              .alignment = std::max(alignment, byte_size(type))});
  return {static_cast<BufferId>(program_.buffers.size() - 1), Access::scratch};
}

Step& StepBuilder::call(Kernel kernel, std::vector<Operand> operands) {
  const Node& node = view_.node;
  // A node of several steps counts its MACs once.
  const bool first = program_.steps.empty() || program_.steps.back().layer != node.name;
  Step step{.layer = node.name,
            .kernel = std::move(kernel),
            .shape = {},
            .arguments = {},
            .operands = std::move(operands),
            .macs = first && node.op->macs ? node.op->macs(view_) : 0,
            .file_index = node.file_index};
  return program_.steps.emplace_back(std::move(step));
}

Step& StepBuilder::step(Kernel kernel, Struct arguments, std::vector<Operand> operands) {
  Step& made = call(std::move(kernel), std::move(operands));
  made.arguments = std::move(arguments);
  return made;
}

Step& StepBuilder::step(Kernel kernel, Struct shape, Struct arguments,
                        std::vector<Operand> operands) {
  Step& made = step(std::move(kernel), std::move(arguments), std::move(operands));
  made.shape = std::move(shape);
  return made;
}

RowForm collecting(const Step& step, const TensorRows& rows, Operand sums) {
  RowForm form;
  form.kernel.name = step.kernel.name + "_collect";
  form.kernel.header = step.kernel.header;
  form.arguments = step.arguments;
  form.operands = step.operands;
  form.windows = {{.height = rows.height, .elements = rows.elements}};
  form.height = rows.height;
  form.collects = form.numbered = true;
  form.operands.push_back(sums);
  return form;
}

bool has_rows(const Shape& shape) {
  return shape.size() == 4 && shape[0] == 1 && shape[1] > 1;
}

std::optional<TensorRows> rows_of(const Shape& shape) {
  const auto first =
      std::find_if(shape.begin(), shape.end(), [](auto extent) { return extent > 1; });
  if (shape.end() - first < 2) return std::nullopt;
  return TensorRows{static_cast<std::size_t>(first - shape.begin()), *first,
                    element_count(shape) / *first};
}

Field int_field(std::string_view name, std::int64_t value) {
  return {std::string(name), {value}, {}};
}

Field float_field(std::string_view name, float value) {
  return {std::string(name), {value}, {}};
}

Field constant_field(std::string_view name, ConstantId constant) {
  return {std::string(name), {constant}, {}};
}

Field labelled_field(std::string_view name, const std::vector<LabelledValue>& values) {
  Field field{std::string(name), {}, {}};
  for (const auto& [label, value] : values) {
    field.labels.emplace_back(label);
    field.values.push_back(value);
  }
  return field;
}

Field ints_field(std::string_view name, const std::vector<std::int32_t>& values) {
  Field field{std::string(name), {}, {}};
  for (const std::int32_t value : values) field.values.emplace_back(std::int64_t{value});
  return field;
}

}  // namespace smelt
