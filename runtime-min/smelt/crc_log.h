// SPDX-License-Identifier: Apache-2.0
//
// A line of text for every layer that a model has finished: its name, the step and the CRC-32 of
// the layer's bytes, as in "smelt kws 3 8f2a11c0". Freestanding C99 and C++14; NAME_crc.h, which
// `smelt compile --crc-log` writes, says what the steps are, and calls this.
#ifndef SMELT_CRC_LOG_H
#define SMELT_CRC_LOG_H

#include "smelt/crc32.h"

/// What is known of a layer while its pieces come.
typedef struct smelt_crc_layer {
  uint32_t crc;
  int32_t pieces;
} smelt_crc_layer;

typedef struct smelt_crc_log {
  const char *model;
  int32_t steps;            ///< of the model; number `steps` stands for its input
  const int32_t *pieces;    ///< by step: how many make up the layer; 0: it is not logged
  smelt_crc_layer *layers;  ///< by step
  void (*put)(char character);
} smelt_crc_log;

static inline void smelt_crc_put_text(const smelt_crc_log *log, const char *text) {
  for (; *text != 0; ++text) log->put(*text);
}

static inline void smelt_crc_put_decimal(const smelt_crc_log *log, int32_t value) {
  char text[11];
  char *at = text + sizeof text;
  *--at = 0;
  do {
    *--at = (char)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  smelt_crc_put_text(log, at);
}

static inline void smelt_crc_put_line(const smelt_crc_log *log, int32_t step, uint32_t crc) {
  smelt_crc_put_text(log, "smelt ");
  smelt_crc_put_text(log, log->model);
  log->put(' ');
  if (step < log->steps)
    smelt_crc_put_decimal(log, step);
  else
    smelt_crc_put_text(log, "input");
  log->put(' ');
  for (int shift = 28; shift >= 0; shift -= 4) {
    const char digit = (char)((crc >> shift) & 15u);
    log->put((char)(digit < 10 ? '0' + digit : 'a' + digit - 10));
  }
  log->put('\n');
}

/// Forgets layers that are not complete, and writes by way of `put` from now on; null: not at all.
static inline void smelt_crc_start(smelt_crc_log *log, void (*put)(char character)) {
  for (int32_t step = 0; step <= log->steps; ++step) {
    log->layers[step].crc = 0;
    log->layers[step].pieces = 0;
  }
  log->put = put;
}

/// Takes a piece of a layer, in order; writes the line after the last.
static inline void smelt_crc_add(const smelt_crc_log *log, int32_t step, const void *data,
                                 size_t bytes) {
  smelt_crc_layer *layer = log->layers + step;
  if (!log->put || log->pieces[step] == 0) return;
  layer->crc = smelt_crc32(layer->crc, data, bytes);
  if (++layer->pieces < log->pieces[step]) return;
  smelt_crc_put_line(log, step, layer->crc);
  layer->crc = 0;
  layer->pieces = 0;
}

#endif
