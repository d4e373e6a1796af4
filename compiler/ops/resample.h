// SPDX-License-Identifier: Apache-2.0
//
// Along one dimension, outputs that are weighted sums of a few inputs: element i is
// bias[i] + sum over t of weights[i][t] * input[places[i * taps + t]]. ONNX's Resize becomes it,
// dimension by dimension. Weights [size][taps] and bias [size] are constant.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ResampleAttributes {
  std::int32_t axis = 0;             ///< from 0
  std::vector<std::int32_t> places;  ///< as many as weights

  std::vector<AttributeField> fields() { return {{"axis", &axis}, {"places", &places}}; }
};

extern const OpDef resample;

}  // namespace smelt::ops
