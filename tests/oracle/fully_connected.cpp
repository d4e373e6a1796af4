// SPDX-License-Identifier: Apache-2.0
//
// fully_connected (the arithmetic notes, 5.3 and 5.4).
#include "products.h"

namespace oracle {
namespace {

template <typename Number>
std::vector<Number> row_products(const Operand<Number>& x, const Operand<Number>& w) {
  const Index outputs = at(w.shape, 0);
  const Index inputs = at(w.shape, 1);
  const Index rows = length(x.values) / inputs;
  std::vector<Number> sums;
  for (Index row = 0; row < rows; ++row) {
    for (Index o = 0; o < outputs; ++o) {
      Number sum = 0;
      for (Index i = 0; i < inputs; ++i) {
        sum += at(x.values, row * inputs + i) * at(w.values, o * inputs + i);
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

/// With one scale for all weights the product of the scales is rounded to float32 first; with
/// one scale per channel, all is done in double.
std::vector<Multiplier> multipliers_of(const Tensor& input, const Tensor& weights,
                                       const Tensor& like) {
  const Index outputs = at(weights.shape, 0);
  if (weights.scales.size() > 1) return channel_multipliers(input, weights, like, outputs);
  const float product = scale_of(input) * scale_of(weights);
  const Multiplier shared = quantize_multiplier(double{product} / double{scale_of(like)});
  return std::vector<Multiplier>(static_cast<std::size_t>(outputs), shared);
}

}  // namespace

Tensor fully_connected(const Tensor& input, const Tensor& weights, const Tensor* bias,
                       const FullyConnectedOptions& options, const Tensor& like) {
  require(weights.shape.size() == 2 && count(input.shape) % at(weights.shape, 1) == 0 &&
              like.shape.back() == at(weights.shape, 0),
          "shapes of a matrix product");
  if (is_float(input)) {
    const auto sums = row_products(real(input), real(weights));
    return finish(sums, bias, options.activation, like);
  }
  const auto sums = row_products(centred(input), centred(weights));
  return finish(sums, bias, multipliers_of(input, weights, like), options.activation, like);
}

}  // namespace oracle
