// SPDX-License-Identifier: Apache-2.0
//
// Cross-layer equalization. Source: Nagel et al., Data-Free Quantization Through Weight
// Equalization and Bias Correction, 2019.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt {

/// Scales the channels between two linear layers of a float graph, so that the weights on both
/// sides use their ranges alike and no channel is lost in the scale of a tensor.
/// needs: activations fused. keeps: outputs, but for rounding; shapes. gives: intermediate tensors
/// that were scaled have no origin.
Graph equalize(Graph graph);

}  // namespace smelt
