// SPDX-License-Identifier: Apache-2.0
//
// Cross-layer equalization. Sources: Nagel et al., Data-Free Quantization Through Weight
// Equalization and Bias Correction, 2019; Xiao et al., SmoothQuant, 2022.
#pragma once

#include "compiler/quantize/calibrate.h"

namespace smelt {

/// Scales the channels between two linear layers of a float graph, so that no channel that
/// `samples` show is lost in the scale of a tensor.
/// needs: activations fused. keeps: outputs, but for rounding; shapes. gives: intermediate tensors
/// that were scaled have no origin.
Graph equalize(Graph graph, const std::vector<Sample>& samples);

}  // namespace smelt
