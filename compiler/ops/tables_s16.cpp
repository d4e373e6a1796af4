// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/tables_s16.h"

#include <algorithm>
#include <cmath>

namespace smelt {
namespace {

constexpr int steps = 512;

/// What a scale and a zero point make of all 16-bit numbers, in float as the reference has it.
constexpr RealRange real_range(float scale, float zero_point) {
  return {scale * (-32768 - zero_point), scale * (32767 - zero_point)};
}

std::int16_t saturated(float value) {
  return static_cast<std::int16_t>(std::clamp(value, -32768.0F, 32767.0F));
}

constexpr RealRange output_range = real_range(2.0F / 65535, 0);

}  // namespace

std::vector<std::int16_t> table_s16(float (*function)(float), RealRange arguments,
                                    RealRange results) {
  const float step = (arguments.last - arguments.first) / steps;
  const float unit = 65536 / (results.last - results.first);
  std::vector<std::int16_t> table;
  for (int i = 0; i < steps; ++i) {
    const float at = arguments.first + static_cast<float>(i) * step;
    const float next = arguments.first + static_cast<float>(i + 1) * step;
    const float value = std::round(function(at) * unit);
    const float between = std::round((function(next) * unit + value) / 2);
    const float middle = std::round(function(at + step / 2) * unit);
    table.push_back(saturated(value - std::round((between - middle) / 2)));
  }
  table.push_back(saturated(std::round(function(arguments.last) * unit)));
  return table;
}

std::vector<std::int16_t> exponential_table_s16() {
  return table_s16([](float x) { return std::exp(x); }, real_range(10.0F / 65535, 32767),
                   output_range);
}

std::vector<std::int16_t> reciprocal_table_s16() {
  return table_s16([](float x) { return 1 / (1 + x); }, real_range(1.0F / 65535, -32768),
                   output_range);
}

}  // namespace smelt
