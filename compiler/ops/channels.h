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

}  // namespace smelt
