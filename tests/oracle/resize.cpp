// SPDX-License-Identifier: Apache-2.0
//
// resize_nearest_neighbor and resize_bilinear on NHWC (the arithmetic notes, 5.6; bilinear in
// float from the usual TFLite definition).
#include <algorithm>
#include <cmath>

#include "tensor.h"

namespace oracle {
namespace {

/// Calls compute(output coordinates, output offset) for every element.
template <typename Compute>
void for_every_element(const Tensor& input, const Tensor& output, Compute compute) {
  require(input.shape.size() == 4 && output.shape.size() == 4 &&
              at(input.shape, 0) == at(output.shape, 0) &&
              at(input.shape, 3) == at(output.shape, 3),
          "images of the same number and channels");
  for (Index i = 0; i < count(output.shape); ++i) compute(coordinates_of(i, output.shape), i);
}

/// Input steps per output step, in float32.
float step_between(Index in, Index out, bool align_corners) {
  if (align_corners && out > 1) return static_cast<float>(in - 1) / static_cast<float>(out - 1);
  return static_cast<float>(in) / static_cast<float>(out);
}

Index nearest(Index i, Index in, Index out, const ResizeOptions& options) {
  const float offset = options.half_pixel_centers ? 0.5F : 0.0F;
  const float position =
      (static_cast<float>(i) + offset) * step_between(in, out, options.align_corners);
  const float whole = options.align_corners ? std::round(position) : std::floor(position);
  const Index index = std::min(static_cast<Index>(whole), in - 1);
  return options.half_pixel_centers ? std::max(index, Index{0}) : index;
}

/// Two neighbours, and the weight of the upper one; that of the lower one is `one` - weight.
template <typename Number>
struct Between {
  Index low = 0;
  Index high = 0;
  Number weight = 0;
};

Between<float> float_between(Index i, Index in, Index out, const ResizeOptions& options) {
  const float step = step_between(in, out, options.align_corners);
  const float position = options.half_pixel_centers ? (static_cast<float>(i) + 0.5F) * step - 0.5F
                                                    : static_cast<float>(i) * step;
  const Index low = std::max(static_cast<Index>(std::floor(position)), Index{0});
  const Index high = std::min(static_cast<Index>(std::ceil(position)), in - 1);
  return {low, high, position - static_cast<float>(low)};
}

/// Positions with 10 fraction bits.
Between<Index> integer_between(Index i, Index in, Index out, const ResizeOptions& options) {
  Index step = (1024 * in + out / 2) / out;
  if (options.align_corners && out > 1) step = (1024 * (in - 1) + (out - 1) / 2) / (out - 1);
  Index position = i * step;
  if (options.half_pixel_centers) position += step / 2 - 512;
  const Index low = std::max(position / 1024, Index{0});
  const Index high = std::min((position + 1023) / 1024, in - 1);
  return {low, high, position - 1024 * low};
}

/// The sum of the four neighbours of one output element, weighted.
template <typename Sum, typename Number, typename Value>
Sum blend(const std::vector<Value>& values, const std::vector<int>& shape,
          const std::vector<Index>& place, const Between<Number>& y, const Between<Number>& x,
          Number one) {
  const auto value_at = [&](Index row, Index column) {
    const Index offset = offset_of({at(place, 0), row, column, at(place, 3)}, shape);
    return static_cast<Sum>(at(values, offset));
  };
  const Sum top = static_cast<Sum>(one - y.weight);
  const Sum bottom = static_cast<Sum>(y.weight);
  const Sum left = static_cast<Sum>(one - x.weight);
  const Sum right = static_cast<Sum>(x.weight);
  return value_at(y.low, x.low) * top * left + value_at(y.low, x.high) * top * right +
         value_at(y.high, x.low) * bottom * left + value_at(y.high, x.high) * bottom * right;
}

/// A value with 20 fraction bits, rounded half away from zero.
Index without_fraction(Index sum) {
  const Index half = Index{1} << 19;
  return (sum + (sum > 0 ? half : -half)) / (Index{1} << 20);
}

}  // namespace

Tensor resize_nearest_neighbor(const Tensor& input, const ResizeOptions& options,
                               const Tensor& like) {
  Tensor output = blank(like);
  for_every_element(input, output, [&](const std::vector<Index>& place, Index i) {
    const Index row = nearest(at(place, 1), at(input.shape, 1), at(like.shape, 1), options);
    const Index column = nearest(at(place, 2), at(input.shape, 2), at(like.shape, 2), options);
    const Index from = offset_of({at(place, 0), row, column, at(place, 3)}, input.shape);
    copy_element(input, from, output, i);
  });
  return output;
}

Tensor resize_bilinear(const Tensor& input, const ResizeOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  const Index in_h = at(input.shape, 1);
  const Index in_w = at(input.shape, 2);
  const Index out_h = at(like.shape, 1);
  const Index out_w = at(like.shape, 2);
  for_every_element(input, output, [&](const std::vector<Index>& place, Index i) {
    if (is_float(input)) {
      const auto y = float_between(at(place, 1), in_h, out_h, options);
      const auto x = float_between(at(place, 2), in_w, out_w, options);
      const auto sum = blend<double>(input.f, input.shape, place, y, x, 1.0F);
      at(output.f, i) = static_cast<float>(sum);
    } else {
      const auto y = integer_between(at(place, 1), in_h, out_h, options);
      const auto x = integer_between(at(place, 2), in_w, out_w, options);
      const auto sum = blend<Index>(input.q, input.shape, place, y, x, Index{1024});
      at(output.q, i) = without_fraction(sum);
    }
  });
  return output;
}

Tensor resample(const Tensor& input, const ResampleOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  const Index taps = length(options.places) / at(like.shape, options.axis);
  for (Index i = 0; i < count(like.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, like.shape);
    const Index own = at(place, options.axis);
    float sum = options.bias.empty() ? 0.0F : at(options.bias, own);
    for (Index tap = own * taps; tap < (own + 1) * taps; ++tap) {
      at(place, options.axis) = at(options.places, tap);
      sum += at(options.weights, tap) * at(input.f, offset_of(place, input.shape));
    }
    at(output.f, i) = sum;
  }
  return output;
}

}  // namespace oracle
