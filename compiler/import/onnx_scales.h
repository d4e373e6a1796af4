// SPDX-License-Identifier: Apache-2.0
//
// The scales that floats were dequantized with: integer_operators finds the integers again.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::onnx_import {

/// The scales of the result of a node on constants, with the zero points that s8 would have; none
/// if the result was not dequantized from bytes, or changed since by more than its layout.
Quantization carried_scales(const NodeView& view);

}  // namespace smelt::onnx_import
