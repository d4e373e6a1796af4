// SPDX-License-Identifier: Apache-2.0
//
// What the operators that sum products share: operands as plain numbers, the real multipliers of
// the arithmetic notes (5.3), and the way from a sum to an output element (5.4).
#pragma once

#include "fixed_point.h"

namespace oracle {

/// Real numbers (float operands) or q - z (integer operands): both are summed by the same loops.
/// Float sums are float32, in the order of the loops, and the bias comes last: the order of the
/// TFLite reference. A sum in double is closer to the truth, but further from the golden outputs
/// than 1e-5 in models where large terms cancel.
template <typename Number>
struct Operand {
  std::vector<Number> values;
  std::vector<int> shape;
};

Operand<Index> centred(const Tensor& tensor);
Operand<float> real(const Tensor& tensor);

/// double(s_in) * double(s_w[c]) / double(s_out), for every output channel.
std::vector<Multiplier> channel_multipliers(const Tensor& input, const Tensor& weights,
                                            const Tensor& like, Index channels);

/// Adds the bias, requantises and clamps. The last dimension of `like` is the channel. Sums of s16
/// activations have 64 bits, but those with a bias of s32 have 32.
Tensor finish(const std::vector<Index>& sums, const Tensor* bias,
              const std::vector<Multiplier>& multipliers, Activation activation,
              const Tensor& like);
Tensor finish(const std::vector<float>& sums, const Tensor* bias, Activation activation,
              const Tensor& like);

}  // namespace oracle
