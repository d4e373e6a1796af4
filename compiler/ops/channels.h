// SPDX-License-Identifier: Apache-2.0
//
// Channel rules that operators share: see ChannelRule in compiler/graph/op_def.h.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt {

/// Output channel c from channel c of every input; constant operands that have as many channels
/// are indexed by them along their last axis. Holds if the first input has the output's channels.
extern const ChannelRule channelwise;

/// Extent of the last axis; 0 for a scalar.
std::int32_t channel_count(const Tensor& tensor);

/// The index along `axis` of element `i` of a row-major tensor.
std::size_t index_along(const Shape& shape, std::int32_t axis, std::size_t i);
/// Which of the tensor's scales is that of element `i`.
std::size_t scale_index(const Tensor& tensor, std::size_t i);

}  // namespace smelt
