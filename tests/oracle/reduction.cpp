// SPDX-License-Identifier: Apache-2.0
//
// mean, sum, arg_max and arg_min (the arithmetic notes, 5.6), and ONNX's other reductions.
#include <algorithm>
#include <bit>
#include <cmath>

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

/// s32 and s64 have no scales: what does not fit wraps around.
template <typename Function>
Tensor wrapped(const Tensor& input, const Groups& groups, const Tensor& like, std::uint64_t start,
               Function function) {
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    std::uint64_t total = start;
    for (const Index offset : at(groups, i))
      total = function(total, static_cast<std::uint64_t>(at(input.q, offset)));
    at(output.q, i) = wrapped_to(like.type, total);
  }
  return output;
}

template <typename Function>
Tensor float_reduction(const Tensor& input, const Groups& groups, const Tensor& like,
                       Function function) {
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    std::vector<float> values;
    for (const Index offset : at(groups, i)) values.push_back(at(input.f, offset));
    at(output.f, i) = function(values);
  }
  return output;
}

/// Starts at `start` and goes on with function(total, x).
template <typename Function>
auto folding(float start, Function function) {
  return [=](const std::vector<float>& values) {
    float total = start;
    for (const float x : values) total = function(total, x);
    return total;
  };
}

float plus(float a, float b) {
  return a + b;
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

template <typename Better>
Tensor extremes(const Tensor& input, const Groups& groups, const Tensor& like, Better better) {
  Tensor output = blank(like);
  for (Index i = 0; i < length(groups); ++i) {
    const Index first = at(at(groups, i), 0);
    Index best = first;
    for (const Index offset : at(groups, i)) {
      const bool beats = is_float(input) ? better(at(input.f, offset), at(input.f, best))
                                         : better(at(input.q, offset), at(input.q, best));
      if (beats) best = offset;
    }
    copy_element(input, best, output, i);
  }
  return output;
}

Groups checked_groups(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  Groups groups = groups_along(input, options.axes);
  require(length(groups) == count(like.shape), "the output shape of the reduction");
  return groups;
}

/// The position along `axis` of the first (last) element that no other element beats.
template <typename Number, typename Beats>
Index best_position(const std::vector<Number>& values, const std::vector<Index>& group, Beats beats,
                    bool last) {
  Index best = 0;
  for (Index i = 1; i < length(group); ++i) {
    const Number x = at(values, at(group, i));
    const Number y = at(values, at(group, best));
    if (beats(x, y) || (last && x == y)) best = i;
  }
  return best;
}

template <typename Beats>
Tensor arg_best(const Tensor& input, const ArgOptions& options, const Tensor& like, Beats beats) {
  Tensor output = blank(like);
  const Groups groups = checked_groups(input, {{options.axis}}, like);
  for (Index i = 0; i < length(groups); ++i) {
    at(output.q, i) = is_float(input) ? best_position(input.f, at(groups, i), beats, options.last)
                                      : best_position(input.q, at(groups, i), beats, options.last);
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
  if (input.type == Type::s32 || input.type == Type::s64) {
    return wrapped(input, groups, like, 0, [](auto a, auto b) { return a + b; });
  }
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

Tensor reduce_max(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  return extremes(input, checked_groups(input, options, like), like,
                  [](auto a, auto b) { return a > b; });
}

Tensor reduce_min(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  return extremes(input, checked_groups(input, options, like), like,
                  [](auto a, auto b) { return a < b; });
}

Tensor reduce_prod(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  const Groups groups = checked_groups(input, options, like);
  const auto times = [](auto a, auto b) { return a * b; };
  return is_float(input) ? float_reduction(input, groups, like, folding(1, times))
                         : wrapped(input, groups, like, 1, times);
}

Tensor reduce_l1(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  const Groups groups = checked_groups(input, options, like);
  if (is_float(input)) {
    return float_reduction(input, groups, like,
                           folding(0, [](float total, float x) { return total + std::abs(x); }));
  }
  return wrapped(input, groups, like, 0, [](std::uint64_t total, std::uint64_t x) {
    return static_cast<Index>(x) < 0 ? total - x : total + x;
  });
}

Tensor reduce_sum_square(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  const Groups groups = checked_groups(input, options, like);
  const auto add_square = [](auto total, auto x) { return total + x * x; };
  return is_float(input) ? float_reduction(input, groups, like, folding(0, add_square))
                         : wrapped(input, groups, like, 0, add_square);
}

Tensor reduce_l2(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  Tensor output = reduce_sum_square(input, options, like);
  for (float& each : output.f) each = std::sqrt(each);
  return output;
}

Tensor reduce_log_sum(const Tensor& input, const ReductionOptions& options, const Tensor& like) {
  return float_reduction(
      input, checked_groups(input, options, like), like,
      [](const std::vector<float>& values) { return std::log(folding(0, plus)(values)); });
}

/// With the largest taken out, as the plain formula overflows.
Tensor reduce_log_sum_exp(const Tensor& input, const ReductionOptions& options,
                          const Tensor& like) {
  return float_reduction(input, checked_groups(input, options, like), like,
                         [](const std::vector<float>& values) {
                           const float max = *std::max_element(values.begin(), values.end());
                           float sum = 0;
                           for (const float x : values) sum += std::exp(x - max);
                           return max + std::log(sum);
                         });
}

Tensor cum_sum(const Tensor& input, const CumSumOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for (const std::vector<Index>& group : groups_along(input, {options.axis})) {
    for (Index i = 0; i < length(group); ++i) {
      float real = 0;
      std::uint64_t integer = 0;
      // From the outermost inwards, as a running sum would.
      for (Index k = 0; k < length(group); ++k) {
        const Index j = options.reverse ? length(group) - 1 - k : k;
        const bool before = options.reverse ? j > i : j < i;
        if (!before && (j != i || options.exclusive)) continue;
        if (is_float(input)) {
          real += at(input.f, at(group, j));
        } else {
          integer += static_cast<std::uint64_t>(at(input.q, at(group, j)));
        }
      }
      if (is_float(input)) {
        at(output.f, at(group, i)) = real;
      } else {
        at(output.q, at(group, i)) = wrapped_to(like.type, integer);
      }
    }
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
