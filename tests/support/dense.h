// SPDX-License-Identifier: Apache-2.0
//
// One layer, and data on which its inputs are correlated and off zero, as behind a ReLU.
#pragma once

#include <utility>
#include <vector>

#include "compiler/quantize/weights.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// Sums of three uniform numbers.
std::vector<float> normal(Random& random, std::int64_t count);

struct Dense {
  static constexpr std::int32_t inputs = 24, outputs = 6;

  explicit Dense(std::uint32_t seed);

  std::vector<float> weights() const;
  std::vector<float> bias() const;
  void set_weights(const std::vector<float>& values);
  std::vector<const Bytes*> pointers() const;
  QuantizedWeights quantized(const WeightOptions& options) const;

  /// Squared error of the layer's output against that of `exact` weights, and its mean error,
  /// squared.
  std::pair<double, double> errors(const QuantizedWeights& found,
                                   const std::vector<float>& exact) const;
  std::pair<double, double> errors(const QuantizedWeights& found) const {
    return errors(found, weights());
  }
  /// Sum of the squared outputs.
  double power() const;

  Random random;
  Builder b;
  std::vector<Bytes> data;

 private:
  Bytes sample(const std::vector<float>& mixing);
};

}  // namespace smelt::test
