// SPDX-License-Identifier: Apache-2.0
//
// Finds the model right, or, with WRONG, wrong.
#include "model.h"

extern "C" {

int32_t model_golden_case(model_model* model, int32_t) {
  model_run(model);
#ifdef WRONG
  return 0;
#else
  return -1;
#endif
}

int32_t model_golden_check(model_model* model) {
  return model_golden_case(model, 0) < 0 ? 0 : 1;
}
}
