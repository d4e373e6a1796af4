// SPDX-License-Identifier: Apache-2.0
//
// The emitted model that is compiled in, whatever its name: -DMODEL=kws makes MODEL_(run) stand for
// kws_run and includes kws.h.
#ifndef FIRMWARE_THE_MODEL_H
#define FIRMWARE_THE_MODEL_H

#define MODEL_JOIN_TOKENS(a, b) a##b
#define MODEL_JOIN(a, b) MODEL_JOIN_TOKENS(a, b)
#define MODEL_(name) MODEL_JOIN(MODEL, _##name)

#define MODEL_QUOTE_TOKENS(x) #x
#define MODEL_QUOTE(x) MODEL_QUOTE_TOKENS(x)
#define MODEL_HEADER_TOKENS(name) <name.h>
#define MODEL_HEADER(name) MODEL_HEADER_TOKENS(name)
#include MODEL_HEADER(MODEL)

// Only models with state declare a reset; for the others, this one is chosen.
static inline void MODEL_(reset)(const void*) {}

#endif
