// SPDX-License-Identifier: Apache-2.0
//
// From a second of sound in flash to a word, on the board: what a program does for every second
// that it has heard, or every fraction of one.
#include "board.h"
#include "clip.h"
#include "keywords.h"
#include "sound.h"

namespace {

keywords_features_model front_end;
keywords_model model;
int16_t rows[KEYWORDS_INPUT_COUNT];

int32_t index_of_largest(const float* values, int32_t count) {
  int32_t best = 0;
  for (int32_t i = 1; i < count; ++i)
    if (values[i] > values[best]) best = i;
  return best;
}

}  // namespace

int main() {
  clip_features(&front_end, sound, rows);
  for (uint32_t i = 0; i < KEYWORDS_INPUT_COUNT; ++i)
    keywords_input(&model)[i] = keywords_features_dequantize_output(rows[i]);
  keywords_run(&model);
  board_print("heard ");
  board_print(keywords_label(index_of_largest(keywords_output(&model), KEYWORDS_OUTPUT_COUNT)));
  board_print("\n");
  return 0;
}
