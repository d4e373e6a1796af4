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
  std::vector<std::int32_t> output_shape;  ///< NHWC
  Activation activation = Activation::none;

  std::vector<AttributeField> fields() {
    return {{"stride", &stride},
            {"pads", &pads},
            {"output_shape", &output_shape},
            {"activation", &activation}};
  }
};

extern const OpDef transpose_conv;

}  // namespace smelt::ops
