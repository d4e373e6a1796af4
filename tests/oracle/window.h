// SPDX-License-Identifier: Apache-2.0
//
// How a window slides along one spatial axis (the arithmetic notes, 5.3, padding).
#pragma once

#include "tensor.h"

namespace oracle {

/// The tap `k` at step `o` reads position o * stride - before + k * dilation; positions outside
/// 0..in-1 are padding.
struct Window {
  Index in = 0;
  Index kernel = 0;
  Index stride = 0;
  Index dilation = 0;
  Index out = 0;
  Index before = 0;

  Index position(Index step, Index tap) const { return step * stride - before + tap * dilation; }
  bool inside(Index position) const { return 0 <= position && position < in; }
};

Window window_along(Index in, Index kernel, Index stride, Index dilation, Padding padding);

}  // namespace oracle
