// SPDX-License-Identifier: Apache-2.0
//
// Pads that the .tflite format cannot say: its convolutions and poolings know SAME and VALID alone.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt {

/// Puts a pad in front of every convolution and max pooling whose pads are neither SAME nor VALID,
/// which then has none. Others stay as they are: average poolings leave pads out of their means.
/// keeps: outputs, bit for bit.
Graph frame_pads(Graph graph);

}  // namespace smelt
