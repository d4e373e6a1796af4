// SPDX-License-Identifier: Apache-2.0
//
// See window.h.
#include "window.h"

#include <algorithm>

namespace oracle {

Window window_along(Index in, Index kernel, Index stride, Index dilation, Padding padding) {
  require(in > 0 && kernel > 0 && stride > 0 && dilation > 0, "a window of positive extents");
  const Index effective = (kernel - 1) * dilation + 1;
  const Index same = (in + stride - 1) / stride;
  const Index valid = (in + stride - effective) / stride;
  const Index out = padding == Padding::same ? same : valid;
  const Index total = std::max(Index{0}, (out - 1) * stride + effective - in);
  return {in, kernel, stride, dilation, out, total / 2};
}

}  // namespace oracle
