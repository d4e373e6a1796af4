// SPDX-License-Identifier: Apache-2.0
//
// Float operators as functions that can be differentiated, on several samples at once. Results are
// those of the operators' kernels but for the order in which sums are added up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// The operands of one call: of every sample, one after the other, of constants once.
struct Operands {
  std::size_t samples = 0;
  std::vector<const float*> inputs;  ///< null: absent
};

struct Differentiable {
  std::function<void(const Operands&, float* output)> forward;
  /// Adds to `inputs`, the gradients of the operands (null: not wanted), what follows from that of
  /// the output, which it may change. `output` is what forward() gave.
  std::function<void(const Operands&, const float* output, float* gradient,
                     const std::vector<float*>& inputs)>
      backward;
};

/// The node's function; nothing if its operator has no derivative here, or computes on integers.
std::optional<Differentiable> differentiate(const NodeView& view);

/// What a constant operand does in a node that can be differentiated, if it can be learnt.
enum class Learnable : std::uint8_t { no, factor, summand };
Learnable learnable(const NodeView& view, std::size_t i);

}  // namespace smelt
