// SPDX-License-Identifier: Apache-2.0
//
// average_pool2d and max_pool2d (the arithmetic notes, 5.6). Padding is never counted: a window
// sees only the elements inside the image.
#include <algorithm>
#include <cmath>

#include "tensor.h"
#include "window.h"

namespace oracle {
namespace {

/// The offsets of the input elements that the output element at `place` (NHWC) sees.
std::vector<Index> seen_from(const std::vector<Index>& place, const Window& rows,
                             const Window& columns, const std::vector<int>& shape) {
  std::vector<Index> offsets;
  for (Index ky = 0; ky < rows.kernel; ++ky) {
    for (Index kx = 0; kx < columns.kernel; ++kx) {
      const Index y = rows.position(at(place, 1), ky);
      const Index x = columns.position(at(place, 2), kx);
      if (!rows.inside(y) || !columns.inside(x)) continue;
      offsets.push_back(offset_of({at(place, 0), y, x, at(place, 3)}, shape));
    }
  }
  return offsets;
}

/// Calls reduce(output offset, offsets seen) for every output element.
template <typename Reduce>
void for_every_window(const Tensor& input, const PoolOptions& options, const Tensor& output,
                      Reduce reduce) {
  require(input.shape.size() == 4 && output.shape.size() == 4, "four dimensions");
  const Window rows =
      window_along(at(input.shape, 1), options.filter_h, options.stride_h, 1, options.padding);
  const Window columns =
      window_along(at(input.shape, 2), options.filter_w, options.stride_w, 1, options.padding);
  require(rows.out == at(output.shape, 1) && columns.out == at(output.shape, 2) &&
              at(input.shape, 0) == at(output.shape, 0) &&
              at(input.shape, 3) == at(output.shape, 3),
          "the output shape of the pooling");
  for (Index i = 0; i < count(output.shape); ++i) {
    reduce(i, seen_from(coordinates_of(i, output.shape), rows, columns, input.shape));
  }
}

/// The mean of raw values, half away from zero.
Index integer_average(const Tensor& input, const std::vector<Index>& seen) {
  const Index n = length(seen);
  Index sum = 0;
  for (const Index offset : seen) sum += at(input.q, offset);
  return (sum > 0 ? sum + n / 2 : sum - n / 2) / n;
}

float float_average(const Tensor& input, const std::vector<Index>& seen) {
  float sum = 0.0F;
  for (const Index offset : seen) sum += at(input.f, offset);
  return sum / static_cast<float>(seen.size());
}

template <typename Number>
Number largest(const std::vector<Number>& values, const std::vector<Index>& seen) {
  Number result = at(values, seen.front());
  for (const Index offset : seen) result = std::max(result, at(values, offset));
  return result;
}

}  // namespace

Tensor average_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for_every_window(input, options, output, [&](Index i, const std::vector<Index>& seen) {
    if (is_float(input)) {
      at(output.f, i) = activate(float_average(input, seen), options.activation);
    } else {
      const Range range = activation_range(options.activation, like);
      at(output.q, i) = clamp(integer_average(input, seen), range);
    }
  });
  return output;
}

Tensor max_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for_every_window(input, options, output, [&](Index i, const std::vector<Index>& seen) {
    if (is_float(input)) {
      at(output.f, i) = activate(largest(input.f, seen), options.activation);
    } else {
      const Range range = activation_range(options.activation, like);
      at(output.q, i) = clamp(largest(input.q, seen), range);
    }
  });
  return output;
}

Tensor l1_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for_every_window(input, options, output, [&](Index i, const std::vector<Index>& seen) {
    double sum = 0.0;
    for (const Index offset : seen) sum += std::abs(double{at(input.f, offset)});
    at(output.f, i) = activate(static_cast<float>(sum), options.activation);
  });
  return output;
}

Tensor l2_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for_every_window(input, options, output, [&](Index i, const std::vector<Index>& seen) {
    double sum = 0.0;
    for (const Index offset : seen)
      sum += double{at(input.f, offset)} * double{at(input.f, offset)};
    at(output.f, i) = activate(static_cast<float>(std::sqrt(sum)), options.activation);
  });
  return output;
}

}  // namespace oracle
