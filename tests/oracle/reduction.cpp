// SPDX-License-Identifier: Apache-2.0
//
// mean, sum, arg_max and arg_min (the arithmetic notes, 5.6).
#include <algorithm>
#include <bit>

#include "fixed_point.h"

namespace oracle {
namespace {

/// Input elements that meet in one output element, by output offset.
using Groups = std::vector<std::vector<Index>>;

/// Drops the coordinates along `axes`; what is left, in order, numbers the outputs.
Groups groups_along(const Tensor& input, const std::vector<int>& axes) {
  std::vector<int> kept_shape = input.shape;
  for (const int axis : axes) at(kept_shape, resolved_axis(axis, input)) = 1;
  Groups groups(static_cast<std::size_t>(count(kept_shape)));
  for (Index i = 0; i < count(input.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, input.shape);
    for (const int axis : axes) at(place, resolved_axis(axis, input)) = 0;
    at(groups, offset_of(place, kept_shape)).push_back(i);
  }
  return groups;
}

float float_sum(const Tensor& input, const std::vector<Index>& group) {
  float sum = 0.0F;
  for (const Index offset : group) sum += at(input.f, offset);
  return sum;
}

/// S' = S - z_in * n
Index centred_sum(const Tensor& input, const std::vector<Index>& group) {
  Index sum = 0;
  for (const Index offset : group) sum += at(input.q, offset);
  return sum - zero_point_of(input) * length(group);
}

Multiplier sum_multiplier(const Tensor& input, const Tensor& like) {
  return quantize_multiplier(double{scale_of(input)} / double{scale_of(like)});
}

/// sum_multiplier / n: k = floor(log2(n)) capped to 32 and to 31 + e; m' = (m << k) / n,
/// e' = e - k. The mantissa is not normalised again.
Multiplier mean_multiplier(const Tensor& input, const Tensor& like, Index n) {
  const Multiplier whole = sum_multiplier(input, like);
  const int log2 = 63 - std::countl_zero(static_cast<std::uint64_t>(n));
  const int k = std::min({log2, 32, 31 + whole.e});
  return {whole.m * (Index{1} << k) / n, whole.e - k};
}

/// s32 has no scales: what does not fit wraps around.
Tensor wrapped_sums(const Tensor& input, const Groups& groups, const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    Index sum = 0;
    for (const Index offset : at(groups, i)) sum += at(input.q, offset);
    at(output.q, i) = static_cast<std::int32_t>(static_cast<std::uint32_t>(sum));
  }
  return output;
}

template <typename MultiplierOf>
Tensor integer_reduction(const Tensor& input, const Groups& groups, const Tensor& like,
                         MultiplierOf multiplier_of) {
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    const std::vector<Index>& group = at(groups, i);
    const Index scaled = requantise(centred_sum(input, group), multiplier_of(length(group)));
    at(output.q, i) = clamp(scaled + zero_point_of(like), range_of(like.type));
  }
  return output;
}

Groups checked_groups(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  Groups groups = groups_along(input, options.axes);
  require(length(groups) == count(like.shape), "the output shape of the reduction");
  return groups;
}

/// The position along `axis` of the first element that no other element beats.
template <typename Number, typename Beats>
Index best_position(const std::vector<Number>& values, const std::vector<Index>& group,
                    Beats beats) {
  Index best = 0;
  for (Index i = 1; i < length(group); ++i) {
    if (beats(at(values, at(group, i)), at(values, at(group, best)))) best = i;
  }
  return best;
}

template <typename Beats>
Tensor arg_best(const Tensor& input, const ArgOptions& options, const Tensor& like, Beats beats) {
  Tensor output = blank(like);
  const Groups groups = checked_groups(input, {{options.axis}}, like);
  for (Index i = 0; i < length(groups); ++i) {
    at(output.q, i) = is_float(input) ? best_position(input.f, at(groups, i), beats)
                                      : best_position(input.q, at(groups, i), beats);
  }
  return output;
}

}  // namespace

Tensor mean(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  const Groups groups = checked_groups(input, options, like);
  if (!is_float(input)) {
    return integer_reduction(input, groups, like,
                             [&](Index n) { return mean_multiplier(input, like, n); });
  }
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    const float n = static_cast<float>(at(groups, i).size());
    at(output.f, i) = float_sum(input, at(groups, i)) / n;
  }
  return output;
}

Tensor sum(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  const Groups groups = checked_groups(input, options, like);
  if (input.type == Type::s32) return wrapped_sums(input, groups, like);
  if (!is_float(input)) {
    return integer_reduction(input, groups, like,
                             [&](Index) { return sum_multiplier(input, like); });
  }
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    at(output.f, i) = float_sum(input, at(groups, i));
  }
  return output;
}

Tensor arg_max(const Tensor& input, const ArgOptions& options, const Tensor& like) {
  return arg_best(input, options, like, [](auto a, auto b) { return a > b; });
}

Tensor arg_min(const Tensor& input, const ArgOptions& options, const Tensor& like) {
  return arg_best(input, options, like, [](auto a, auto b) { return a < b; });
}

}  // namespace oracle
