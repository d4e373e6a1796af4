// SPDX-License-Identifier: Apache-2.0
//
// Drawings: elements, and text that fits into boxes. A drawing is a file, or part of a page.
#pragma once

#include <string>
#include <string_view>

namespace smelt {

/// In pixels, y downwards.
struct Rect {
  double left = 0, top = 0, right = 0, bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// Of a rectangle without another, the side that holds the longest label.
Rect without(const Rect& rect, const Rect& obstacle);
/// Of two rectangles, the one that holds the longer label.
Rect roomier(const Rect& a, const Rect& b);
/// Whether a name and what it is shortened to can be told apart there.
bool has_room(const Rect& rect);

/// A drawing within a page, beside others.
struct SvgPart {
  std::string scope;  ///< the drawing's class, which its rules are limited to; begins its ids
  std::string label;  ///< what it shows, for those who cannot see it
};

/// "12.5", "12"
std::string svg_number(double value);

class SvgWriter {
 public:
  static constexpr double letter = 6.02, line = 12;  ///< of the 10 px fixed-width font

  /// `style` is CSS, a rule in each line.
  SvgWriter(double width, double height, std::string_view style);
  /// Likewise, as part of a page.
  SvgWriter(double width, double height, std::string_view style, const SvgPart& part);

  /// What lies between open() and close() is one thing, which `title` describes; empty: nothing to
  /// say. `layer` is an identifier: all that has the same belongs together.
  SvgWriter& open(std::string_view type, std::string_view id, std::string_view title,
                  std::string_view layer = {});
  SvgWriter& close();
  SvgWriter& rect(std::string_view type, const Rect& rect);
  SvgWriter& line_to(std::string_view type, double x1, double y1, double x2, double y2);
  /// The half of a rectangle to the upper left.
  SvgWriter& triangle(std::string_view type, const Rect& rect);
  /// `path` is as the format has it: "M0 0L10 10".
  SvgWriter& path(std::string_view type, std::string_view path);
  SvgWriter& circle(std::string_view type, double x, double y, double radius);
  /// `angle` in degrees, clockwise, around the point.
  SvgWriter& text(std::string_view type, double x, double y, std::string_view text,
                  double angle = 0);
  /// In the middle of a rectangle, upright if that leaves more room: both, in two lines or one, or
  /// what there is room for.
  SvgWriter& label(const Rect& room, std::string_view name, std::string_view figure);
  /// Something of the format itself.
  SvgWriter& raw(std::string_view text);

  std::string finish();

 private:
  std::string text_, id_prefix_;
};

}  // namespace smelt
