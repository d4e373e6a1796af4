// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "tools/page/histogram.h"
#include "tools/page/layered.h"

using namespace smelt;
using namespace smelt::tools;

namespace {

bool overlap(const Rect& a, const Rect& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/// Whether an upright line goes through a box.
bool crosses(const Layered::Point& from, const Layered::Point& to, const Rect& box) {
  return from.x > box.left && from.x < box.right && from.y < box.bottom && to.y > box.top;
}

void check(const Layered& drawn, const std::vector<LayeredEdge>& edges) {
  for (std::size_t i = 0; i < drawn.boxes.size(); ++i) {
    const Rect& box = drawn.boxes[i];
    CHECK((box.left >= -1e-6 && box.right <= drawn.width + 1e-6 && box.bottom <= drawn.height));
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(overlap(box, drawn.boxes[j]));
  }
  REQUIRE(drawn.edges.size() == edges.size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto& points = drawn.edges[i];
    const Rect &from = drawn.boxes[edges[i].from], &to = drawn.boxes[edges[i].to];
    CHECK(points.front().y == from.bottom);
    CHECK(points.back().y == to.top);
    CHECK(points.front().x == Approx((from.left + from.right) / 2));
    CHECK(points.back().x == Approx((to.left + to.right) / 2));
    for (std::size_t k = 1; k + 1 < points.size(); k += 2) {
      CHECK(points[k].x == points[k + 1].x);
      for (const Rect& box : drawn.boxes) CHECK_FALSE(crosses(points[k], points[k + 1], box));
    }
  }
}

}  // namespace

TEST_CASE("a chain is drawn straight down, and what it skips beside it") {
  const std::vector<LayeredEdge> edges = {{0, 1}, {1, 2}, {2, 3}, {0, 3}};
  const auto drawn = layered(4, edges);
  REQUIRE(drawn);
  check(*drawn, edges);
  CHECK(drawn->boxes[1].left == Approx(drawn->boxes[2].left));
  CHECK(drawn->boxes[3].top > drawn->boxes[2].bottom);
  CHECK(drawn->edges[3].size() == 6);
}

TEST_CASE("boxes of random graphs stand apart, and edges pass between them") {
  std::mt19937 random(1);
  for (int graph = 0; graph < 20; ++graph) {
    const std::size_t count = 2 + random() % 20;
    std::vector<LayeredEdge> edges;
    for (std::size_t to = 1; to < count; ++to)
      for (std::size_t k = random() % 3; k > 0; --k) edges.push_back({random() % to, to});
    const auto drawn = layered(count, edges);
    REQUIRE(drawn);
    check(*drawn, edges);
  }
}

TEST_CASE("what is too much for a drawing is not drawn") {
  std::vector<LayeredEdge> edges;
  for (std::size_t i = 1; i < 300; ++i) {
    edges.push_back({i - 1, i});
    edges.push_back({0, i});
  }
  CHECK_FALSE(layered(300, edges));
  CHECK(layered(0, {})->boxes.empty());
}

TEST_CASE("codes are counted one by one, floats in bins on both sides of zero") {
  const Histogram codes = histogram_of(
      {.type = ElementType::s8, .shape = {5}, .constant = true, .data = {0x80, 0x7f, 0, 0, 0xff}});
  REQUIRE(codes.bins.size() == 256);
  CHECK(codes.bins[0] == 1);
  CHECK(codes.bins[127] == 1);
  CHECK(codes.bins[128] == 2);
  CHECK(codes.bins[255] == 1);
  CHECK(codes.smallest == -128);
  CHECK(codes.largest == 127);
  CHECK(codes.zeros == 2);
  const std::vector<float> values = {-1, 1, 0.25F, std::numeric_limits<float>::infinity(),
                                     std::numeric_limits<float>::quiet_NaN()};
  const Histogram floats = histogram_of(
      {.type = ElementType::f32, .shape = {5}, .constant = true, .data = to_bytes(values)});
  CHECK(floats.low == -1);
  CHECK(floats.high == 1);
  CHECK(floats.not_finite == 2);
  CHECK(floats.bins.front() == 1);
  CHECK(floats.bins.back() == 1);
  CHECK(floats.bins[floats.bins.size() * 5 / 8] == 1);
}

TEST_CASE("bars are as high as the roots of their counts") {
  const Histogram histogram{
      .bins = {0, 1, 4, 4}, .low = -2, .high = 2, .last = 1, .count = 9, .zeros = 4};
  const std::string svg = histogram_svg(histogram, {"histogram", ""});
  CHECK(svg.find("M0 64H64V32H128V0H256V64Z") != std::string::npos);
  CHECK(svg.find(">-2<") != std::string::npos);
  CHECK(svg.find(">1<") != std::string::npos);
}
