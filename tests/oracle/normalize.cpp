// SPDX-License-Identifier: Apache-2.0
//
// Normalizations as ONNX defines them, element by element in double: the statistics of an element
// are those of all elements that agree with it outside of the axes.
#include <algorithm>
#include <cmath>

#include "tensor.h"

namespace oracle {
namespace {

/// What an element shares with others: its coordinates, but for those along the axes.
std::vector<Index> group_of(std::vector<Index> place, const std::vector<int>& axes) {
  for (const int axis : axes) at(place, axis) = 0;
  return place;
}

struct Statistics {
  double count = 0.0, sum = 0.0, magnitudes = 0.0, squares = 0.0, deviations = 0.0;
};

Statistics statistics_of(const Tensor& input, const std::vector<int>& axes,
                         const std::vector<Index>& group) {
  std::vector<double> values;
  for (Index i = 0; i < count(input.shape); ++i)
    if (group_of(coordinates_of(i, input.shape), axes) == group)
      values.push_back(double{at(input.f, i)});
  Statistics result;
  for (const double value : values) {
    result.count += 1.0;
    result.sum += value;
    result.magnitudes += std::abs(value);
    result.squares += value * value;
  }
  const double mean = result.sum / result.count;
  for (const double value : values) result.deviations += (value - mean) * (value - mean);
  return result;
}

double ratio(double a, double b) {
  return b > 0.0 ? a / b : 0.0;
}

template <typename Formula>
Tensor normalized(const Tensor& input, const NormalizeOptions& options, const Tensor& like,
                  Formula formula) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    const std::vector<Index> group = group_of(coordinates_of(i, input.shape), options.axes);
    const Statistics s = statistics_of(input, options.axes, group);
    at(output.f, i) = static_cast<float>(formula(double{at(input.f, i)}, s));
  }
  return output;
}

double deviation(const Statistics& s, float epsilon) {
  return std::sqrt(s.deviations / s.count + double{epsilon});
}

}  // namespace

Tensor normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like) {
  return normalized(input, options, like, [&](double x, const Statistics& s) {
    return ratio(x - s.sum / s.count, deviation(s, options.epsilon));
  });
}

Tensor l1_normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like) {
  return normalized(input, options, like,
                    [](double x, const Statistics& s) { return ratio(x, s.magnitudes); });
}

Tensor l2_normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like) {
  return normalized(input, options, like,
                    [](double x, const Statistics& s) { return ratio(x, std::sqrt(s.squares)); });
}

Tensor inverse_deviation(const Tensor& input, const NormalizeOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    const Statistics s = statistics_of(input, options.axes, coordinates_of(i, like.shape));
    at(output.f, i) = static_cast<float>(ratio(1.0, deviation(s, options.epsilon)));
  }
  return output;
}

Tensor local_response(const Tensor& input, const LocalResponseOptions& options,
                      const Tensor& like) {
  Tensor output = blank(like);
  const Index channels = at(input.shape, options.axis);
  for (Index i = 0; i < count(input.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, input.shape);
    const Index channel = at(place, options.axis);
    double squares = 0.0;
    // floor((size - 1) / 2) channels before, ceil((size - 1) / 2) behind.
    for (Index k = 0; k < options.size; ++k) {
      const Index neighbour = channel - (options.size - 1) / 2 + k;
      if (neighbour < 0 || neighbour >= channels) continue;
      at(place, options.axis) = neighbour;
      const double x = double{at(input.f, offset_of(place, input.shape))};
      squares += x * x;
    }
    const double base =
        double{options.bias} + double{options.alpha} / static_cast<double>(options.size) * squares;
    at(output.f, i) =
        static_cast<float>(double{at(input.f, i)} / std::pow(base, double{options.beta}));
  }
  return output;
}

}  // namespace oracle
