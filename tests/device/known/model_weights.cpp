// SPDX-License-Identifier: Apache-2.0
#include "model_weights.h"

namespace model_weights {

const uint8_t ones[1000] SMELT_CONSTANT = {1};

}  // namespace model_weights
