// SPDX-License-Identifier: Apache-2.0
//
// What a quantized model loses on samples, in one number from 0, nothing, to 1.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/evaluate/metrics.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

/// The first output of `graph`, in real numbers, by sample. Samples of floats are quantized as the
/// graph's inputs are.
std::vector<Bytes> real_outputs(const Graph& graph, const std::vector<Sample>& samples);

/// The share of outputs whose top result is the label.
double accuracy(const std::vector<Bytes>& outputs, const std::vector<std::int64_t>& labels);
/// The share of outputs whose top result is not the other's.
double disagreement(const std::vector<Bytes>& a, const std::vector<Bytes>& b);
SignalToNoise output_noise(const std::vector<Bytes>& exact, const std::vector<Bytes>& found);

class Loss {
 public:
  enum class Kind : std::uint8_t {
    accuracy,        ///< of the share of samples whose top result is their label
    agreement,       ///< the share of samples whose top result is another than the float model's
    reconstruction,  ///< by which share the mean squared distance of output and input grows
    error,           ///< root of the mean squared error, relative to the float model's outputs
  };

  /// `labels`: of every sample; none: agreement for outputs of several numbers, reconstruction for
  /// those that have the shape of the input, error for single numbers.
  Loss(const Graph& reference, const std::vector<Sample>& samples,
       std::vector<std::int64_t> labels);

  Kind kind() const { return kind_; }
  double of(const Graph& quantized) const;

 private:
  const std::vector<Sample>& samples_;
  const std::vector<std::int64_t> labels_;
  const std::vector<Bytes> exact_;
  Kind kind_;
};

std::string_view to_string(Loss::Kind kind);

}  // namespace smelt
