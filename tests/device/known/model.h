// SPDX-License-Identifier: Apache-2.0
//
// A model in the shape of emitted code, of which is known what running it takes.
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#define MODEL_ARENA_BYTES 40u

typedef struct model_model {
  uint32_t arena[MODEL_ARENA_BYTES / sizeof(uint32_t)];
} model_model;

#ifdef __cplusplus
extern "C" {
#endif

void model_run(model_model* model);

#ifdef __cplusplus
}
#endif

#endif
