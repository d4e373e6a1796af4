// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <catch2/catch.hpp>

#include "codegen/scatter_svg.h"

using namespace smelt;

namespace {

/// What a label becomes in a rectangle of that size.
std::string labelled(double width, double height) {
  SvgWriter writer(100, 100, "");
  writer.label({0, 0, width, height}, "pointwise_1_out", "384 B");
  return writer.finish();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("text and titles are escaped") {
  SvgWriter writer(10, 10, "");
  writer.open("buffer", "\"id\"", "a < b & c").text("label", 1, 2, "<script>").close();
  CHECK(writer.finish() ==
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\" "
        "viewBox=\"0 0 10 10\">\n<style>\n</style>\n"
        "<g class=\"buffer\" id=\"&quot;id&quot;\">\n<title>a &lt; b &amp; c</title>\n"
        "<text class=\"label\" x=\"1\" y=\"2\">&lt;script&gt;</text>\n</g>\n</svg>\n");
}

TEST_CASE("a label takes what room there is") {
  CHECK(has(labelled(120, 30), ">pointwise_1_out<"));
  CHECK(has(labelled(120, 30), ">384 B<"));
  CHECK(has(labelled(160, 14), ">pointwise_1_out  384 B<"));
  CHECK(has(labelled(80, 14), ">po..se_1_out<"));
  CHECK(has(labelled(14, 160), "rotate(-90"));
  CHECK(has(labelled(50, 14), ">384 B<"));
  CHECK_FALSE(has(labelled(50, 14), "out"));
  CHECK_FALSE(has(labelled(160, 8), "<text"));
}

TEST_CASE("what is left of a rectangle without another") {
  const Rect left = without({0, 0, 300, 20}, {200, 0, 300, 20});
  CHECK(left.left == 0);
  CHECK(left.right == 200);
  const Rect apart = without({0, 0, 300, 20}, {300, 0, 400, 20});
  CHECK(apart.width() == 300);
  CHECK(without({0, 0, 100, 20}, {0, 0, 100, 20}).width() *
            without({0, 0, 100, 20}, {0, 0, 100, 20}).height() ==
        0);
}

namespace {

Scatter two_points() {
  return {.title = "net <1>",
          .x_title = "bytes",
          .y_title = "accuracy, %",
          .y_scale = 100,
          .y_least = 0.8,
          .reference = 0.95,
          .reference_title = "float model",
          .series = {"8 bits", "2 bits"},
          .points = {{1000, 0.9, 0, "whole", "all & more", true}, {200, 0.3, 1, "", "", false}}};
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t result = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

}  // namespace

TEST_CASE("points are drawn with what they are, and what is too bad at the edge") {
  const std::string drawn = scatter_svg(two_points());
  CHECK(has(drawn, ">net &lt;1&gt;<"));
  CHECK(has(drawn, "<title>all &amp; more</title>"));
  CHECK(has(drawn, ">whole<"));
  CHECK(has(drawn, "point best s0"));
  CHECK(has(drawn, "point below s1"));
  CHECK(has(drawn, ">worse than drawn<"));
  CHECK(has(drawn, ">500<"));
  CHECK(has(drawn, ">90<"));
  CHECK_FALSE(has(drawn, "nan"));
}

TEST_CASE("labels of points give way to each other") {
  Scatter scatter = two_points();
  scatter.points.assign(20, scatter.points[0]);
  CHECK(count(scatter_svg(scatter), ">whole<") < 10);
  // One point alone has no extent.
  scatter.points.resize(1);
  scatter.reference.reset();
  CHECK(count(scatter_svg(scatter), ">whole<") == 1);
  CHECK_FALSE(has(scatter_svg(scatter), "nan"));
}
