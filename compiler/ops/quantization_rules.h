// SPDX-License-Identifier: Apache-2.0
//
// The quantization rules that operators share. Source: TFLite's specification of int8 and 16x8
// models.
#pragma once

#include "compiler/graph/graph.h"
#include "compiler/ops/window.h"

namespace smelt {

/// Every operand and the output have a scale of their own.
extern const QuantizationRule rescaling;
/// Operands and output share one scale: elements are moved or compared, never computed.
extern const QuantizationRule scale_keeping;

/// The operator with that rule.
inline OpDef quantizable(const QuantizationRule& rule, OpDef op) {
  op.quantization = &rule;
  return op;
}

/// The patches of the window's output elements in an NHWC image, of `channels` channels from
/// `first` on; padding is 0.
Patches window_patches(const Shape& image, const Window& window, std::span<const float> input,
                       std::int32_t first, std::int32_t channels);

}  // namespace smelt
