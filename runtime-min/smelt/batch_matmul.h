// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices that are both computed: output [rows][columns] = a [rows][inner] times
// b [inner][columns], for every pair of matrices in two batches that are broadcast against each
// other. Strides are between rows, columns and matrices, so that transposed operands stay as they
// are. (By constant weights: smelt/fully_connected.h.)
#ifndef SMELT_BATCH_MATMUL_H
#define SMELT_BATCH_MATMUL_H

#include "smelt/binary.h"

namespace smelt {

struct batch_matmul_f32_layer {
  broadcast matrices;  ///< of the two batches, counted in matrices
  int32_t rows, inner, columns;
  int32_t a_row, a_inner;     ///< strides of a
  int32_t b_inner, b_column;  ///< strides of b
};

/// Calls visit(matrix of a, matrix of b) for every matrix of the output.
template <typename Visit>
SMELT_INLINE void for_each_matrix(const broadcast &shape, const Visit &visit) {
  for (int32_t i = 0; i < shape.extents[0]; ++i)
    for (int32_t j = 0; j < shape.extents[1]; ++j)
      for (int32_t k = 0; k < shape.extents[2]; ++k)
        for (int32_t l = 0; l < shape.extents[3]; ++l)
          visit(i * shape.a_strides[0] + j * shape.a_strides[1] + k * shape.a_strides[2] +
                    l * shape.a_strides[3],
                i * shape.b_strides[0] + j * shape.b_strides[1] + k * shape.b_strides[2] +
                    l * shape.b_strides[3]);
}

/// One row of a times one matrix; four columns at once read the row once.
SMELT_INLINE void row_times_matrix(const batch_matmul_f32_layer &layer, const float *a,
                                   const float *b, float *output) {
  const int32_t blocks = layer.columns - layer.columns % 4;
  for (int32_t column = 0; column < blocks; column += 4) {
    float sums[4] = {0, 0, 0, 0};
    const float *from = b + column * layer.b_column;
    for (int32_t i = 0; i < layer.inner; ++i, from += layer.b_inner)
      for (int32_t k = 0; k < 4; ++k) sums[k] += a[i * layer.a_inner] * from[k * layer.b_column];
    for (int32_t k = 0; k < 4; ++k) output[column + k] = sums[k];
  }
  for (int32_t column = blocks; column < layer.columns; ++column) {
    float sum = 0;
    for (int32_t i = 0; i < layer.inner; ++i)
      sum += a[i * layer.a_inner] * b[i * layer.b_inner + column * layer.b_column];
    output[column] = sum;
  }
}

static inline SMELT_KERNEL void batch_matmul_f32(const batch_matmul_f32_layer &constants,
                                                 const float *a, const float *b, float *output) {
  const batch_matmul_f32_layer layer = load(&constants);
  const int32_t a_size = layer.rows * layer.inner, b_size = layer.inner * layer.columns;
  for_each_matrix(layer.matrices, [&](int32_t a_matrix, int32_t b_matrix) {
    for (int32_t row = 0; row < layer.rows; ++row, output += layer.columns)
      row_times_matrix(layer, a + a_matrix * a_size + row * layer.a_row, b + b_matrix * b_size,
                       output);
  });
}

}  // namespace smelt

#endif
