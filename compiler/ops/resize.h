// SPDX-License-Identifier: Apache-2.0
//
// Images NHWC to another height and width. RESIZE_NEAREST_NEIGHBOR, RESIZE_BILINEAR.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ResizeAttributes {
  std::int32_t height = 0, width = 0;  ///< of the output
  bool align_corners = false;          ///< first and last pixels of input and output coincide
  bool half_pixel_centers = false;     ///< pixels are areas, positions their centers

  std::vector<AttributeField> fields() {
    return {{"height", &height},
            {"width", &width},
            {"align_corners", &align_corners},
            {"half_pixel_centers", &half_pixel_centers}};
  }
};

extern const OpDef resize_bilinear;
extern const OpDef resize_nearest;

}  // namespace smelt::ops
