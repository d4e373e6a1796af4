// SPDX-License-Identifier: Apache-2.0
//
// conv2d and depthwise_conv2d (the arithmetic notes, 5.4). Taps outside the image are skipped.
#include "products.h"
#include "window.h"

namespace oracle {
namespace {

/// The vertical and the horizontal window of one convolution.
struct Plane {
  Window rows;
  Window columns;
};

/// One output element.
struct Place {
  Index image;
  Index row;
  Index column;
  Index channel;
};

/// `kernel_shape` is [_, height, width, _], for both layouts of weights.
Plane plane_of(const Tensor& input, const std::vector<int>& kernel_shape,
               const ConvolutionOptions& options, const Tensor& like) {
  require(input.shape.size() == 4 && kernel_shape.size() == 4, "four dimensions");
  const Plane plane = {window_along(at(input.shape, 1), at(kernel_shape, 1), options.stride_h,
                                    options.dilation_h, options.padding),
                       window_along(at(input.shape, 2), at(kernel_shape, 2), options.stride_w,
                                    options.dilation_w, options.padding)};
  require(like.shape.size() == 4 && at(like.shape, 0) == at(input.shape, 0) &&
              at(like.shape, 1) == plane.rows.out && at(like.shape, 2) == plane.columns.out,
          "the output shape of the convolution");
  return plane;
}

/// The sum over all taps and the input channels of the group; weights OHWI.
template <typename Number>
Number conv_sum(const Operand<Number>& x, const Operand<Number>& w, const Plane& plane,
                const Place& place) {
  const Index channels = at(x.shape, 3);
  const Index group_channels = at(w.shape, 3);
  const Index outputs_per_group = at(w.shape, 0) / (channels / group_channels);
  const Index first_channel = place.channel / outputs_per_group * group_channels;
  Number sum = 0;
  for (Index ky = 0; ky < plane.rows.kernel; ++ky) {
    const Index y = plane.rows.position(place.row, ky);
    if (!plane.rows.inside(y)) continue;
    for (Index kx = 0; kx < plane.columns.kernel; ++kx) {
      const Index column = plane.columns.position(place.column, kx);
      if (!plane.columns.inside(column)) continue;
      const Index pixel = (place.image * plane.rows.in + y) * plane.columns.in + column;
      const Index tap = (place.channel * plane.rows.kernel + ky) * plane.columns.kernel + kx;
      for (Index c = 0; c < group_channels; ++c) {
        sum += at(x.values, pixel * channels + first_channel + c) *
               at(w.values, tap * group_channels + c);
      }
    }
  }
  return sum;
}

/// The sum over all taps of one input channel; weights 1HWC.
template <typename Number>
Number depthwise_sum(const Operand<Number>& x, const Operand<Number>& w, const Plane& plane,
                     const Place& place) {
  const Index channels = at(x.shape, 3);
  const Index outputs = at(w.shape, 3);
  const Index multiplier = outputs / channels;
  Number sum = 0;
  for (Index ky = 0; ky < plane.rows.kernel; ++ky) {
    const Index y = plane.rows.position(place.row, ky);
    if (!plane.rows.inside(y)) continue;
    for (Index kx = 0; kx < plane.columns.kernel; ++kx) {
      const Index column = plane.columns.position(place.column, kx);
      if (!plane.columns.inside(column)) continue;
      const Index pixel = (place.image * plane.rows.in + y) * plane.columns.in + column;
      const Index tap = ky * plane.columns.kernel + kx;
      sum += at(x.values, pixel * channels + place.channel / multiplier) *
             at(w.values, tap * outputs + place.channel);
    }
  }
  return sum;
}

/// `sum_at(place)` for every element of the output, in order.
template <typename Number, typename SumAt>
std::vector<Number> for_every_place(const std::vector<int>& shape, SumAt sum_at) {
  std::vector<Number> sums;
  for (Index image = 0; image < at(shape, 0); ++image) {
    for (Index row = 0; row < at(shape, 1); ++row) {
      for (Index column = 0; column < at(shape, 2); ++column) {
        for (Index channel = 0; channel < at(shape, 3); ++channel) {
          sums.push_back(sum_at(Place{image, row, column, channel}));
        }
      }
    }
  }
  return sums;
}

template <typename Number>
std::vector<Number> conv_sums(const Operand<Number>& x, const Operand<Number>& w,
                              const Plane& plane, const Tensor& like) {
  return for_every_place<Number>(like.shape,
                                 [&](const Place& place) { return conv_sum(x, w, plane, place); });
}

template <typename Number>
std::vector<Number> depthwise_sums(const Operand<Number>& x, const Operand<Number>& w,
                                   const Plane& plane, const Tensor& like) {
  return for_every_place<Number>(
      like.shape, [&](const Place& place) { return depthwise_sum(x, w, plane, place); });
}

}  // namespace

Tensor conv2d(const Tensor& input, const Tensor& weights, const Tensor* bias,
              const ConvolutionOptions& options, const Tensor& like) {
  const Plane plane = plane_of(input, weights.shape, options, like);
  const Index outputs = at(like.shape, 3);
  const Index groups = at(input.shape, 3) / at(weights.shape, 3);
  require(at(weights.shape, 0) == outputs && outputs % groups == 0 &&
              groups * at(weights.shape, 3) == at(input.shape, 3),
          "weights OHWI that fit input and output");
  if (is_float(input)) {
    const auto sums = conv_sums(real(input), real(weights), plane, like);
    return finish(sums, bias, options.activation, like);
  }
  const auto sums = conv_sums(centred(input), centred(weights), plane, like);
  const auto multipliers = channel_multipliers(input, weights, like, outputs);
  return finish(sums, bias, multipliers, options.activation, like);
}

Tensor depthwise_conv2d(const Tensor& input, const Tensor& weights, const Tensor* bias,
                        const ConvolutionOptions& options, const Tensor& like) {
  const Plane plane = plane_of(input, weights.shape, options, like);
  const Index outputs = at(like.shape, 3);
  require(at(weights.shape, 3) == outputs && outputs % at(input.shape, 3) == 0,
          "weights 1HWC that fit input and output");
  if (is_float(input)) {
    const auto sums = depthwise_sums(real(input), real(weights), plane, like);
    return finish(sums, bias, options.activation, like);
  }
  const auto sums = depthwise_sums(centred(input), centred(weights), plane, like);
  const auto multipliers = channel_multipliers(input, weights, like, outputs);
  return finish(sums, bias, multipliers, options.activation, like);
}

}  // namespace oracle
