// SPDX-License-Identifier: Apache-2.0
//
// What all operators of the oracle need to find their way in a tensor: checked access, shapes,
// coordinates, ranges, quantization, activation clamps (the arithmetic notes, 5.3).
#pragma once

#include <cstdint>
#include <vector>

#include "oracle.h"

namespace oracle {

using Index = std::int64_t;

/// Throws std::invalid_argument with `what` unless `condition` holds.
void require(bool condition, const char* what);

/// v[i], bounds checked.
template <typename T>
T& at(std::vector<T>& v, Index i) {
  return v.at(static_cast<std::size_t>(i));
}
template <typename T>
const T& at(const std::vector<T>& v, Index i) {
  return v.at(static_cast<std::size_t>(i));
}
template <typename T>
Index length(const std::vector<T>& v) {
  return static_cast<Index>(v.size());
}

struct Range {
  Index lowest = 0;
  Index highest = 0;
};

bool is_float(const Tensor& tensor);
Range range_of(Type type);
/// The low bits of `value`, as a number of that type.
Index wrapped(Index value, Type type);
Index clamp(Index value, Range range);
/// What is left of a number in an s32 or s64, which have no scales.
Index wrapped_to(Type type, std::uint64_t value);

Index count(const std::vector<int>& shape);
/// -1 is the last dimension, and so on.
int resolved_axis(int axis, const Tensor& tensor);
/// The product of the dimensions after `axis`: the distance between neighbours along it.
Index stride_of(int axis, const std::vector<int>& shape);

std::vector<Index> coordinates_of(Index offset, const std::vector<int>& shape);
Index offset_of(const std::vector<Index>& coordinates, const std::vector<int>& shape);
/// As offset_of, for a tensor that is broadcast: dimensions are aligned at the end, and a
/// dimension of 1 is read again and again.
Index broadcast_offset(const std::vector<Index>& coordinates, const std::vector<int>& shape);

/// Calls compute(offset in a, offset in b, offset in the output) for every output element.
template <typename Compute>
void for_every_pair(const Tensor& a, const Tensor& b, const Tensor& output, Compute compute) {
  for (Index i = 0; i < count(output.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, output.shape);
    compute(broadcast_offset(place, a.shape), broadcast_offset(place, b.shape), i);
  }
}

/// The tensor described by `like`, filled with (raw) zeros.
Tensor blank(const Tensor& like);
void copy_element(const Tensor& from, Index from_offset, Tensor& to, Index to_offset);

float scale_of(const Tensor& tensor);
Index zero_point_of(const Tensor& tensor);
/// Scale and zero point of the slice that element `offset` belongs to.
float scale_at(const Tensor& tensor, Index offset);
Index zero_point_at(const Tensor& tensor, Index offset);

/// z + R(float(v / s)) in float32, the `quant` of 5.3.
Index quantized(float value, const Tensor& parameters);
/// The integers that a fused activation lets through.
Range activation_range(Activation activation, const Tensor& parameters);
float activate(float value, Activation activation);

}  // namespace oracle
