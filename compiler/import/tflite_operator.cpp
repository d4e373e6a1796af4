// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/tflite_operator.h"

#include <fmt/format.h>

#include "compiler/ops/window.h"

namespace smelt::tflite {

void Operator::error(std::string message, std::string note) {
  diagnostics.error(place, std::move(message)).note(std::move(note));
}

void Operator::warning(std::string message, std::string note) {
  diagnostics.warning(place, std::move(message)).note(std::move(note));
}

bool Operator::takes(std::size_t needed, std::size_t most, std::size_t results) {
  bool enough = inputs.size() >= needed && inputs.size() <= most && outputs.size() == results;
  for (std::size_t i = 0; enough && i < needed; ++i) enough = inputs[i] != no_tensor;
  if (!enough)
    error(fmt::format("has {} inputs and {} outputs", inputs.size(), outputs.size()),
          "the file does not follow the format; export the model again");
  return enough;
}

std::optional<std::vector<std::int64_t>> Operator::constant(std::size_t i, std::string_view role) {
  const Tensor& tensor = input(i);
  const bool integer = tensor.type == ElementType::s32 || tensor.type == ElementType::s64;
  if (tensor.constant && integer) return integers(tensor);
  if (integer && element_count(tensor.shape) == 0) return std::vector<std::int64_t>();
  error(fmt::format("{} \"{}\" is not a constant integer tensor", role, tensor.name),
        "export the model with fixed shapes, so that the converter can fold it");
  return std::nullopt;
}

std::optional<std::vector<std::int32_t>> Operator::constants(std::size_t i, std::string_view role,
                                                             std::size_t count) {
  const auto values = constant(i, role);
  if (!values) return std::nullopt;
  std::vector<std::int32_t> result;
  for (const std::int64_t value : *values)
    if (value >= INT32_MIN && value <= INT32_MAX)
      result.push_back(static_cast<std::int32_t>(value));
  if (result.size() == count && values->size() == count) return result;
  error(fmt::format("{} has {} elements, expected {} of 32 bits", role, values->size(), count),
        "the file does not follow the format; export the model again");
  return std::nullopt;
}

std::optional<std::int32_t> Operator::axis(std::int64_t value, std::size_t rank) {
  const auto size = static_cast<std::int64_t>(rank);
  if (value >= -size && value < size)
    return static_cast<std::int32_t>(value < 0 ? value + size : value);
  error(fmt::format("axis {} of a tensor with {} dimensions", value, rank),
        "the file does not follow the format; export the model again");
  return std::nullopt;
}

std::optional<Activation> Operator::activation(format::ActivationFunctionType type) {
  switch (type) {
    case format::ActivationFunctionType::NONE: return Activation::none;
    case format::ActivationFunctionType::RELU: return Activation::relu;
    case format::ActivationFunctionType::RELU_N1_TO_1: return Activation::relu_n1_to_1;
    case format::ActivationFunctionType::RELU6: return Activation::relu6;
    default: break;
  }
  const std::string name = format::EnumNameActivationFunctionType(type);
  error(fmt::format("fused activation {} is not supported",
                    name.empty() ? fmt::format("#{}", static_cast<int>(type)) : name),
        "make the activation an operator of its own");
  return std::nullopt;
}

std::optional<Pads> Operator::pads(format::Padding padding, const Shape& image, Extent2 kernel,
                                   Extent2 stride, Extent2 dilation) {
  if (padding == format::Padding::VALID) return Pads{};
  const auto positive = [](Extent2 e) {
    return e.height > 0 && e.width > 0 && e.height < 1 << 15 && e.width < 1 << 15;
  };
  if (padding == format::Padding::SAME && image.size() == 4 && positive(kernel) &&
      positive(stride) && positive(dilation))
    return same_pads({image[1], image[2]}, kernel, stride, dilation);
  error("padding, kernel size, stride or dilation is out of range",
        "they must be from 1 to 32767, and the input must be NHWC");
  return std::nullopt;
}

void Operator::append(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
                      TensorId result, std::size_t i) {
  graph.nodes.push_back({.op = &def,
                         .attributes = std::move(attributes),
                         .inputs = std::move(operands),
                         .outputs = {result},
                         .name = output(i).name,
                         .file_index = place.operator_index,
                         .file_kind = place.kind});
}

void Operator::node(const OpDef& def, std::any attributes, std::vector<TensorId> operands,
                    std::size_t i) {
  append(def, std::move(attributes), std::move(operands), outputs[i], i);
}

TensorId Operator::tensor_like_output(Shape shape, std::string_view suffix, std::size_t i) {
  return graph.add({.name = fmt::format("{}_{}", output(i).name, suffix),
                    .type = output(i).type,
                    .shape = std::move(shape),
                    .quantization = output(i).quantization});
}

TensorId Operator::intermediate(const OpDef& def, std::any attributes,
                                std::vector<TensorId> operands, Shape shape, std::size_t i) {
  const TensorId result = tensor_like_output(std::move(shape), def.name, i);
  append(def, std::move(attributes), std::move(operands), result, i);
  return result;
}

}  // namespace smelt::tflite
