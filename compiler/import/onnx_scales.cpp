// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_scales.h"

#include <algorithm>

#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/transpose.h"

namespace smelt::onnx_import {
namespace {

Quantization dequantized(const NodeView& view) {
  const Tensor& input = view.input(0);
  const Tensor& scale = view.input(1);
  if (byte_size(input.type) != 1) return {};
  Quantization result{.scales = elements<float>(scale)};
  for (const std::int64_t zero : integers(view.input(2)))
    result.zero_points.push_back(static_cast<std::int32_t>(zero) -
                                 (input.type == ElementType::u8 ? 128 : 0));
  const auto own = std::find_if(scale.shape.begin(), scale.shape.end(),
                                [](std::int32_t extent) { return extent != 1; });
  if (own != scale.shape.end())
    result.axis = static_cast<std::int32_t>(input.shape.size()) -
                  static_cast<std::int32_t>(scale.shape.end() - own);
  return result;
}

/// Dimension of `after` that is dimension `axis` of `before`, as far as elements go; -1: none.
std::int32_t reshaped_axis(const Shape& before, const Shape& after, std::int32_t axis) {
  const auto from = before.begin() + axis;
  const std::int64_t outer = element_count({before.begin(), from});
  for (auto to = after.begin(); to != after.end(); ++to)
    if (*to == *from && element_count({after.begin(), to}) == outer)
      return static_cast<std::int32_t>(to - after.begin());
  return -1;
}

}  // namespace

Quantization carried_scales(const NodeView& view) {
  if (view.node.op == &ops::dequantize_linear) return dequantized(view);
  const bool transposes = view.node.op == &ops::transpose;
  if (!transposes && view.node.op != &ops::reshape) return {};
  Quantization result = view.input(0).quantization;
  if (!result.per_channel()) return result;
  if (transposes) {
    const auto& order = view.attributes<ops::TransposeAttributes>().permutation;
    result.axis = static_cast<std::int32_t>(std::find(order.begin(), order.end(), result.axis) -
                                            order.begin());
  } else {
    result.axis = reshaped_axis(view.input(0).shape, view.output().shape, result.axis);
  }
  return result.axis < 0 ? Quantization{} : result;
}

}  // namespace smelt::onnx_import
