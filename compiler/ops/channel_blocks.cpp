// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/channel_blocks.h"

#include <algorithm>

namespace smelt::ops {

std::vector<Block> blocks_of(std::int64_t channels, std::int64_t groups, std::int64_t size) {
  std::vector<Block> blocks;
  const std::int64_t outputs = channels / groups;
  for (std::int64_t group = 0; group < groups; ++group)
    for (std::int64_t first = 0; first < outputs; first += size) {
      Block& block = blocks.emplace_back();
      for (std::int64_t i = first; i < first + size; ++i)
        block.push_back(i < outputs ? std::optional(static_cast<std::size_t>(group * outputs + i))
                                    : std::nullopt);
    }
  return blocks;
}

std::vector<Block> full_blocks_of(std::int64_t channels, std::int64_t size) {
  std::vector<Block> blocks;
  for (std::int64_t c = 0; c < channels; c += size) {
    Block& block = blocks.emplace_back();
    for (std::int64_t i = 0; i < size; ++i)
      block.push_back(static_cast<std::size_t>(std::min(c, channels - size) + i));
  }
  return blocks;
}

std::int64_t run_of(const Convolution& convolution) {
  const Window& window = convolution.window;
  const std::int64_t inputs = convolution.taps / window.kernel.height / window.kernel.width;
  const bool contiguous = window.dilation.width == 1 && convolution.groups == 1;
  return contiguous ? inputs * window.kernel.width : inputs;
}

}  // namespace smelt::ops
