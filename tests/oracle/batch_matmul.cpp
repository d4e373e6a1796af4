// SPDX-License-Identifier: Apache-2.0
//
// Products of matrices as numpy's matmul defines them: each output element is a sum over one row
// of a and one column of b, which are looked up by their coordinates.
#include <utility>

#include "tensor.h"

namespace oracle {
namespace {

/// The element at `place`, whose last two coordinates are exchanged if the operand is transposed;
/// dimensions in front are broadcast.
double element(const Tensor& tensor, std::vector<Index> place, bool transposed) {
  if (transposed) std::swap(at(place, length(place) - 1), at(place, length(place) - 2));
  return double{at(tensor.f, broadcast_offset(place, tensor.shape))};
}

}  // namespace

Tensor batch_matmul(const Tensor& a, const Tensor& b, const BatchMatmulOptions& options,
                    const Tensor& like) {
  const Index rank = length(a.shape);
  const Index inner = at(a.shape, options.transpose_a ? rank - 2 : rank - 1);
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, like.shape);
    double sum = 0.0;
    for (Index k = 0; k < inner; ++k) {
      std::vector<Index> in_a = place, in_b = place;
      at(in_a, length(place) - 1) = k;
      at(in_b, length(place) - 2) = k;
      sum += element(a, in_a, options.transpose_a) * element(b, in_b, options.transpose_b);
    }
    at(output.f, i) = static_cast<float>(sum);
  }
  return output;
}

}  // namespace oracle
