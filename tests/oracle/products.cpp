// SPDX-License-Identifier: Apache-2.0
//
// See products.h.
#include "products.h"

namespace oracle {

Operand<Index> centred(const Tensor& tensor) {
  Operand<Index> result{tensor.q, tensor.shape};
  for (Index i = 0; i < length(result.values); ++i) {
    at(result.values, i) -= zero_point_at(tensor, i);
  }
  return result;
}

Operand<float> real(const Tensor& tensor) {
  require(is_float(tensor), "a float tensor");
  return {tensor.f, tensor.shape};
}

std::vector<Multiplier> channel_multipliers(const Tensor& input, const Tensor& weights,
                                            const Tensor& like, Index channels) {
  const bool shared = weights.scales.size() == 1;
  require(shared || length(weights.scales) == channels, "one weight scale per output channel");
  std::vector<Multiplier> result;
  for (Index c = 0; c < channels; ++c) {
    const double weight_scale = double{at(weights.scales, shared ? 0 : c)};
    const double product = double{scale_of(input)} * weight_scale;
    result.push_back(quantize_multiplier(product / double{scale_of(like)}));
  }
  return result;
}

Tensor finish(const std::vector<Index>& sums, const Tensor* bias,
              const std::vector<Multiplier>& multipliers, Activation activation,
              const Tensor& like) {
  Tensor output = blank(like);
  require(sums.size() == output.q.size(), "one sum per output element");
  const Range range = activation_range(activation, like);
  const bool is_wide = like.type == Type::s16 && (bias == nullptr || bias->type == Type::s64);
  for (Index i = 0; i < length(sums); ++i) {
    const Index channel = i % like.shape.back();
    const Index sum = at(sums, i) + (bias != nullptr ? at(bias->q, channel) : 0);
    const Multiplier multiplier = at(multipliers, channel);
    const Index scaled = is_wide ? requantise_wide(sum, multiplier) : requantise(sum, multiplier);
    at(output.q, i) = clamp(scaled + zero_point_of(like), range);
  }
  return output;
}

Tensor finish(const std::vector<float>& sums, const Tensor* bias, Activation activation,
              const Tensor& like) {
  Tensor output = blank(like);
  require(sums.size() == output.f.size(), "one sum per output element");
  for (Index i = 0; i < length(sums); ++i) {
    const Index channel = i % like.shape.back();
    const float sum = at(sums, i) + (bias != nullptr ? at(bias->f, channel) : 0.0F);
    at(output.f, i) = activate(sum, activation);
  }
  return output;
}

}  // namespace oracle
