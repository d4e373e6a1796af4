// SPDX-License-Identifier: Apache-2.0
//
// Data movement: a box of up to six dimensions, copied between two tensors with a stride per
// dimension and tensor. Slices, transpositions, concatenation and padding are such copies. Elements
// are moved as they are, by width; buffers come as void *, whatever their element type.
#ifndef SMELT_MOVE_H
#define SMELT_MOVE_H

#include "smelt/runtime.h"

namespace smelt {

/// Outermost dimension first; unused dimensions stand in front with extent 1. Strides and offsets
/// count elements, in move_runs bytes.
struct move_layer {
  int32_t extents[6];
  int32_t input_strides[6];  ///< negative where the input is walked backwards
  int32_t output_strides[6];
  int32_t input_offset, output_offset;
};

struct fill_layer {
  int32_t count;
  int32_t value;  ///< bits of the element; sign-extended to 64 bits
};

/// An integer that may alias elements of other types of its size.
struct width_8 {
  typedef uint8_t __attribute__((may_alias)) element;
};
struct width_16 {
  typedef uint16_t __attribute__((may_alias)) element;
};
struct width_32 {
  typedef uint32_t __attribute__((may_alias)) element;
};
struct width_64 {
  typedef uint64_t __attribute__((may_alias)) element;
};

/// Copies the innermost dimension element by element.
template <typename Width>
struct element_copy {
  using element = typename Width::element;
  static SMELT_INLINE void run(const move_layer &layer, const element *input, element *output) {
    for (int32_t i = 0; i < layer.extents[5]; ++i)
      output[i * layer.output_strides[5]] = input[i * layer.input_strides[5]];
  }
};

/// As element_copy, from a constant: byte by byte, because its true element type is not known.
template <typename Width>
struct constant_copy {
  using element = typename Width::element;
  static SMELT_INLINE void run(const move_layer &layer, const element *input, element *output) {
    constexpr int32_t width = static_cast<int32_t>(sizeof(element));
    const uint8_t *from = reinterpret_cast<const uint8_t *>(input);
    uint8_t *to = reinterpret_cast<uint8_t *>(output);
    for (int32_t i = 0; i < layer.extents[5]; ++i)
      for (int32_t byte = 0; byte < width; ++byte)
        to[i * layer.output_strides[5] * width + byte] =
            load(from + i * layer.input_strides[5] * width + byte);
  }
};

/// Copies the innermost dimension as one run of bytes.
struct run_copy {
  using element = width_8::element;
  static SMELT_INLINE void run(const move_layer &layer, const element *input, element *output) {
    memcpy(output, input, static_cast<size_t>(layer.extents[5]));
  }
};

/// Walks the dimensions from `dimension` inwards; the innermost is Copy's.
template <typename Copy, int32_t dimension>
struct move_dimension {
  using element = typename Copy::element;
  static SMELT_INLINE void run(const move_layer &layer, const element *input, element *output) {
    for (int32_t i = 0; i < layer.extents[dimension]; ++i)
      move_dimension<Copy, dimension + 1>::run(layer, input + i * layer.input_strides[dimension],
                                               output + i * layer.output_strides[dimension]);
  }
};
template <typename Copy>
struct move_dimension<Copy, 5> : Copy {};

template <typename Copy>
SMELT_INLINE void move(const move_layer &constants, const void *input, void *output) {
  using element = typename Copy::element;
  const move_layer layer = load(&constants);
  move_dimension<Copy, 0>::run(layer, static_cast<const element *>(input) + layer.input_offset,
                               static_cast<element *>(output) + layer.output_offset);
}

template <typename Width>
SMELT_INLINE void fill_width(const fill_layer &constants, void *output) {
  using element = typename Width::element;
  const fill_layer layer = load(&constants);
  element *to = static_cast<element *>(output);
  for (int32_t i = 0; i < layer.count; ++i) to[i] = static_cast<element>(layer.value);
}

static inline SMELT_KERNEL void move_8(const move_layer &layer, const void *input, void *output) {
  move<element_copy<width_8>>(layer, input, output);
}

static inline SMELT_KERNEL void move_16(const move_layer &layer, const void *input, void *output) {
  move<element_copy<width_16>>(layer, input, output);
}

static inline SMELT_KERNEL void move_32(const move_layer &layer, const void *input, void *output) {
  move<element_copy<width_32>>(layer, input, output);
}

static inline SMELT_KERNEL void move_64(const move_layer &layer, const void *input, void *output) {
  move<element_copy<width_64>>(layer, input, output);
}

/// Neighbours in the innermost dimension are neighbours in both tensors, of any width.
static inline SMELT_KERNEL void move_runs(const move_layer &layer, const void *input,
                                          void *output) {
  move<run_copy>(layer, input, output);
}

static inline SMELT_KERNEL void move_constant_8(const move_layer &layer, const void *input,
                                                void *output) {
  move<constant_copy<width_8>>(layer, input, output);
}

static inline SMELT_KERNEL void move_constant_16(const move_layer &layer, const void *input,
                                                 void *output) {
  move<constant_copy<width_16>>(layer, input, output);
}

static inline SMELT_KERNEL void move_constant_32(const move_layer &layer, const void *input,
                                                 void *output) {
  move<constant_copy<width_32>>(layer, input, output);
}

static inline SMELT_KERNEL void move_constant_64(const move_layer &layer, const void *input,
                                                 void *output) {
  move<constant_copy<width_64>>(layer, input, output);
}

static inline SMELT_KERNEL void fill_8(const fill_layer &layer, void *output) {
  fill_width<width_8>(layer, output);
}

static inline SMELT_KERNEL void fill_16(const fill_layer &layer, void *output) {
  fill_width<width_16>(layer, output);
}

static inline SMELT_KERNEL void fill_32(const fill_layer &layer, void *output) {
  fill_width<width_32>(layer, output);
}

static inline SMELT_KERNEL void fill_64(const fill_layer &layer, void *output) {
  fill_width<width_64>(layer, output);
}

}  // namespace smelt

#endif
