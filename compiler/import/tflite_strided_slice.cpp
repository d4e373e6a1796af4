// SPDX-License-Identifier: Apache-2.0
//
// STRIDED_SLICE: masks, negative indices and strides resolved to a slice of static extent. Source:
// the rules of NumPy's slices.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/tflite_operators.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"

namespace smelt::tflite {
namespace {

struct Range {
  std::int32_t begin = 0, stride = 1, size = 0;
};

/// One dimension: where it begins and how many elements it takes.
Range resolve(std::int64_t begin, std::int64_t end, std::int32_t stride, std::int32_t extent,
              bool from_start, bool to_end, bool shrink) {
  const bool forward = stride > 0;
  const std::int64_t lowest = forward ? 0 : -1;
  const std::int64_t highest = forward ? extent : extent - 1;
  const auto wrapped = [&](std::int64_t index) {
    return std::clamp<std::int64_t>(index < 0 ? index + extent : index, lowest, highest);
  };
  const std::int64_t first = from_start ? (forward ? 0 : extent - 1) : wrapped(begin);
  if (shrink) return {static_cast<std::int32_t>(first), 1, 1};
  const std::int64_t last = to_end ? (forward ? extent : -1) : wrapped(end);
  const std::int64_t distance = forward ? last - first : first - last;
  const std::int64_t step = forward ? stride : -std::int64_t{stride};
  const std::int64_t count = distance <= 0 ? 0 : (distance + step - 1) / step;
  return {static_cast<std::int32_t>(first), stride, static_cast<std::int32_t>(count)};
}

}  // namespace

void strided_slice(Operator& op) {
  const auto* table = op.table(&format::Operator::builtin_options_as_StridedSliceOptions);
  if (!table || !op.takes(4, 4)) return;
  if (table->ellipsis_mask() != 0 || table->new_axis_mask() != 0 || table->offset())
    return op.error("has an ellipsis, new axes or offsets",
                    "write out all dimensions, and reshape afterwards");
  const Shape extents = op.input(0).shape;
  const auto begin = op.constants(1, "begin", extents.size());
  const auto end = op.constants(2, "end", extents.size());
  const auto strides = op.constants(3, "strides", extents.size());
  if (!begin || !end || !strides) return;
  ops::SliceAttributes attributes;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    const auto masked = [&](std::int32_t mask) { return (mask >> i & 1) != 0; };
    if ((*strides)[i] == 0) return op.error("has a stride of 0", "export the model again");
    const Range range =
        resolve((*begin)[i], (*end)[i], (*strides)[i], extents[i], masked(table->begin_mask()),
                masked(table->end_mask()), masked(table->shrink_axis_mask()));
    attributes.begin.push_back(range.begin);
    attributes.stride.push_back(range.stride);
    attributes.size.push_back(range.size);
  }
  const Shape shape = attributes.size;
  if (shape == op.output().shape) return op.node(ops::slice, attributes, {op.inputs[0]});
  const TensorId part = op.intermediate(ops::slice, attributes, {op.inputs[0]}, shape);
  op.node(ops::reshape, ops::ReshapeAttributes{.shape = op.output().shape}, {part});
}

}  // namespace smelt::tflite
