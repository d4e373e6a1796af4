// SPDX-License-Identifier: Apache-2.0
//
// How reductions, normalizations and movements are drawn.
#include <algorithm>
#include <cmath>

#include "compiler/ops/arg.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- reductions --------------------------------------------------------------------------------

template <const OpDef& op>
void reduce(Sketch& s) {
  const TensorId x = s.pick(&op == &ops::sum ? arithmetic : numbers, 1, max_rank);
  ops::ReduceAttributes attributes{{}, s.random.coin()};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    if (s.random.coin()) attributes.axes.push_back(i);
  s.node(op, attributes, {x}, coarser(s, s[x].type, scale_of(s[x])));
}

/// Of differing elements: the variance of equal ones would be nothing but rounding.
template <const OpDef& op>
void normalize(Sketch& s) {
  const TensorId x = s.pick({f32}, 1, max_rank);
  ops::NormalizeAttributes attributes{.epsilon = s.random.real(0.01F, 1)};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    if (s.random.coin()) attributes.axes.push_back(i);
  s.node(op, attributes, {x});
}

void local_response(Sketch& s) {
  const TensorId x = s.pick({f32}, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  s.node(ops::local_response,
         ops::LocalResponseAttributes{.axis = s.random.integer(0, rank - 1),
                                      .size = s.random.integer(1, 5),
                                      .alpha = s.random.real(0, 1),
                                      .beta = s.random.real(0, 1),
                                      .bias = s.random.real(0.5F, 2)},
         {x});
}

template <const OpDef& op>
void arg(Sketch& s) {
  const TensorId x = s.pick(arithmetic, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  s.node(op, ops::ArgAttributes{s.random.integer(0, rank - 1)}, {x}, {},
         s.random.coin() ? s32 : s64);
}

// --- movement ----------------------------------------------------------------------------------

/// Another shape of as many elements.
Shape reshaped(Random& random, std::int64_t count) {
  Shape shape;
  while (count > 1 && shape.size() < 3) {
    std::int32_t factor =
        random.integer(1, static_cast<std::int32_t>(std::min<std::int64_t>(count, 6)));
    while (count % factor != 0) --factor;
    shape.push_back(factor);
    count /= factor;
  }
  shape.push_back(static_cast<std::int32_t>(count));
  if (shape.size() < 4 && random.coin()) shape.insert(shape.begin(), 1);
  return shape;
}

void reshape(Sketch& s) {
  const TensorId x = s.pick(all_types, 0, max_rank);
  s.node(ops::reshape, ops::ReshapeAttributes{reshaped(s.random, element_count(s[x].shape))}, {x},
         s[x].quantization);
}

void transpose(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  ops::TransposeAttributes attributes;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    attributes.permutation.insert(attributes.permutation.begin() + s.random.integer(0, i), i);
  s.node(ops::transpose, attributes, {x}, s[x].quantization);
}

void slice(Sketch& s) {
  const TensorId x = s.pick(all_types, 0, max_rank);
  ops::SliceAttributes attributes;
  const bool forwards = s.random.integer(0, 2) != 0;
  for (const std::int32_t extent : s[x].shape) {
    const auto stride = s.random.of<std::int32_t>(forwards ? std::vector{1, 1, 2, 3}
                                                           : std::vector{1, 2, -1, -2, 0});
    // As often as not all that the stride reaches.
    const bool whole = s.random.coin();
    const std::int32_t begin =
        whole ? (stride < 0 ? extent - 1 : 0) : s.random.integer(0, extent - 1);
    const std::int32_t room =
        stride < 0 ? begin / -stride : (extent - 1 - begin) / std::max(stride, 1);
    attributes.begin.push_back(begin);
    attributes.stride.push_back(stride);
    attributes.size.push_back(1 + (whole ? room : s.random.integer(0, room)));
  }
  s.node(ops::slice, attributes, {x}, s[x].quantization);
}

void pad(Sketch& s) {
  const TensorId x = s.pick(s.random.coin() ? numbers : all_types, 1, max_rank);
  const IntegerRange range = range_of(s[x].type);
  ops::PadAttributes attributes{.value = s.random.integer(range.min, range.max)};
  if (s[x].type == ElementType::f32) attributes.float_value = s.random.real(-1, 1);
  if (s[x].quantization.present() && s.random.coin())
    attributes.value = s[x].quantization.zero_point();
  // As often as not what precedes a convolution.
  const bool image = s[x].shape.size() == 4 && s.random.integer(0, 3) != 0;
  for (std::size_t i = 0; i < s[x].shape.size(); ++i) {
    const bool none = image && (i == 0 || i == 3);
    attributes.before.push_back(none || s.random.coin() ? 0 : s.random.integer(0, 2));
    attributes.after.push_back(none || s.random.coin() ? 0 : s.random.integer(0, 2));
  }
  s.node(ops::pad, attributes, {x}, s[x].quantization);
}

void concat(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  const Tensor tensor = s[x];
  const auto axis = s.random.integer(0, static_cast<std::int32_t>(tensor.shape.size()) - 1);
  std::vector<TensorId> operands = {x};
  for (std::int32_t i = s.random.integer(0, 3); i > 0; --i) {
    Shape shape = tensor.shape;
    if (s.random.coin()) shape[static_cast<std::size_t>(axis)] = s.random.integer(1, 4);
    operands.push_back(s.operand(tensor.type, shape, tensor.quantization));
  }
  std::rotate(
      operands.begin(),
      operands.begin() + s.random.integer(0, static_cast<std::int32_t>(operands.size()) - 1),
      operands.end());
  s.node(ops::concat, ops::ConcatAttributes{axis}, operands, tensor.quantization);
}

}  // namespace

std::vector<GeneratorRow> movement_rows() {
  return {
      {ops::arg_max, arg<ops::arg_max>},
      {ops::arg_min, arg<ops::arg_min>},
      {ops::concat, concat},
      {ops::inverse_deviation, normalize<ops::inverse_deviation>},
      {ops::l1_normalize, normalize<ops::l1_normalize>},
      {ops::l2_normalize, normalize<ops::l2_normalize>},
      {ops::local_response, local_response},
      {ops::mean, reduce<ops::mean>},
      {ops::normalize, normalize<ops::normalize>},
      {ops::pad, pad},
      {ops::reshape, reshape},
      {ops::slice, slice},
      {ops::sum, reduce<ops::sum>},
      {ops::transpose, transpose},
  };
}

}  // namespace smelt::test
