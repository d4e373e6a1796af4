// SPDX-License-Identifier: Apache-2.0
//
// How far the elements of a layer are from what they should be, in numbers that can be summed up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/types.h"

namespace smelt::tools {

/// What errors are counted in.
enum class ErrorUnit : std::uint8_t {
  steps,     ///< of integers; of a quantized layer, its scale
  relative,  ///< to the layer's largest absolute expected value
};

/// The errors of one layer over any number of cases.
struct LayerErrors {
  static constexpr std::size_t bins = 8;
  using Number = std::variant<std::int64_t, float>;

  /// An element that differs.
  struct Difference {
    std::size_t run = 0;  ///< number of the case
    std::size_t element = 0;
    Number expected, got;
  };

  ErrorUnit unit = ErrorUnit::steps;
  /// The first whose error is not in the bins that are good.
  std::optional<Difference> first;
  double largest = 0;  ///< infinite where one of two is not a number
  std::array<std::int64_t, bins> histogram{};
  std::int64_t elements = 0, different = 0;
};

/// The largest error that a bin counts, in units. Of steps half a one, 1, 2, 4 ... 32; relative
/// ones 1e-7, 1e-6 ... 0.1. The last bin has no end.
double end_of_bin(ErrorUnit unit, std::size_t bin);

/// Errors up to that are good: half a step, or 1e-5 of the largest.
double good_error(ErrorUnit unit);

/// Adds the elements of case number `run`: values of the same type and size.
void add_errors(LayerErrors& errors, std::size_t run, ElementType type, const Bytes& expected,
                const Bytes& got);

/// Likewise real numbers, whose errors are in steps of `scale`.
void add_errors(LayerErrors& errors, std::size_t run, float scale, std::span<const float> expected,
                std::span<const float> got);

}  // namespace smelt::tools
