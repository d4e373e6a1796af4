// SPDX-License-Identifier: Apache-2.0
//
// ConvInteger as ONNX defines it, and the products in QLinearConv, MatMulInteger and QLinearMatMul:
// 32-bit sums. Input NHWC, weights [output channel][height][width][input channel of the group] less
// their zero point, bias [output channel].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ConvIntegerAttributes {
  Extent2 stride, dilation;
  Pads pads;
  std::int32_t zero_point = 0;  ///< of the input

  std::vector<AttributeField> fields() {
    return {
        {"stride", &stride}, {"dilation", &dilation}, {"pads", &pads}, {"zero_point", &zero_point}};
  }
};

extern const OpDef conv_integer;

}  // namespace smelt::ops
