// SPDX-License-Identifier: Apache-2.0
//
// transpose_conv (the arithmetic notes, 5.4): every input element is scattered, multiplied by the
// kernel, into sums of the output's size. The windows are those of the convolution that leads
// from the output back to the input; what falls outside the output is dropped.
#include "products.h"
#include "window.h"

namespace oracle {
namespace {

/// Adds the input pixel at (`row`, `column`) to all output pixels that its kernel touches.
template <typename Number>
void scatter(const Operand<Number>& x, const Operand<Number>& w, const Window& rows,
             const Window& columns, const std::vector<Index>& pixel, std::vector<Number>& sums) {
  const Index outputs = at(w.shape, 0);
  const Index inputs = at(w.shape, 3);
  const Index groups = at(x.shape, 3) / inputs;
  const std::vector<int> sums_shape = {at(x.shape, 0), static_cast<int>(rows.in),
                                       static_cast<int>(columns.in), static_cast<int>(outputs)};
  for (Index ky = 0; ky < rows.kernel; ++ky) {
    const Index y = rows.position(at(pixel, 1), ky);
    if (!rows.inside(y)) continue;
    for (Index kx = 0; kx < columns.kernel; ++kx) {
      const Index column = columns.position(at(pixel, 2), kx);
      if (!columns.inside(column)) continue;
      const Index target = offset_of({at(pixel, 0), y, column, 0}, sums_shape);
      for (Index o = 0; o < outputs; ++o) {
        const Index tap = offset_of({o, ky, kx, 0}, w.shape);
        const Index first = o / (outputs / groups) * inputs;
        const Index source = offset_of({at(pixel, 0), at(pixel, 1), at(pixel, 2), first}, x.shape);
        for (Index i = 0; i < inputs; ++i) {
          at(sums, target + o) += at(x.values, source + i) * at(w.values, tap + i);
        }
      }
    }
  }
}

template <typename Number>
std::vector<Number> scatter_all(const Operand<Number>& x, const Operand<Number>& w,
                                const Window& rows, const Window& columns, const Tensor& like) {
  std::vector<Number> sums(static_cast<std::size_t>(count(like.shape)), Number{0});
  for (Index image = 0; image < at(x.shape, 0); ++image) {
    for (Index row = 0; row < at(x.shape, 1); ++row) {
      for (Index column = 0; column < at(x.shape, 2); ++column) {
        scatter(x, w, rows, columns, {image, row, column}, sums);
      }
    }
  }
  return sums;
}

}  // namespace

Tensor transpose_conv(const Tensor& input, const Tensor& weights, const Tensor* bias,
                      const ConvolutionOptions& options, const Tensor& like) {
  require(input.shape.size() == 4 && weights.shape.size() == 4 && like.shape.size() == 4,
          "four dimensions");
  require(options.dilation_h == 1 && options.dilation_w == 1, "no dilation");
  const Window rows =
      window_along(at(like.shape, 1), at(weights.shape, 1), options.stride_h, 1, options.padding);
  const Window columns =
      window_along(at(like.shape, 2), at(weights.shape, 2), options.stride_w, 1, options.padding);
  require(rows.out == at(input.shape, 1) && columns.out == at(input.shape, 2) &&
              at(weights.shape, 0) == at(like.shape, 3) &&
              at(input.shape, 3) % at(weights.shape, 3) == 0,
          "shapes of a transposed convolution");
  if (is_float(input)) {
    const auto sums = scatter_all(real(input), real(weights), rows, columns, like);
    return finish(sums, bias, options.activation, like);
  }
  const auto sums = scatter_all(centred(input), centred(weights), rows, columns, like);
  const auto multipliers = channel_multipliers(input, weights, like, at(like.shape, 3));
  return finish(sums, bias, multipliers, options.activation, like);
}

}  // namespace oracle
