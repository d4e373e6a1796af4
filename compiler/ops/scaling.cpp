// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/scaling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace smelt {
namespace {

bool nearly_equal(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) {
    return std::abs(x - y) <= 1e-6F * std::max(std::abs(x), std::abs(y));
  });
}

}  // namespace

double scale_of(const Tensor& tensor) {
  return tensor.quantization.scale();
}

std::int64_t largest_offset(const Tensor& tensor) {
  const IntegerRange range = range_of(tensor.type);
  const std::int64_t zero = tensor.quantization.zero_point();
  return std::max(range.max - zero, zero - range.min);
}

bool check_scaling(const NodeView& view, double real, std::int64_t largest,
                   Diagnostics& diagnostics) {
  // Half of 32 bits leaves room for the zero point.
  constexpr std::int64_t limit = std::int64_t{1} << 30;
  if (std::isfinite(real)) {
    const int left = std::max(0, quantize_multiplier(real).shift);
    if (left <= 30 && largest << left <= limit) return true;
  }
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("the scales need a multiplier of {:g}, which overflows 32 bits", real))
      .note("give the output a larger scale");
  return false;
}

bool same_quantization(const Tensor& a, const Tensor& b) {
  return a.quantization.zero_points == b.quantization.zero_points &&
         nearly_equal(a.quantization.scales, b.quantization.scales);
}

bool check_same_quantization(const NodeView& view, const Tensor& tensor, std::string_view role,
                             Diagnostics& diagnostics) {
  if (same_quantization(tensor, view.output())) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("{} \"{}\" is not quantized as the output is", role, tensor.name))
      .note("give both the same scale and zero point, or insert a QUANTIZE");
  return false;
}

Field scaling_field(std::string_view name, double real) {
  const Multiplier scale = quantize_multiplier(real);
  return labelled_field(
      name, {{"multiplier", std::int64_t{scale.multiplier}}, {"shift", std::int64_t{scale.shift}}});
}

Field output_range_field(const Tensor& output, IntegerRange range) {
  return labelled_field("output", {{"zero point", std::int64_t{output.quantization.zero_point()}},
                                   {"min", std::int64_t{range.min}},
                                   {"max", std::int64_t{range.max}}});
}

}  // namespace smelt
