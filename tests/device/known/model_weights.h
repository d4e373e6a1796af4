// SPDX-License-Identifier: Apache-2.0
//
// 1000 bytes of constants.
#ifndef MODEL_WEIGHTS_H
#define MODEL_WEIGHTS_H

#include "smelt/runtime.h"

namespace model_weights {

extern const uint8_t ones[1000];

}  // namespace model_weights

#endif
