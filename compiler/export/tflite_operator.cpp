// SPDX-License-Identifier: Apache-2.0
#include "compiler/export/tflite_operator.h"

#include <fmt/format.h>

#include "compiler/ops/window.h"

namespace smelt::tflite_writer {

std::int32_t Operator::constant(std::string_view role, Shape shape,
                                const std::vector<std::int32_t>& values) {
  return constant(role,
                  {.type = ElementType::s32, .shape = std::move(shape), .data = to_bytes(values)});
}

std::int32_t Operator::list(std::string_view role, const std::vector<std::int32_t>& values) {
  return constant(role, {static_cast<std::int32_t>(values.size())}, values);
}

std::int32_t Operator::constant(std::string_view role, Tensor tensor) {
  tensor.name = fmt::format("{}/{}", view.node.name, role);
  tensor.constant = true;
  constants.push_back(std::move(tensor));
  return static_cast<std::int32_t>(view.graph.tensors.size() + constants.size() - 1);
}

std::optional<format::Padding> Operator::padding(const Pads& pads, const Shape& image,
                                                 Extent2 kernel, Extent2 stride, Extent2 dilation) {
  if (pads == Pads{}) return format::Padding::VALID;
  if (pads == same_pads({image[1], image[2]}, kernel, stride, dilation))
    return format::Padding::SAME;
  error(fmt::format("pads {}, {}, {}, {} (top, left, bottom, right) are neither SAME nor VALID",
                    pads.top, pads.left, pads.bottom, pads.right),
        "the format knows SAME and VALID only, and an average leaves pads out");
  return std::nullopt;
}

void Operator::error(std::string message, std::string note) {
  diagnostics.error(place_of(view.graph, view.node), std::move(message)).note(std::move(note));
}

format::ActivationFunctionType activation_type(Activation activation) {
  switch (activation) {
    case Activation::relu: return format::ActivationFunctionType::RELU;
    case Activation::relu_n1_to_1: return format::ActivationFunctionType::RELU_N1_TO_1;
    case Activation::relu6: return format::ActivationFunctionType::RELU6;
    case Activation::none: break;
  }
  return format::ActivationFunctionType::NONE;
}

format::TensorType tensor_type(ElementType type) {
  switch (type) {
    case ElementType::s4: return format::TensorType::INT4;
    case ElementType::s8: return format::TensorType::INT8;
    case ElementType::u8: return format::TensorType::UINT8;
    case ElementType::s16: return format::TensorType::INT16;
    case ElementType::s32: return format::TensorType::INT32;
    case ElementType::s64: return format::TensorType::INT64;
    case ElementType::boolean: return format::TensorType::BOOL;
    case ElementType::f32: break;
  }
  return format::TensorType::FLOAT32;
}

}  // namespace smelt::tflite_writer
