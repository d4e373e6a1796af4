// SPDX-License-Identifier: Apache-2.0
//
// Operators that move elements and compute nothing (the arithmetic notes, 5.6).
#include "tensor.h"

namespace oracle {
namespace {

/// Walks a box of `size` elements, in order: output element i comes from
/// begin + stride * (coordinates of i in the box).
Tensor taken(const Tensor& input, const StridedSliceOptions& options, const Tensor& like) {
  require(options.begin.size() == input.shape.size() &&
              options.stride.size() == input.shape.size() &&
              options.size.size() == input.shape.size(),
          "one begin, stride and size per dimension");
  require(count(options.size) == count(like.shape), "the output shape of the slice");
  Tensor output = blank(like);
  for (Index i = 0; i < count(options.size); ++i) {
    std::vector<Index> place = coordinates_of(i, options.size);
    for (Index d = 0; d < length(place); ++d) {
      at(place, d) = at(options.begin, d) + at(place, d) * at(options.stride, d);
    }
    copy_element(input, offset_of(place, input.shape), output, i);
  }
  return output;
}

/// Without a value, integers are padded with the output's zero point, if it has one.
void fill(const Tensor* value, Tensor& output) {
  for (Index i = 0; i < count(output.shape); ++i) {
    if (value != nullptr) {
      copy_element(*value, 0, output, i);
    } else if (output.type == Type::s8 || output.type == Type::u8) {
      at(output.q, i) = zero_point_at(output, i);
    }
  }
}

}  // namespace

Tensor pad(const Tensor& input, const PadOptions& options, const Tensor* value,
           const Tensor& like) {
  require(options.before.size() == input.shape.size() && like.shape.size() == input.shape.size(),
          "one padding per dimension");
  Tensor output = blank(like);
  fill(value, output);
  for (Index i = 0; i < count(input.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, input.shape);
    for (Index d = 0; d < length(place); ++d) at(place, d) += at(options.before, d);
    copy_element(input, i, output, offset_of(place, like.shape));
  }
  return output;
}

Tensor concatenation(const std::vector<const Tensor*>& inputs, const ConcatenationOptions& options,
                     const Tensor& like) {
  const int axis = resolved_axis(options.axis, like);
  Tensor output = blank(like);
  Index begin = 0;
  for (const Tensor* input : inputs) {
    for (Index i = 0; i < count(input->shape); ++i) {
      std::vector<Index> place = coordinates_of(i, input->shape);
      at(place, axis) += begin;
      copy_element(*input, i, output, offset_of(place, like.shape));
    }
    begin += at(input->shape, axis);
  }
  require(begin == at(like.shape, axis), "inputs that fill the output");
  return output;
}

Tensor reshape(const Tensor& input, const Tensor& like) {
  require(count(input.shape) == count(like.shape), "as many elements as the input");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) copy_element(input, i, output, i);
  return output;
}

Tensor transpose(const Tensor& input, const TransposeOptions& options, const Tensor& like) {
  require(options.permutation.size() == input.shape.size(), "one entry per dimension");
  Tensor output = blank(like);
  for (Index i = 0; i < count(input.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, input.shape);
    std::vector<Index> moved;
    for (const int d : options.permutation) moved.push_back(at(place, d));
    copy_element(input, i, output, offset_of(moved, like.shape));
  }
  return output;
}

Tensor slice(const Tensor& input, const SliceOptions& options, const Tensor& like) {
  const std::vector<int> ones(input.shape.size(), 1);
  return taken(input, {options.begin, ones, options.size}, like);
}

Tensor strided_slice(const Tensor& input, const StridedSliceOptions& options, const Tensor& like) {
  return taken(input, options, like);
}

}  // namespace oracle
