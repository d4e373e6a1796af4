// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compiler/quantize/quantize.h"

namespace smelt {

/// Makes `original` the reference of what was quantized from a compressed form of it. Tensors stand
/// for what the layer of the same name gives there; for nothing where it has another shape, because
/// channels are gone.
void set_reference(Quantized& quantized, const Graph& original);

}  // namespace smelt
