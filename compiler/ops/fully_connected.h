// SPDX-License-Identifier: Apache-2.0
//
// Fully connected layer. The input's elements are taken as [rows][inputs]; weights
// [outputs][inputs], bias [outputs].
#pragma once

#include "compiler/graph/graph.h"
#include "compiler/ops/linear.h"

namespace smelt::ops {

struct FullyConnectedAttributes {
  Activation activation = Activation::none;
  bool keep_dims = false;  ///< the output keeps the input's outer dimensions

  std::vector<AttributeField> fields() {
    return {{"activation", &activation}, {"keep_dims", &keep_dims}};
  }
};

extern const OpDef fully_connected;

/// What its kernels are given.
struct FullyConnected {
  std::int32_t rows, inputs, outputs;
  LinearOperands operands;
};
/// The rows of the image that the inputs are, if they are one.
std::optional<TensorRows> collected_rows(const NodeView& view);
/// For the comment of a step: "relu".
std::string activation_summary(Activation activation);

}  // namespace smelt::ops
