// SPDX-License-Identifier: Apache-2.0
//
// Which coding the weights of each layer get.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/lower/lower.h"

namespace smelt {

/// What is worth most.
enum class CodingMode : std::uint8_t {
  plain,     ///< nothing is coded
  smallest,  ///< flash: each layer's weights take as few bytes as they can, or a few percent more
             ///< where that is faster
  fastest,   ///< instructions: codings only where `flash` forces them, or where they are faster
};

struct CodingOptions {
  CodingMode mode = CodingMode::fastest;
  std::optional<std::int64_t> flash;  ///< bytes that all constants may take: fastest
  /// By node, how often its weights are read from flash in one run; empty: once.
  std::vector<std::int64_t> passes;
};

/// `graph` has been verified. Where not even the smallest codings fit, they are what is given.
Codings choose_codings(const Graph& graph, const Target& target, const CodingOptions& options);

}  // namespace smelt
