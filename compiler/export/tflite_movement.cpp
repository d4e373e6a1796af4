// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements, reduce over axes or resize.
#include <algorithm>

#include "compiler/export/tflite_operator.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"

namespace smelt::tflite_writer {
namespace {

constexpr int half_pixel_version = 3;

void axis_operand(Operator& op) {
  if (op.attributes<ops::ArgAttributes>().last)
    op.error("takes the last of equals", "take the first");
  op.inputs.push_back(op.constant("axis", {}, {op.attributes<ops::ArgAttributes>().axis}));
}

const ops::ResizeAttributes& size_operand(Operator& op) {
  const auto& attributes = op.attributes<ops::ResizeAttributes>();
  op.inputs.push_back(op.list("size", {attributes.height, attributes.width}));
  if (attributes.half_pixel_centers) op.version = half_pixel_version;
  return attributes;
}

/// What PAD writes without being told.
bool pads_with_zero(const Operator& op) {
  const auto& attributes = op.attributes<ops::PadAttributes>();
  const Tensor& output = op.view.output();
  if (output.type == ElementType::f32)
    return to_bytes<float>({attributes.float_value}) == to_bytes<float>({0.0F});
  return attributes.value == (output.quantization.present() ? output.quantization.zero_point() : 0);
}

/// One element of an integer type, or of f32, as PADV2 wants it.
std::vector<std::uint8_t> element(ElementType type, const ops::PadAttributes& attributes) {
  if (type == ElementType::f32) return to_bytes<float>({attributes.float_value});
  std::vector<std::uint8_t> bytes = to_bytes<std::int64_t>({attributes.value});
  bytes.resize(static_cast<std::size_t>(byte_size(type)));
  return bytes;
}

/// A slice with strides other than 1, as STRIDED_SLICE with an end per dimension. Backwards past
/// element 0 there is no index to end at, which is what the mask is for.
void strided_slice(Operator& op) {
  const auto& [begin, stride, size] = op.attributes<ops::SliceAttributes>();
  std::vector<std::int32_t> end;
  std::int32_t end_mask = 0;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const std::int32_t last = begin[i] + (size[i] - 1) * stride[i];
    end.push_back(stride[i] > 0 ? last + 1 : last - 1);
    if (end.back() < 0) end_mask |= std::int32_t{1} << i;
  }
  op.code = format::BuiltinOperator::STRIDED_SLICE;
  op.options_type = format::BuiltinOptions::StridedSliceOptions;
  op.inputs.push_back(op.list("begin", begin));
  op.inputs.push_back(op.list("end", end));
  op.inputs.push_back(op.list("strides", stride));
  op.set_options(format::CreateStridedSliceOptions(op.file, /*begin_mask=*/0, end_mask));
}

}  // namespace

void arg_max(Operator& op) {
  axis_operand(op);
  op.set_options(format::CreateArgMaxOptions(op.file, tensor_type(op.view.output().type)));
}

void arg_min(Operator& op) {
  axis_operand(op);
  op.set_options(format::CreateArgMinOptions(op.file, tensor_type(op.view.output().type)));
}

void concat(Operator& op) {
  op.set_options(
      format::CreateConcatenationOptions(op.file, op.attributes<ops::ConcatAttributes>().axis));
}

void pad(Operator& op) {
  const auto& attributes = op.attributes<ops::PadAttributes>();
  const auto rank = static_cast<std::int32_t>(attributes.before.size());
  std::vector<std::int32_t> paddings;
  for (std::size_t i = 0; i < attributes.before.size(); ++i) {
    paddings.push_back(attributes.before[i]);
    paddings.push_back(attributes.after[i]);
  }
  op.inputs.push_back(op.constant("paddings", {rank, 2}, std::move(paddings)));
  op.set_options(format::CreateNoOptions(op.file));
  if (pads_with_zero(op)) return;
  const Tensor& output = op.view.output();
  op.code = format::BuiltinOperator::PADV2;
  op.options_type = format::BuiltinOptions::PadV2Options;
  op.inputs.push_back(op.constant("value", {.type = output.type,
                                            .quantization = output.quantization,
                                            .data = element(output.type, attributes)}));
}

void reduce(Operator& op) {
  const auto& attributes = op.attributes<ops::ReduceAttributes>();
  op.inputs.push_back(op.list("axes", attributes.axes));
  op.set_options(format::CreateReducerOptions(op.file, attributes.keep_dims));
}

void reshape(Operator& op) {
  const Shape& shape = op.attributes<ops::ReshapeAttributes>().shape;
  op.set_options(format::CreateReshapeOptionsDirect(op.file, &shape));
}

void resize_bilinear(Operator& op) {
  const auto& attributes = size_operand(op);
  op.set_options(format::CreateResizeBilinearOptions(op.file, attributes.align_corners,
                                                     attributes.half_pixel_centers));
}

void resize_nearest(Operator& op) {
  const auto& attributes = size_operand(op);
  op.set_options(format::CreateResizeNearestNeighborOptions(op.file, attributes.align_corners,
                                                            attributes.half_pixel_centers));
}

void slice(Operator& op) {
  const auto& [begin, stride, size] = op.attributes<ops::SliceAttributes>();
  if (std::any_of(stride.begin(), stride.end(), [](std::int32_t each) { return each == 0; }))
    return op.error("takes an element more than once", "use steps other than 0");
  if (std::any_of(stride.begin(), stride.end(), [](std::int32_t each) { return each != 1; }))
    return strided_slice(op);
  op.inputs.push_back(op.list("begin", begin));
  op.inputs.push_back(op.list("size", size));
  op.set_options(format::CreateNoOptions(op.file));
}

void transpose(Operator& op) {
  op.inputs.push_back(
      op.list("permutation", op.attributes<ops::TransposeAttributes>().permutation));
  op.set_options(format::CreateNoOptions(op.file));
}

}  // namespace smelt::tflite_writer
