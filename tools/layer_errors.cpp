// SPDX-License-Identifier: Apache-2.0
#include "tools/layer_errors.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "compiler/graph/graph.h"
#include "compiler/quantize/values.h"

namespace smelt::tools {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// What a bin counts at most; the last, all that is left.
constexpr std::array<double, LayerErrors::bins> ends_in_steps = {0.5, 1, 2, 4, 8, 16, 32, infinite};
constexpr std::array<double, LayerErrors::bins> relative_ends = {1e-7, 1e-6, 1e-5, 1e-4,
                                                                 1e-3, 1e-2, 1e-1, infinite};

std::size_t bin_of(ErrorUnit unit, double error) {
  std::size_t bin = 0;
  while (error > end_of_bin(unit, bin)) ++bin;
  return bin;
}

void add(LayerErrors& errors, const LayerErrors::Difference& element, double error) {
  ++errors.elements;
  ++errors.histogram[bin_of(errors.unit, error)];
  errors.largest = std::max(errors.largest, error);
  if (error <= good_error(errors.unit)) return;
  ++errors.different;
  if (!errors.first) errors.first = element;
}

double distance(float expected, float got) {
  if (expected == got || (std::isnan(expected) && std::isnan(got))) return 0;
  const double error = std::abs(static_cast<double>(expected) - static_cast<double>(got));
  return std::isnan(error) ? infinite : error;
}

/// Exact as far as a double is: two int64 may be farther apart than one holds.
double distance(std::int64_t expected, std::int64_t got) {
  const auto a = static_cast<std::uint64_t>(expected), b = static_cast<std::uint64_t>(got);
  return static_cast<double>(expected < got ? b - a : a - b);
}

double largest_of(std::span<const float> values) {
  double largest = 0;
  for (const float value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

std::vector<std::int64_t> integers_of(ElementType type, const Bytes& bytes) {
  return integers({.type = type, .data = bytes});
}

/// Divides by a unit; what is equal is equal in any.
double in_units(double error, double unit) {
  return error == 0 ? 0 : error / unit;
}

}  // namespace

double end_of_bin(ErrorUnit unit, std::size_t bin) {
  return unit == ErrorUnit::steps ? ends_in_steps[bin] : relative_ends[bin];
}

double good_error(ErrorUnit unit) {
  return unit == ErrorUnit::steps ? 0.5 : 1e-5;
}

void add_errors(LayerErrors& errors, std::size_t run, ElementType type, const Bytes& expected,
                const Bytes& got) {
  assert(expected.size() == got.size());
  if (type == ElementType::f32) {
    errors.unit = ErrorUnit::relative;
    const std::span<const float> a = floats(expected), b = floats(got);
    const double largest = largest_of(a);
    for (std::size_t i = 0; i < a.size(); ++i)
      add(errors, {run, i, a[i], b[i]}, in_units(distance(a[i], b[i]), largest));
    return;
  }
  errors.unit = ErrorUnit::steps;
  const std::vector<std::int64_t> a = integers_of(type, expected), b = integers_of(type, got);
  for (std::size_t i = 0; i < a.size(); ++i)
    add(errors, {run, i, a[i], b[i]}, distance(a[i], b[i]));
}

void add_errors(LayerErrors& errors, std::size_t run, float scale, std::span<const float> expected,
                std::span<const float> got) {
  assert(expected.size() == got.size());
  errors.unit = ErrorUnit::steps;
  for (std::size_t i = 0; i < expected.size(); ++i)
    add(errors, {run, i, expected[i], got[i]},
        in_units(distance(expected[i], got[i]), static_cast<double>(scale)));
}

}  // namespace smelt::tools
