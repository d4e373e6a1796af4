/* SPDX-License-Identifier: Apache-2.0
 *
 * From a second of sound to what the network takes: 49 rows of 40 features. Every row is of a
 * window of 30 ms, 20 ms after the one before. */
#ifndef KEYWORDS_CLIP_H
#define KEYWORDS_CLIP_H

#include <string.h>

#include "keywords_features.h"

enum { CLIP_SAMPLES = 16000, CLIP_ROWS = 49, CLIP_BANDS = KEYWORDS_FEATURES_OUTPUT_COUNT };

/* The first run has no window yet: it only takes what the second one needs from before. */
static inline void clip_features(keywords_features_model* model, const int16_t* samples,
                                 int16_t* rows) {
  const size_t stride = KEYWORDS_FEATURES_INPUT_COUNT;
  keywords_features_reset(model);
  for (int run = 0; run <= CLIP_ROWS; ++run) {
    memcpy(keywords_features_input(model), samples, stride * sizeof *samples);
    keywords_features_run(model);
    samples += stride;
    if (run == 0) continue;
    memcpy(rows, keywords_features_output(model), CLIP_BANDS * sizeof *rows);
    rows += CLIP_BANDS;
  }
}

#endif
