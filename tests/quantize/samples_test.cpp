// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/samples.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

const Graph& two_inputs() {
  static const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0, %1
    outputs %2
    %0 "image": f32[2]
    %1 "other": f32[2]
    %2 "sum": f32[2] = add(%0, %1)
  )");
  return graph;
}

/// As many samples, image[i] = value(i) and its negative.
template <typename Value>
std::vector<Sample> samples(std::size_t count, Value value) {
  std::vector<Sample> result = uniform_samples(two_inputs(), count, -1, 1);
  for (std::size_t i = 0; i < count; ++i)
    result[i][0] = to_bytes(std::vector<float>{value(i), value(i + 1)});
  return result;
}

std::string said(const std::vector<Sample>& samples) {
  Diagnostics diagnostics;
  check_samples(two_inputs(), samples, "data.npz", diagnostics);
  return text_of(diagnostics);
}

float fraction(std::size_t i) {
  return static_cast<float>(i) / 64;
}

}  // namespace

TEST_CASE("good calibration data is not remarked on", "[quantize]") {
  CHECK(said(samples(64, fraction)) == "");
  // Whole numbers, but of a range that bytes do not have.
  CHECK(said(samples(64, [](std::size_t i) { return static_cast<float>(i % 17); })) == "");
  CHECK(said(samples(64, [](std::size_t i) { return static_cast<float>(10 * i); })) == "");
  CHECK(said(samples(64, [](std::size_t i) { return static_cast<float>(i) - 130; })) == "");
}

TEST_CASE("no calibration data is an error", "[quantize]") {
  CHECK(said({}) ==
        "data.npz: error: holds no case\n  note: about 200 typical inputs are enough\n");
}

TEST_CASE("few samples are warned of", "[quantize]") {
  CHECK(said(samples(49, fraction)) ==
        "data.npz: warning: holds 49 cases\n  note: scales and weights fit few cases too closely; "
        "about 200 typical inputs are enough\n");
}

TEST_CASE("the first case with a number that is not finite is named", "[quantize]") {
  for (const float bad : {NAN, INFINITY, -INFINITY})
    CHECK(said(samples(64, [&](std::size_t i) { return i >= 21 ? bad : fraction(i); })) ==
          "data.npz: error: case 20 of input \"image\" holds a number that is not finite\n  note: "
          "leave such cases out\n");
}

TEST_CASE("constant data is an error", "[quantize]") {
  CHECK(said(samples(64, [](std::size_t) { return 0.5F; })) ==
        "data.npz: error: input \"image\" is 0.5 everywhere\n  note: give data as the device will "
        "see it\n");
}

TEST_CASE("bytes that nobody normalised are warned of", "[quantize]") {
  CHECK(said(samples(64, [](std::size_t i) { return static_cast<float>(4 * i % 256); })) ==
        "data.npz: warning: input \"image\" holds whole numbers from 0 to 252\n  note: these look "
        "like bytes that were not normalised as in training; ignore this if the model was trained "
        "on bytes\n");
}

TEST_CASE("every input's fault is reported", "[quantize]") {
  std::vector<Sample> both = samples(64, [](std::size_t) { return 0.5F; });
  both[3][1] = to_bytes(std::vector<float>{NAN, 0});
  const std::string text = said(both);
  CHECK(text.find("\"image\" is 0.5 everywhere") != std::string::npos);
  CHECK(text.find("case 3 of input \"other\"") != std::string::npos);
}
