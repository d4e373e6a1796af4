// SPDX-License-Identifier: Apache-2.0
//
// Local response normalization over neighbouring channels, in float (smelt/local_response.h has the
// formula). Of an even number of channels, the middle is the first of the two.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct LocalResponseAttributes {
  std::int32_t axis = 0;  ///< of the channels
  std::int32_t size = 1;
  float alpha = 1e-4F, beta = 0.75F, bias = 1;

  std::vector<AttributeField> fields() {
    return {{"axis", &axis}, {"size", &size}, {"alpha", &alpha}, {"beta", &beta}, {"bias", &bias}};
  }
};

extern const OpDef local_response;

}  // namespace smelt::ops
