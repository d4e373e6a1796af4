// SPDX-License-Identifier: Apache-2.0
//
// The passes: each a free function in a file of its own, with its contract. Every pass takes and
// gives a verified graph and keeps what the outputs compute, bit for bit unless it says so.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt {

/// Gives what stands between dequantize_linear and quantize_linear to TFLite's integer operators:
/// for importers, as it changes results. Each layer's output may differ by one step of its scale.
/// needs: constants folded; f32 constants that were dequantized carry scales, and the zero points
/// that s8 would have. keeps: inputs, outputs, state; what cannot be had in integers. gives: f32
/// tensors without scales; every tensor is used.
Graph integer_operators(Graph graph);

/// Computes nodes whose operands are all constants.
/// needs: nothing. keeps: everything else. gives: no node has only constant operands, but for those
/// that compute an output of the model.
Graph fold_constants(Graph graph);

/// Removes channels that are constant whatever the input, or that only zero weights read.
/// needs: constants folded. keeps: inputs, outputs, state. gives: smaller tensors and constants,
/// whose origins tell the channels; nodes and tensors that nobody needs may be left.
Graph remove_dead_channels(Graph graph);

/// Moves transposes towards the outputs until they cancel; makes reshapes of those that move no
/// element. In float, sums over what was transposed may be reassociated.
/// needs: constants folded. keeps: inputs, outputs, state. gives: transposes move no more elements
/// than before; tensors in a new order have no origin.
Graph remove_transposes(Graph graph);

/// Puts factors and summands per channel into the float layers before or behind them.
/// needs: constants folded. keeps: inputs, outputs, state; in float, results round differently.
/// gives: no batch normalization behind a layer that nobody else reads.
Graph fold_scales(Graph graph);

/// Makes explicit padding by zeros part of the convolutions that read it.
/// needs: nothing. keeps: everything else. gives: larger pads, fewer images.
Graph fold_pads(Graph graph);

/// Makes relu, relu6 and relu_n1_to_1 the fused activation of the node before them.
/// needs: nothing. keeps: everything else. gives: no clamp of what is clamped and read by it alone.
Graph fuse_activations(Graph graph);

/// Makes images of one row images of one column, where layers slide over them: they can then run
/// row by row.
/// needs: nothing. keeps: everything else, every byte. gives: reshapes around these layers, none of
/// which reads another.
Graph columns_to_rows(Graph graph);

/// Removes nodes and tensors that no output depends on.
/// needs: nothing. keeps: inputs, outputs, state. gives: every tensor is used.
Graph remove_dead_nodes(Graph graph);

}  // namespace smelt
