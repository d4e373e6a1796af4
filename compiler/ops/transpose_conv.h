// SPDX-License-Identifier: Apache-2.0
//
// Transposed two-dimensional convolution: the gradient of the convolution that leads from the
// output's shape back to the input's, whose pads these are. Input NHWC, weights [output channel]
// [height][width][input channel], bias [output channel].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct TransposeConvAttributes {
  Extent2 stride;
  Pads pads;
  Extent2 output;  ///< rows and columns
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {{"stride", &stride},
            {"pads", &pads},
            {"output", &output},
            {"activation", &activation}};
  }
};

extern const OpDef transpose_conv;

}  // namespace smelt::ops
