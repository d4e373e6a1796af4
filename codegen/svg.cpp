// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codegen/names.h"
#include "codegen/xml.h"

namespace smelt {
namespace {

/// Pixels between a label and its box.
constexpr double margin = 3;
/// A name that is cut shorter says nothing.
constexpr std::size_t least_letters = 10;

/// How many letters a length takes.
std::size_t letters(double length) {
  return static_cast<std::size_t>(std::max(0.0, (length - 2 * margin) / SvgWriter::letter));
}

/// And how many a box that is as thick as a line.
std::size_t letters(double length, double thickness) {
  return thickness < SvgWriter::line ? 0 : letters(length);
}

/// Every rule of `style` for what is in elements of a class alone.
std::string scoped(std::string_view style, std::string_view scope) {
  std::string result;
  while (!style.empty()) {
    const std::string_view line = style.substr(0, style.find('\n') + 1);
    style.remove_prefix(line.size());
    std::string_view selectors = line.substr(0, line.find('{'));
    if (line.front() == '@' || selectors.size() == line.size()) selectors = {};
    for (std::string_view rest = selectors; !rest.empty();) {
      const std::string_view each = rest.substr(0, rest.find(", "));
      rest.remove_prefix(std::min(each.size() + 2, rest.size()));
      result += fmt::format(".{} {}{}", scope, each, rest.empty() ? "" : ", ");
    }
    result += line.substr(selectors.size());
  }
  return result;
}

std::size_t room_for_label(const Rect& rect) {
  return std::max(letters(rect.width(), rect.height()), letters(rect.height(), rect.width()));
}

}  // namespace

Rect without(const Rect& rect, const Rect& obstacle) {
  if (obstacle.left >= rect.right || obstacle.right <= rect.left || obstacle.top >= rect.bottom ||
      obstacle.bottom <= rect.top)
    return rect;
  std::array<Rect, 4> sides = {rect, rect, rect, rect};
  sides[0].right = std::max(rect.left, obstacle.left);
  sides[1].left = std::min(rect.right, obstacle.right);
  sides[2].bottom = std::max(rect.top, obstacle.top);
  sides[3].top = std::min(rect.bottom, obstacle.bottom);
  return *std::max_element(sides.begin(), sides.end(), [](const Rect& a, const Rect& b) {
    return room_for_label(a) < room_for_label(b);
  });
}

Rect roomier(const Rect& a, const Rect& b) {
  return room_for_label(a) < room_for_label(b) ? b : a;
}

bool has_room(const Rect& rect) {
  return room_for_label(rect) >= least_letters;
}

std::string svg_number(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

SvgWriter::SvgWriter(double width, double height, std::string_view style) {
  text_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
      "viewBox=\"0 0 {0} {1}\">\n<style>\n{2}</style>\n",
      svg_number(width), svg_number(height), style);
}

SvgWriter::SvgWriter(double width, double height, std::string_view style, const SvgPart& part)
    : id_prefix_(part.scope + "-") {
  text_ = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{3}\" role=\"img\" aria-label=\"{4}\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n{2}",
      svg_number(width), svg_number(height),
      style.empty() ? "" : "<style>\n" + scoped(style, part.scope) + "</style>\n", part.scope,
      xml_escaped(part.label));
}

SvgWriter& SvgWriter::open(std::string_view type, std::string_view id, std::string_view title,
                           std::string_view layer) {
  text_ += fmt::format("<g class=\"{}\"", xml_escaped(type));
  if (!id.empty()) text_ += fmt::format(" id=\"{}{}\"", id_prefix_, xml_escaped(id));
  if (!layer.empty()) text_ += fmt::format(" data-layer=\"{}\"", layer);
  text_ += ">\n";
  if (!title.empty()) text_ += fmt::format("<title>{}</title>\n", xml_escaped(title));
  return *this;
}

SvgWriter& SvgWriter::close() {
  return raw("</g>");
}

SvgWriter& SvgWriter::rect(std::string_view type, const Rect& rect) {
  return raw(fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                         xml_escaped(type), svg_number(rect.left), svg_number(rect.top),
                         svg_number(rect.width()), svg_number(rect.height())));
}

SvgWriter& SvgWriter::line_to(std::string_view type, double x1, double y1, double x2, double y2) {
  return raw(fmt::format("<line class=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
                         xml_escaped(type), svg_number(x1), svg_number(y1), svg_number(x2),
                         svg_number(y2)));
}

SvgWriter& SvgWriter::triangle(std::string_view type, const Rect& rect) {
  return raw(fmt::format("<polygon class=\"{}\" points=\"{},{} {},{} {},{}\"/>", xml_escaped(type),
                         svg_number(rect.left), svg_number(rect.bottom), svg_number(rect.left),
                         svg_number(rect.top), svg_number(rect.right), svg_number(rect.top)));
}

SvgWriter& SvgWriter::path(std::string_view type, std::string_view path) {
  return raw(fmt::format("<path class=\"{}\" d=\"{}\"/>", xml_escaped(type), path));
}

SvgWriter& SvgWriter::circle(std::string_view type, double x, double y, double radius) {
  return raw(fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"/>", xml_escaped(type),
                         svg_number(x), svg_number(y), svg_number(radius)));
}

SvgWriter& SvgWriter::text(std::string_view type, double x, double y, std::string_view text,
                           double angle) {
  const std::string turn = angle == 0
                               ? ""
                               : fmt::format(" transform=\"rotate({} {} {})\"", svg_number(angle),
                                             svg_number(x), svg_number(y));
  return raw(fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>", xml_escaped(type),
                         svg_number(x), svg_number(y), turn, xml_escaped(text)));
}

SvgWriter& SvgWriter::label(const Rect& room, std::string_view name, std::string_view figure) {
  const std::size_t across = letters(room.width(), room.height());
  const std::size_t upwards = letters(room.height(), room.width());
  const std::size_t least = std::min(name.size(), least_letters);
  const bool upright =
      across < name.size() && across < upwards && (across < least || upwards >= 2 * across);
  const std::size_t count = upright ? upwards : across;
  const double x = (room.left + room.right) / 2;
  const double y = (room.top + room.bottom) / 2;
  const auto put = [&](std::string_view text, double shift) {
    shift += 0.3 * line;  // from the middle of a line to its base
    this->text("label", upright ? x + shift : x, upright ? y : y + shift, text, upright ? -90 : 0);
  };
  const std::string both = fmt::format("{}  {}", name, figure);
  const bool two_lines = (upright ? room.width() : room.height()) >= 2 * line;
  if (count < least) {
    if (figure.size() <= count) put(figure, 0);
  } else if (two_lines && figure.size() <= count) {
    put(shortened(name, count), -line / 2);
    put(figure, line / 2);
  } else {
    put(both.size() <= count ? both : shortened(name, count), 0);
  }
  return *this;
}

SvgWriter& SvgWriter::raw(std::string_view text) {
  text_ += text;
  text_ += '\n';
  return *this;
}

std::string SvgWriter::finish() {
  return text_ + "</svg>\n";
}

}  // namespace smelt
