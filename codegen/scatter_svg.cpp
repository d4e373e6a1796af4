// SPDX-License-Identifier: Apache-2.0
#include "codegen/scatter_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "codegen/cpp_writer.h"
#include "codegen/svg.h"

namespace smelt {
namespace {

constexpr std::string_view style =
    "text { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 10px; "
    "fill: #1f2733; }\n"
    ".paper { fill: #ffffff; }\n"
    ".plot { fill: #f7f8fa; stroke: #c3c9d2; }\n"
    ".grid { stroke: #e3e6eb; }\n"
    ".title { font-size: 16px; font-weight: bold; }\n"
    ".about { fill: #5a6472; }\n"
    ".middle { text-anchor: middle; }\n"
    ".right { text-anchor: end; }\n"
    ".label { pointer-events: none; }\n"
    ".reference { stroke: #5a6472; stroke-dasharray: 6 4; }\n"
    ".front { stroke: #5a6472; stroke-width: 1.5; }\n"
    ".point { fill-opacity: 0.45; }\n"
    ".point.best { fill-opacity: 1; stroke: #1f2733; }\n"
    ".point.below { fill-opacity: 0; stroke-width: 1.5; }\n"
    // Okabe and Ito's colours, which the colour-blind can tell apart.
    ".s0 { fill: #0072b2; stroke: #0072b2; }\n"
    ".s1 { fill: #e69f00; stroke: #e69f00; }\n"
    ".s2 { fill: #009e73; stroke: #009e73; }\n"
    ".s3 { fill: #cc79a7; stroke: #cc79a7; }\n"
    ".s4 { fill: #d55e00; stroke: #d55e00; }\n"
    ".s5 { fill: #56b4e9; stroke: #56b4e9; }\n"
    ".s6 { fill: #8c8c8c; stroke: #8c8c8c; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "text { fill: #dfe4ea; }\n"
    ".paper { fill: #14181d; }\n"
    ".plot { fill: #1b2027; stroke: #48505b; }\n"
    ".grid { stroke: #2c333c; }\n"
    ".about { fill: #a0a9b5; }\n"
    ".reference, .front { stroke: #a0a9b5; }\n"
    ".point.best { stroke: #ffffff; }\n"
    "}\n";
constexpr std::size_t colours = 7;

// Pixels.
constexpr double width = 820, height = 540, radius = 4.5, label_gap = 4;
constexpr Rect plot{72, 104, 800, 488};

bool overlap(const Rect& a, const Rect& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

bool inside(const Rect& inner, const Rect& outer) {
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top &&
         inner.bottom <= outer.bottom;
}

Rect around(double x, double y) {
  return {x - radius, y - radius, x + radius, y + radius};
}

/// 1, 2 or 5 times a power of ten, about `count` of which make `span`.
double nice_step(double span, double count) {
  const double power = std::pow(10, std::floor(std::log10(span / count)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (power * factor * count >= span) return power * factor;
  return 10 * power;
}

/// The same, of those between `least` and `most`, for a logarithmic axis.
std::vector<double> logarithmic_ticks(double least, double most) {
  std::vector<double> ticks;
  for (double power = std::pow(10, std::floor(std::log10(least))); power <= most; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0})
      if (power * factor >= least && power * factor <= most) ticks.push_back(power * factor);
  return ticks;
}

class Picture {
 public:
  explicit Picture(const Scatter& scatter) : scatter_(scatter), out_(width, height, style) {
    const auto [left, right] =
        std::minmax_element(scatter.points.begin(), scatter.points.end(),
                            [](const auto& a, const auto& b) { return a.x < b.x; });
    least_x_ = left->x / 1.25;
    most_x_ = right->x * 1.25;
    double least = scatter.reference.value_or(scatter.points[0].y), most = least;
    for (const ScatterPoint& point : scatter.points) {
      least = std::min(least, point.y);
      most = std::max(most, point.y);
    }
    least = std::max(least, scatter.y_least);
    const double margin = std::max({(most - least) * 0.08, std::abs(most) * 1e-4, 1e-9});
    least_y_ = least - margin;
    most_y_ = most + margin;
  }

  std::string text() {
    out_.rect("paper", {0, 0, width, height});
    out_.text("title", 20, 30, scatter_.title).text("about", 20, 48, scatter_.about);
    legend();
    axes();
    reference();
    front();
    for (const ScatterPoint& point : scatter_.points) draw(point);
    for (const ScatterPoint& point : scatter_.points)
      if (point.front && !below(point)) label(point);
    return out_.finish();
  }

 private:
  double x(double value) const {
    const double whole = std::log(most_x_ / least_x_);
    return plot.left + plot.width() * std::log(value / least_x_) / whole;
  }
  double y(double value) const {
    return plot.bottom - plot.height() * (value - least_y_) / (most_y_ - least_y_);
  }
  bool below(const ScatterPoint& point) const { return point.y < least_y_; }
  double y(const ScatterPoint& point) const { return below(point) ? plot.bottom : y(point.y); }

  void legend() {
    double at = 20;
    const auto entry = [&](const std::string& type, const std::string& name) {
      out_.circle(type, at + 6, 74, radius).text("", at + 16, 77, name);
      at += 40 + SvgWriter::letter * static_cast<double>(name.size());
    };
    for (std::size_t i = 0; i < scatter_.series.size(); ++i)
      entry(fmt::format("point best s{}", i % colours), scatter_.series[i]);
    if (std::any_of(scatter_.points.begin(), scatter_.points.end(),
                    [&](const ScatterPoint& point) { return below(point); }))
      entry("point below s6", "worse than drawn");
    out_.line_to("front", at, 74, at + 16, 74).text("", at + 22, 77, "the best to be had");
  }

  void axes() {
    out_.rect("plot", plot);
    for (const double value : logarithmic_ticks(least_x_, most_x_)) {
      out_.line_to("grid", x(value), plot.top, x(value), plot.bottom);
      out_.text("middle", x(value), plot.bottom + 16, with_commas(std::llround(value)));
    }
    const double scale = scatter_.y_scale;
    const double step = nice_step((most_y_ - least_y_) * scale, 8);
    const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
    for (double i = std::ceil(least_y_ * scale / step); i * step <= most_y_ * scale; ++i) {
      const double at = y(i * step / scale);
      out_.line_to("grid", plot.left, at, plot.right, at);
      out_.text("right", plot.left - 6, at + 3, fmt::format("{:.{}f}", i * step, decimals));
    }
    out_.text("about middle", (plot.left + plot.right) / 2, plot.bottom + 36, scatter_.x_title);
    out_.text("about middle", 24, (plot.top + plot.bottom) / 2, scatter_.y_title, -90);
  }

  void reference() {
    if (!scatter_.reference) return;
    const double at = y(*scatter_.reference);
    out_.line_to("reference", plot.left, at, plot.right, at);
    out_.text("about", plot.left + 6, at - 4, scatter_.reference_title);
    taken_.push_back({plot.left, at - 1, plot.right, at + 1});
    taken_.push_back(
        {plot.left, at - SvgWriter::line,
         plot.left + 12 + SvgWriter::letter * static_cast<double>(scatter_.reference_title.size()),
         at});
  }

  /// Steps: what costs more than a point is worth at least as much.
  void front() {
    std::vector<ScatterPoint> points;
    for (const ScatterPoint& point : scatter_.points)
      if (point.front) points.push_back(point);
    std::sort(points.begin(), points.end(),
              [](const ScatterPoint& a, const ScatterPoint& b) { return a.x < b.x; });
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      const double from = y(points[i]), to = y(points[i + 1]), turn = x(points[i + 1].x);
      out_.line_to("front", x(points[i].x), from, turn, from);
      out_.line_to("front", turn, from, turn, to);
    }
  }

  void draw(const ScatterPoint& point) {
    out_.open("case", "", point.title);
    out_.circle(fmt::format("point{}{} s{}", point.front ? " best" : "",
                            below(point) ? " below" : "", point.series % colours),
                x(point.x), y(point), radius);
    out_.close();
    taken_.push_back(around(x(point.x), y(point)));
  }

  /// Where nothing else is, or not at all: its title says the same.
  void label(const ScatterPoint& point) {
    const double length = SvgWriter::letter * static_cast<double>(point.label.size());
    const double left = x(point.x) - length - radius - label_gap;
    const double right = x(point.x) + radius + label_gap, middle = x(point.x) - length / 2;
    const double above = y(point) - radius - label_gap, under = y(point) + radius + SvgWriter::line;
    const std::array<std::pair<double, double>, 7> places = {{{left, above},
                                                              {middle, above},
                                                              {left, y(point) + 3},
                                                              {right, under},
                                                              {middle, under},
                                                              {right, above},
                                                              {right, y(point) + 3}}};
    for (const auto& [at, base] : places) {
      const Rect box{at, base - SvgWriter::line + 3, at + length, base + 2};
      const auto hides = [&](const Rect& other) { return overlap(box, other); };
      if (!inside(box, plot) || std::any_of(taken_.begin(), taken_.end(), hides)) continue;
      out_.text("label", at, base, point.label);
      taken_.push_back(box);
      return;
    }
  }

  const Scatter& scatter_;
  SvgWriter out_;
  double least_x_ = 0, most_x_ = 0, least_y_ = 0, most_y_ = 0;
  std::vector<Rect> taken_;
};

}  // namespace

std::string scatter_svg(const Scatter& scatter) {
  return Picture(scatter).text();
}

}  // namespace smelt
