// SPDX-License-Identifier: Apache-2.0
//
// Graphs of one layer, or two, that between them take every path through the kernels of an
// operator: shapes that fill no block, windows of all kinds, sums and scales at their bounds.
#pragma once

#include "compiler/graph/graph.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// How much a device can take.
struct Limits {
  std::int32_t elements = 0;  ///< of a tensor
  std::int32_t macs = 0;
};

/// The case of a number: neighbouring numbers are of different operators, which come again after
/// kinds() of them. Throws std::invalid_argument if what was drawn breaks an operator's rules.
Graph draw_case(Random& random, int number, const Limits& limits);
int kinds();
inline constexpr int pointwise_kind = 2;

}  // namespace smelt::test
