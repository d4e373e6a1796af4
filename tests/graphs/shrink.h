// SPDX-License-Identifier: Apache-2.0
//
// From a graph that fails to the smallest that still fails at the same stage: nodes are cut,
// attributes and constants simplified, tensors made smaller, greedily, as long as that helps.
#pragma once

#include "tests/graphs/tester.h"

namespace smelt::test {

struct Shrunk {
  Case smallest;
  Failure failure;  ///< of the smallest
};

/// `failure` is that of `failing` under `setting`.
Shrunk shrink(const Case& failing, const Failure& failure, Setting setting);

}  // namespace smelt::test
