// SPDX-License-Identifier: Apache-2.0
//
// The weights and biases of linear operators as integers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/compress/compressed.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

/// How weights become integers.
struct WeightOptions {
  std::int32_t bits = 8;
  /// Weights are rounded one after the other; those that are left, and the bias, make up for the
  /// error on the calibration data. Otherwise to the nearest.
  bool optimized_rounding = true;
  /// The bias makes up for the mean error of each channel.
  bool bias_correction = true;
  /// The input's: biases, in units of this times the weights' scale, must fit 31 bits.
  double input_scale = 1;
  /// Of `view`, as check_compressed is content with. None: the weights are free.
  const CompressedWeights* compressed = nullptr;
};

struct QuantizedWeights {
  std::vector<float> scales;         ///< by output channel
  std::vector<std::int8_t> weights;  ///< in the layout of the operand
  std::vector<double> bias;          ///< by output channel, in real numbers
  std::string reason;                ///< why they are not those that were given; empty: they are
};

/// Whether weights of so many bits can be the levels that were given.
bool fits(const CompressedWeights& compressed, std::int32_t bits);

/// `view` is a node of the float graph, with weights as its operand 1. exact[i] and found[i] are
/// its operand 0 in sample i, as the float graph has it and as the quantized one does. Source of
/// the rounding: Frantar et al., GPTQ, 2022; Hassibi and Stork, optimal brain surgeon, 1993.
/// Pruned weights are 0; given levels are the integers, unless they or a bias beside them do not
/// fit.
QuantizedWeights quantize_weights(const NodeView& view, const WeightOptions& options,
                                  const std::vector<const Bytes*>& exact,
                                  const std::vector<const Bytes*>& found);

}  // namespace smelt
