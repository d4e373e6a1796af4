// SPDX-License-Identifier: Apache-2.0
//
// Random weights and biases of linear layers, in every format that they are computed in.
#pragma once

#include "tests/support/builder.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// Types of a linear layer's operands.
struct LinearTypes {
  ElementType input, weights, bias;
};

constexpr LinearTypes f32_layer{ElementType::f32, ElementType::f32, ElementType::f32};
constexpr LinearTypes s8_layer{ElementType::s8, ElementType::s8, ElementType::s32};
constexpr LinearTypes u8_layer{ElementType::u8, ElementType::u8, ElementType::s32};
constexpr LinearTypes s16x8_layer{ElementType::s16, ElementType::s8, ElementType::s64};
constexpr LinearTypes s16x8_b32_layer{ElementType::s16, ElementType::s8, ElementType::s32};

constexpr LinearTypes s8x4_layer{ElementType::s8, ElementType::s4, ElementType::s32};
constexpr LinearTypes s16x4_layer{ElementType::s16, ElementType::s4, ElementType::s64};

/// Random elements. Signed weights have a scale per channel as often as not, and no zero point.
TensorId draw_weights(Random& random, Builder& b, const LinearTypes& types, const Shape& shape,
                      std::int32_t axis);
/// Biases of 64 bits leave 32 as often as not. None for one in four.
TensorId draw_bias(Random& random, Builder& b, const LinearTypes& types, std::int32_t channels);
/// Of the output: from hardly any output to more than fits.
Quantization draw_output(Random& random, const Builder& b, const LinearTypes& types, TensorId input,
                         TensorId weights);

/// Weights of 8 bits as compression leaves them: a share of them are not zero, and there may be few
/// values.
void prune(Random& random, Bytes& weights);

}  // namespace smelt::test
