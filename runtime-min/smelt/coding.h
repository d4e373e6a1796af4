// SPDX-License-Identifier: Apache-2.0
//
// Weights in a prefix code, decoded one output channel at a time. Source of the code: Huffman,
// 1952, in canonical order, so that a table of few entries decodes it.
//
// A stream is a sequence of bits, from the highest of each 16-bit word to the lowest. Of its
// weights there is either each, or, where most are zero, for every other one how many zeros stand
// before it, then itself. A run that reaches beyond a channel's last weight ends it; one that is
// longer than the code knows is broken by a weight of zero.
#ifndef SMELT_CODING_H
#define SMELT_CODING_H

#include "smelt/arch/decode.h"
#include "smelt/runtime.h"

namespace smelt {

/// No code is longer: what a reader holds before a symbol, 16 bits, is enough.
constexpr int32_t max_code_length = 12;

/// Weights of 8 bits, by output channel. A code's table is found by the next so many bits of the
/// stream; an entry is 256 * symbol + length. Length 0: the code is longer. For each greater length
/// two entries follow, the last code of that length, filled up with ones to 16 bits, and what is to
/// be added to a code of that length for its place in the table.
struct coded_weights {
  const int16_t *stream;
  const int16_t *values;  ///< the table of weights
  int32_t value_bits;
  const int16_t *runs;  ///< the table of numbers of zeros; null where all weights stand there
  int32_t run_bits;
};

/// What has been read of a stream: `count` bits, from the highest of `buffer` on.
struct bit_reader {
  const int16_t *next;
  uint32_t buffer;
  int32_t count;
};

SMELT_INLINE bit_reader begin(const coded_weights &weights) {
  return {weights.stream, 0, 0};
}

/// The entry of a code of more than `bits` bits: the first length whose last code is not less.
SMELT_INLINE int32_t long_code(const int16_t *table, int32_t bits, uint32_t buffer) {
  const uint32_t next = buffer >> 16;
  const int16_t *lengths = table + (1 << bits);
  int32_t right = 15 - bits;
  for (; static_cast<uint16_t>(load(lengths)) < next; lengths += 2) --right;
  const auto code = static_cast<int32_t>(next >> right);
  return load(table + static_cast<int16_t>(code + load(lengths + 1)));
}

/// A table's index: the next so many bits, 8 at most.
SMELT_INLINE uint32_t first_bits(uint32_t buffer, int32_t bits) {
#ifdef __AVR__
  // It shifts by a bit at a time, and each byte by itself.
  const auto high = static_cast<uint8_t>(buffer >> 24);
  return static_cast<uint8_t>(high >> static_cast<uint8_t>(8 - static_cast<uint8_t>(bits)));
#else
  return buffer >> (32 - bits);
#endif
}

/// The entry of the next symbol. The reader holds 16 bits at least.
SMELT_INLINE int32_t take(bit_reader &reader, const int16_t *table, int32_t bits) {
  int32_t entry = load(table + first_bits(reader.buffer, bits));
  if (SMELT_UNLIKELY((entry & 15) == 0)) entry = long_code(table, bits, reader.buffer);
  reader.buffer <<= entry & 15;
  reader.count -= entry & 15;
  return entry >> 8;
}

/// Makes it hold 16 bits at least.
SMELT_INLINE void refill(bit_reader &reader) {
  if (reader.count >= 16) return;
  reader.buffer |= uint32_t{static_cast<uint16_t>(load(reader.next++))} << (16 - reader.count);
  reader.count += 16;
}

#if SMELT_FAST_READER
/// Calls use(fast_reader &) on what a reader has read.
template <typename Use>
SMELT_INLINE void read_fast(bit_reader &reader, const Use &use) {
  fast_reader fast = {reader.next, reader.buffer, reader.count - 16};
  use(fast);
  reader = {fast.next, fast.buffer, fast.bits + 16};
}
#endif

/// A channel's weights as a row; where some are left out, the row is zero before.
template <typename Order>
SMELT_INLINE void put_weights(bit_reader &reader, const coded_weights &weights, int32_t count,
                              int8_t *to) {
  Order::decode(reader, weights, count,
                [&](int32_t i, int8_t weight) __attribute__((always_inline)) { to[i] = weight; });
}

/// Adds the products of a channel's weights and inputs.
template <typename Order>
SMELT_INLINE int32_t add_products(bit_reader &reader, const coded_weights &weights, int32_t count,
                                  const int8_t *input, int32_t sum) {
  Order::decode(reader, weights, count,
                [&](int32_t i, int8_t weight)
                    __attribute__((always_inline)) { sum += int32_t{input[i]} * weight; });
  return sum;
}

/// Both orders of weights have decode(), which calls each(i, weight) for the weights of a channel,
/// the one for every i < count, the other for some, among them all that are not zero.
struct all_weights {
  template <typename Each>
  static SMELT_INLINE void decode(bit_reader &from, const coded_weights &weights, int32_t count,
                                  const Each &each) {
    bit_reader reader = from;
    for (int32_t i = 0; i < count; ++i) {
      refill(reader);
      each(i, static_cast<int8_t>(take(reader, weights.values, weights.value_bits)));
    }
    from = reader;
  }
  /// A channel's weights as a row.
  static SMELT_INLINE void row(bit_reader &reader, const coded_weights &weights, int32_t count,
                               int8_t *to) {
#if SMELT_FAST_READER
    read_fast(reader, [&](fast_reader &fast) __attribute__((always_inline)) {
      decode_symbols(fast, weights.values, weights.value_bits, count, to);
    });
#else
    put_weights<all_weights>(reader, weights, count, to);
#endif
  }
  /// Adds the products of a channel's weights and inputs.
  static SMELT_INLINE int32_t dot(bit_reader &reader, const coded_weights &weights, int32_t count,
                                  const int8_t *input, int32_t sum) {
#if SMELT_FAST_READER
    read_fast(reader, [&](fast_reader &fast) __attribute__((always_inline)) {
      sum = dot_symbols(fast, weights.values, weights.value_bits, count, input, sum);
    });
    return sum;
#else
    return add_products<all_weights>(reader, weights, count, input, sum);
#endif
  }
};

struct runs_and_weights {
  template <typename Each>
  static SMELT_INLINE void decode(bit_reader &from, const coded_weights &weights, int32_t count,
                                  const Each &each) {
    bit_reader reader = from;
    for (int32_t i = 0; i < count; ++i) {
      refill(reader);
      i += take(reader, weights.runs, weights.run_bits);
      if (i >= count) break;
      refill(reader);
      each(i, static_cast<int8_t>(take(reader, weights.values, weights.value_bits)));
    }
    from = reader;
  }
  static SMELT_INLINE void row(bit_reader &reader, const coded_weights &weights, int32_t count,
                               int8_t *to) {
    memset(to, 0, static_cast<size_t>(count));
    put_weights<runs_and_weights>(reader, weights, count, to);
  }
  static SMELT_INLINE int32_t dot(bit_reader &reader, const coded_weights &weights, int32_t count,
                                  const int8_t *input, int32_t sum) {
    return add_products<runs_and_weights>(reader, weights, count, input, sum);
  }
};

/// The weights of the next channel as a row. Layers share it: most of its time goes by in waiting
/// for bits, whatever the layer.
template <typename Order>
static SMELT_SHARED void decode_row(bit_reader &reader, const coded_weights &weights, int32_t count,
                                    int8_t *row) {
  Order::row(reader, weights, count, row);
}

}  // namespace smelt

#endif
