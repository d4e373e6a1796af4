// SPDX-License-Identifier: Apache-2.0
#include "codegen/svg.h"

#include <catch2/catch.hpp>

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
