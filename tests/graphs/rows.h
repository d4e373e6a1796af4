// SPDX-License-Identifier: Apache-2.0
//
// What the rows of the generator share. They are grouped by how operators are drawn.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/graphs/generator.h"

namespace smelt::test {

std::vector<GeneratorRow> product_rows();
std::vector<GeneratorRow> elementwise_rows();
std::vector<GeneratorRow> function_rows();
std::vector<GeneratorRow> arithmetic_rows();
std::vector<GeneratorRow> movement_rows();
std::vector<GeneratorRow> indexing_rows();
std::vector<GeneratorRow> sequence_rows();

/// Operators that take tensors of any rank are given those of up to so many dimensions.
inline constexpr std::int32_t max_rank = 5;

/// Types of numbers, of those that are also added and compared, and of whatever is only moved; the
/// more often, the likelier.
extern const std::vector<ElementType> numbers;
extern const std::vector<ElementType> narrow_numbers;  ///< of operators without a 16-bit form
extern const std::vector<ElementType> arithmetic;
extern const std::vector<ElementType> all_types;

Extent2 extent(Random& random, std::int32_t max);
/// Of tensors without a scale, such as casts give, 1.
double scale_of(const Tensor& tensor);
/// A scale not much finer than the largest of the operands', sometimes much coarser.
Quantization coarser(Sketch& s, ElementType type, double scale);
/// `shape` with some extents 1 and perhaps without its outermost dimensions.
Shape repeated(Random& random, Shape shape);
struct Pair {
  TensorId a, b;
};
/// Operands of one type that broadcast; either may be the larger one, now and then they are the
/// same. Narrow integers without a scale meet their like.
Pair pair(Sketch& s, const std::vector<ElementType>& types, bool same_quantization);
/// For a sum of products: f32, s64, or else s32.
TensorId bias_of(Sketch& s, ElementType type, std::int32_t channels);
/// The tensor, brought to [-1, 1] if it is a computed one of any size.
TensorId bounded(Sketch& s, TensorId x);

}  // namespace smelt::test
