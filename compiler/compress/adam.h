// SPDX-License-Identifier: Apache-2.0
//
// Adam (D. Kingma, J. Ba, 2014): steps of the size of the rate, whatever the gradients' scale.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace smelt {

class Adam {
 public:
  explicit Adam(std::size_t count = 0) : mean_(count), square_(count) {}

  /// Moves every value against its gradient.
  void step(std::span<float> values, std::span<const float> gradient, float rate) {
    mean_left_ *= mean_decay;
    square_left_ *= square_decay;
    const double scale = static_cast<double>(rate) / (1 - mean_left_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double g = static_cast<double>(gradient[i]);
      mean_[i] += (1 - mean_decay) * (g - mean_[i]);
      square_[i] += (1 - square_decay) * (g * g - square_[i]);
      const double deviation = std::sqrt(square_[i] / (1 - square_left_));
      if (deviation > smallest) values[i] -= static_cast<float>(scale * mean_[i] / deviation);
    }
  }

 private:
  static constexpr double mean_decay = 0.9, square_decay = 0.999, smallest = 1e-30;

  std::vector<double> mean_, square_;
  double mean_left_ = 1, square_left_ = 1;  // what is left of the zeros that averages begin with
};

}  // namespace smelt
