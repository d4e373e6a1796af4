// SPDX-License-Identifier: Apache-2.0
#include "tools/page/histogram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace smelt::tools {
namespace {

constexpr std::size_t most_bins = 256, float_bins = 128;

// Pixels.
constexpr double plot_width = 256, plot_height = 64, margin = 8, axis_height = 18;

template <typename Value>
void fill(Histogram& histogram, const std::vector<Value>& values) {
  const double scale =
      static_cast<double>(histogram.bins.size()) / (histogram.high - histogram.low);
  bool any = false;
  for (const Value each : values) {
    const auto value = static_cast<double>(each);
    if (!std::isfinite(value)) {
      ++histogram.not_finite;
      continue;
    }
    histogram.smallest = any ? std::min(histogram.smallest, value) : value;
    histogram.largest = any ? std::max(histogram.largest, value) : value;
    any = true;
    if (value == 0) ++histogram.zeros;
    const auto bin = static_cast<std::size_t>((value - histogram.low) * scale);
    ++histogram.bins[std::min(bin, histogram.bins.size() - 1)];
  }
  histogram.count = static_cast<std::int64_t>(values.size());
}

Histogram of_floats(const std::vector<float>& values) {
  double largest = 0;
  for (const float value : values)
    if (std::isfinite(value)) largest = std::max(largest, std::abs(static_cast<double>(value)));
  if (largest == 0) largest = 1;
  Histogram histogram{.bins = std::vector<std::int64_t>(float_bins),
                      .low = -largest,
                      .high = largest,
                      .last = largest};
  fill(histogram, values);
  return histogram;
}

Histogram of_integers(const Tensor& tensor) {
  const IntegerRange range = range_of(tensor.type);
  const auto codes = static_cast<std::size_t>(range.max - range.min) + 1;
  Histogram histogram{.bins = std::vector<std::int64_t>(std::min(codes, most_bins)),
                      .low = static_cast<double>(range.min),
                      .high = static_cast<double>(range.max) + 1,
                      .last = static_cast<double>(range.max)};
  fill(histogram, integers(tensor));
  return histogram;
}

/// The outline of all bars: equal neighbours are one.
std::string outline(const Histogram& histogram) {
  const double most =
      static_cast<double>(*std::max_element(histogram.bins.begin(), histogram.bins.end()));
  const double width = plot_width / static_cast<double>(histogram.bins.size());
  const auto height = [&](std::size_t i) {
    const double share = static_cast<double>(histogram.bins[i]) / std::max(most, 1.0);
    return std::round(10 * plot_height * (1 - std::sqrt(share))) / 10;
  };
  std::string path = fmt::format("M0 {}", svg_number(plot_height));
  double last = plot_height;
  for (std::size_t i = 0; i < histogram.bins.size(); ++i) {
    const double next = height(i);
    if (next == last) continue;
    path += fmt::format("H{}V{}", svg_number(width * static_cast<double>(i)), svg_number(next));
    last = next;
  }
  return path + fmt::format("H{}V{}Z", svg_number(plot_width), svg_number(plot_height));
}

}  // namespace

Histogram histogram_of(const Tensor& tensor) {
  return tensor.type == ElementType::f32 ? of_floats(elements<float>(tensor)) : of_integers(tensor);
}

std::string histogram_svg(const Histogram& histogram, const SvgPart& part) {
  SvgWriter out(plot_width + 2 * margin, plot_height + axis_height + margin, "", part);
  out.raw(fmt::format("<g transform=\"translate({0} {0})\">", svg_number(margin)));
  const double zero = plot_width * -histogram.low / (histogram.high - histogram.low);
  out.line_to("zero", zero, 0, zero, plot_height);
  out.path("bars", outline(histogram));
  out.line_to("axis", 0, plot_height, plot_width, plot_height);
  const double base = plot_height + 13;
  out.text("left", 0, base, fmt::format("{:.4g}", histogram.low));
  if (histogram.low < 0) out.text("middle", zero, base, "0");
  out.text("right", plot_width, base, fmt::format("{:.4g}", histogram.last));
  return out.raw("</g>").finish();
}

}  // namespace smelt::tools
