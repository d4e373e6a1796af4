// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/permutation.h"

#include <algorithm>
#include <cstring>

#include "compiler/ops/movement.h"

namespace smelt {

Untransposed untranspose_elementwise(const NodeView& view, const Permutation& p) {
  return {view.node.attributes, p};
}

bool is_identity(const Permutation& p) {
  return std::is_sorted(p.begin(), p.end());
}

Permutation inverse(const Permutation& p) {
  Permutation result(p.size());
  for (std::size_t i = 0; i < p.size(); ++i)
    result[static_cast<std::size_t>(p[i])] = static_cast<std::int32_t>(i);
  return result;
}

Permutation compose(const Permutation& first, const Permutation& second) {
  return permuted(first, second);
}

std::vector<std::int32_t> before(const Permutation& p, const std::vector<std::int32_t>& numbers) {
  return permuted(numbers, inverse(p));
}

Shape permuted(const Shape& shape, const Permutation& p) {
  Shape result;
  for (const std::int32_t from : p) result.push_back(shape[static_cast<std::size_t>(from)]);
  return result;
}

bool moves_nothing(const Shape& shape, const Permutation& p) {
  Permutation large;
  for (const std::int32_t from : p)
    if (shape[static_cast<std::size_t>(from)] != 1) large.push_back(from);
  return is_identity(large);
}

std::vector<std::uint8_t> permuted(const std::vector<std::uint8_t>& data, const Shape& shape,
                                   const Permutation& p, int width) {
  const std::vector<std::int64_t> strides = row_major_strides(shape);
  const Shape result_shape = permuted(shape, p);
  const auto bytes = static_cast<std::size_t>(width);
  std::vector<std::uint8_t> result(data.size());
  for (std::size_t i = 0; i < data.size() / bytes; ++i) {
    std::size_t rest = i, from = 0;
    for (std::size_t d = p.size(); d-- > 0;) {
      const auto extent = static_cast<std::size_t>(result_shape[d]);
      from += rest % extent * static_cast<std::size_t>(strides[static_cast<std::size_t>(p[d])]);
      rest /= extent;
    }
    std::memcpy(result.data() + i * bytes, data.data() + from * bytes, bytes);
  }
  return result;
}

}  // namespace smelt
