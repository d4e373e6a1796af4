// SPDX-License-Identifier: Apache-2.0
//
// How reductions, normalizations and movements are drawn.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reduce_by.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/resample.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/take.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/trilu.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- reductions --------------------------------------------------------------------------------

ops::ReduceAttributes some_axes(Sketch& s, TensorId x) {
  ops::ReduceAttributes attributes{{}, s.random.coin()};
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(s[x].shape.size()); ++i)
    if (s.random.coin()) attributes.axes.push_back(i);
  return attributes;
}

template <const OpDef& op>
void reduce(Sketch& s) {
  const TensorId x = s.pick(&op == &ops::sum ? arithmetic : numbers, 1, max_rank);
  const ops::ReduceAttributes attributes = some_axes(s, x);
  s.node(op, attributes, {x}, coarser(s, s[x].type, scale_of(s[x])));
}

/// The variance of equal elements would be nothing but rounding: theirs are made to differ.
TensorId differing(Sketch& s, TensorId x) {
  const TensorId small = bounded(s, x);
  std::vector<float> summands;
  for (std::int64_t i = 0; i < element_count(s[small].shape); ++i)
    summands.push_back(s.random.real(-2, 2));
  return s.node(ops::add, ops::AddAttributes{},
                {small, s.constant(f32, s[small].shape, to_bytes(summands))});
}

template <const OpDef& op>
void normalize(Sketch& s) {
  const TensorId given = s.pick({f32}, 1, max_rank);
  const TensorId x = &op == &ops::normalize ? differing(s, given) : given;
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
void extreme(Sketch& s) {
  const TensorId x = s.pick(arithmetic, 1, max_rank);
  const ops::ReduceAttributes attributes = some_axes(s, x);
  s.node(op, attributes, {x}, s[x].quantization);
}

/// Of numbers without a scale.
template <const OpDef& op>
void reduce_plain(Sketch& s) {
  // Products of more would leave the range of floats.
  const std::int64_t most = &op == &ops::reduce_prod ? 12 : INT32_MAX;
  const TensorId x = s.pick({f32, f32, s32, s64}, 1, max_rank, [&](const Tensor& tensor) {
    return element_count(tensor.shape) <= most;
  });
  if (element_count(s[x].shape) > most) throw std::invalid_argument("too long a product");
  s.node(op, some_axes(s, x), {x});
}

/// Of floats; those that a logarithm follows are positive.
template <const OpDef& op>
void reduce_real(Sketch& s) {
  TensorId x = s.pick({f32}, 1, max_rank);
  if (&op == &ops::reduce_log_sum) {
    x = s.node(ops::relu6, ops::relu6.attributes.make(), {x});
    x = s.node(ops::add, ops::AddAttributes{}, {x, s.constant(f32, {1}, to_bytes<float>({0.25F}))});
  }
  s.node(op, some_axes(s, x), {x});
}

void cum_sum(Sketch& s) {
  const TensorId x = s.pick({f32, s32, s64}, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  s.node(ops::cum_sum,
         ops::CumSumAttributes{s.random.integer(0, rank - 1), s.random.coin(), s.random.coin()},
         {x});
}

template <const OpDef& op>
void arg(Sketch& s) {
  const TensorId x = s.pick(arithmetic, 1, max_rank);
  const auto rank = static_cast<std::int32_t>(s[x].shape.size());
  s.node(op, ops::ArgAttributes{s.random.integer(0, rank - 1), s.random.coin()}, {x}, {},
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

void take(Sketch& s) {
  const TensorId x = s.pick(all_types, 0, max_rank);
  ops::TakeAttributes attributes;
  for (const std::int32_t extent : s[x].shape) {
    // As often as not all elements in order.
    const bool whole = s.random.coin();
    attributes.sizes.push_back(whole ? extent : s.random.integer(1, 5));
    for (std::int32_t i = 0; i < attributes.sizes.back(); ++i)
      attributes.places.push_back(whole ? i : s.random.integer(0, extent - 1));
  }
  s.node(ops::take, attributes, {x}, s[x].quantization);
}

void resample(Sketch& s) {
  const TensorId x = s.pick({f32}, 1, max_rank);
  const auto axis = s.random.integer(0, static_cast<std::int32_t>(s[x].shape.size()) - 1);
  const std::int32_t extent = s[x].shape[static_cast<std::size_t>(axis)];
  const std::int32_t size = s.random.integer(1, 6), taps = s.random.integer(1, 4);
  ops::ResampleAttributes attributes{.axis = axis, .size = size};
  for (std::int32_t i = 0; i < size * taps; ++i) {
    attributes.places.push_back(s.random.integer(0, extent - 1));
    attributes.weights.push_back(s.random.real(-1, 1));
  }
  const bool bias = s.random.coin();
  for (std::int32_t i = 0; bias && i < size; ++i) attributes.bias.push_back(s.random.real(-1, 1));
  s.node(ops::resample, attributes, {x});
}

void trilu(Sketch& s) {
  const TensorId x = s.pick({f32, s16, s32, s64, boolean}, 2, max_rank);
  s.node(ops::trilu, ops::TriluAttributes{s.random.integer(-5, 5), s.random.coin()}, {x});
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

/// Some of `x` along `axis`, one element several times or every other one.
TensorId some_of(Sketch& s, TensorId x, std::size_t axis) {
  const Shape& shape = s[x].shape;
  ops::SliceAttributes attributes{
      .begin = Shape(shape.size(), 0), .stride = Shape(shape.size(), 1), .size = shape};
  attributes.begin[axis] = s.random.integer(0, shape[axis] - 1);
  attributes.stride[axis] = s.random.of<std::int32_t>({0, 0, 2});
  const std::int32_t room = (shape[axis] - 1 - attributes.begin[axis]) / 2;
  attributes.size[axis] =
      attributes.stride[axis] == 0 ? s.random.integer(2, 4) : 1 + s.random.integer(0, room);
  return s.node(ops::slice, attributes, {x}, s[x].quantization);
}

/// Branches of one tensor that meet again, mostly along the outermost dimension of all.
void concat_branches(Sketch& s, TensorId x) {
  const Shape& shape = s[x].shape;
  std::int32_t axis = 0;
  while (axis + 1 < std::ssize(shape) &&
         (shape[static_cast<std::size_t>(axis)] == 1 || s.random.integer(0, 3) == 0))
    ++axis;
  std::vector<TensorId> operands;
  for (std::int32_t i = s.random.integer(2, 4); i > 0; --i)
    operands.push_back(some_of(s, x, static_cast<std::size_t>(axis)));
  s.node(ops::concat, ops::ConcatAttributes{axis}, operands, s[x].quantization);
}

void concat(Sketch& s) {
  const TensorId x = s.pick(all_types, 1, max_rank);
  if (s.random.coin()) return concat_branches(s, x);
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
      {ops::cum_sum, cum_sum},
      {ops::mean, reduce<ops::mean>},
      {ops::normalize, normalize<ops::normalize>},
      {ops::pad, pad},
      {ops::reduce_l1, reduce_plain<ops::reduce_l1>},
      {ops::reduce_l2, reduce_real<ops::reduce_l2>},
      {ops::reduce_log_sum, reduce_real<ops::reduce_log_sum>},
      {ops::reduce_log_sum_exp, reduce_real<ops::reduce_log_sum_exp>},
      {ops::reduce_max, extreme<ops::reduce_max>},
      {ops::reduce_min, extreme<ops::reduce_min>},
      {ops::reduce_prod, reduce_plain<ops::reduce_prod>},
      {ops::reduce_sum_square, reduce_plain<ops::reduce_sum_square>},
      {ops::resample, resample},
      {ops::reshape, reshape},
      {ops::slice, slice},
      {ops::sum, reduce<ops::sum>},
      {ops::take, take},
      {ops::transpose, transpose},
      {ops::trilu, trilu},
  };
}

}  // namespace smelt::test
