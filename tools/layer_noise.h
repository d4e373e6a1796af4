// SPDX-License-Identifier: Apache-2.0
//
// What quantization changes in every layer, beside the float model.
#pragma once

#include <string>
#include <vector>

#include "compiler/evaluate/metrics.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {

struct LayerNoise {
  std::string name;
  SignalToNoise noise;
};

/// Of a model that was quantized, on the first 64 cases, in the order of execution.
/// `reference_cases` are the same as inputs of the float model.
std::vector<LayerNoise> layer_noise(const Model& model,
                                    const std::vector<GoldenCase>& reference_cases,
                                    const std::vector<GoldenCase>& cases);

}  // namespace smelt::tools
