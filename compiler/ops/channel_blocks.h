// SPDX-License-Identifier: Apache-2.0
//
// Output channels in blocks, as kernels sum them and as their weights lie in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/ops/conv2d.h"

namespace smelt::ops {

/// Channels; what fills up a block is absent.
using Block = std::vector<std::optional<std::size_t>>;
/// Blocks of `size`, none of which two groups share.
std::vector<Block> blocks_of(std::int64_t channels, std::int64_t groups, std::int64_t size);

/// Full blocks: the last begins early enough. There are as many channels as in one at least.
std::vector<Block> full_blocks_of(std::int64_t channels, std::int64_t size);

/// Taps that are neighbours in memory.
std::int64_t run_of(const Convolution& convolution);

}  // namespace smelt::ops
