// SPDX-License-Identifier: Apache-2.0
//
// What recurrent layers share when they are quantized: weights with a scale for some rows, biases
// in the scale of the products, and the range of a cell that no tensor shows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/graph/quantized_node.h"

namespace smelt::ops {

/// The values that weights multiply: scale * (q - zero point), |q| <= largest.
struct WeighedValues {
  double scale = 1;
  std::int64_t zero_point = 0, largest = 128;
};

/// Float weights [row][value] as s8, with a scale for each `rows_per_scale` rows, which is large
/// enough for sums of products and biases (by row; none: zeros) to fit 32 bits.
Tensor quantized_rows(const Tensor& weights, std::int32_t rows_per_scale,
                      const WeighedValues& values, std::span<const float> bias);

/// A float bias in units of each row's products, as s32.
Tensor quantized_bias(const Tensor& bias, const Tensor& rows, double value_scale);

/// An LSTM of floats, gates ordered as in smelt/recurrent.h.
struct FloatLstm {
  std::int32_t inputs = 0, units = 0;
  std::vector<float> weights, recurrent_weights, bias;
  float clip = 0;  ///< 0: none
  bool coupled = false;
};

/// Runs it over rows of inputs, `pitch` elements apart, from the states [unit]; returns the largest
/// magnitude of a cell.
float largest_cell(const FloatLstm& lstm, const float* input, std::ptrdiff_t pitch,
                   std::int32_t steps, std::vector<float> hidden, std::vector<float> cell);

/// Exponent of the smallest scale that holds `largest` in 16 bits.
std::int32_t cell_power_of(float largest);

}  // namespace smelt::ops
