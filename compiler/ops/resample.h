// SPDX-License-Identifier: Apache-2.0
//
// Along one dimension, outputs that are weighted sums of a few inputs: element i is
// bias[i] + sum over t of weights[i][t] * input[places[i][t]]. ONNX's Resize becomes it, dimension
// by dimension.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ResampleAttributes {
  std::int32_t axis = 0;             ///< from 0
  std::int32_t size = 1;             ///< of the output along the axis
  std::vector<std::int32_t> places;  ///< [size][taps]
  std::vector<float> weights;        ///< [size][taps]
  std::vector<float> bias;           ///< [size], or empty

  std::vector<AttributeField> fields() {
    return {{"axis", &axis},
            {"size", &size},
            {"places", &places},
            {"weights", &weights},
            {"bias", &bias}};
  }
};

extern const OpDef resample;

}  // namespace smelt::ops
