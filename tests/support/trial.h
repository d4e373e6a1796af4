// SPDX-License-Identifier: Apache-2.0
//
// Property tests: random shapes, quantizations and operands for small graphs.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"
#include "tests/support/oracle_tensor.h"

namespace smelt::test {

/// Draws that are the same in every run of the tests.
class Random {
 public:
  explicit Random(std::uint32_t seed) : generator_(seed) {}

  std::int32_t integer(std::int32_t min, std::int32_t max);
  float real(float min, float max);
  bool coin() { return integer(0, 1) == 1; }
  template <typename T>
  const T& of(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(
        integer(0, static_cast<std::int32_t>(choices.size()) - 1))];
  }
  Shape shape(std::size_t rank, std::int32_t max_extent);
  /// A scale in [min, max], log-uniform, and any zero point of the type; for s16 it is 0. None for
  /// other types than s8, u8 and s16.
  Quantization quantization(ElementType type, float min, float max);
  /// Elements of any value; extremes are frequent. Floats lie in [-10, 10].
  Bytes elements(ElementType type, std::int64_t count);

 private:
  std::mt19937 generator_;
};

}  // namespace smelt::test
