// SPDX-License-Identifier: Apache-2.0
//
// How often each number occurs in a constant.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codegen/svg.h"
#include "compiler/graph/graph.h"

namespace smelt::tools {

/// Of integers: by code, or by as many neighbouring codes as make 256 bins. Of floats: 128 bins
/// from the largest absolute value below zero to that above it.
struct Histogram {
  std::vector<std::int64_t> bins;
  double low = 0, high = 0;          ///< outer edges of the bins
  double last = 0;                   ///< the number that ends them: a code, or `high`
  double smallest = 0, largest = 0;  ///< that occur
  std::int64_t count = 0, zeros = 0;
  std::int64_t not_finite = 0;  ///< in no bin
};

/// Of a constant of one of the types f32, s4, s8, u8 and s16.
Histogram histogram_of(const Tensor& tensor);

/// Bars as high as the square roots of their counts, so that rare numbers are seen beside frequent
/// ones. The page's style has the classes.
std::string histogram_svg(const Histogram& histogram, const SvgPart& part);

}  // namespace smelt::tools
