// SPDX-License-Identifier: Apache-2.0
//
// Exports of small graphs: several inputs and outputs of every kind of number, hostile names. What
// the ecosystems ask of whole models is in exports/.
#include "codegen/export/exports.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "codegen/export/templates.h"
#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/conv2d.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tools/files.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// Float and quantized inputs; float, quantized and counting outputs.
Program mixed_program() {
  Builder b;
  b.graph.name = "net";
  const Quantization scale = per_tensor(0.5F, 3);
  const TensorId real = b.input(ElementType::f32, {1, 3});
  const TensorId first = b.input(ElementType::s8, {1, 3}, scale);
  const TensorId second = b.input(ElementType::s8, {1, 3}, scale);
  b.output(b.node(ops::add, ops::AddAttributes{}, {real, real}));
  const TensorId sum = b.node(ops::add, ops::AddAttributes{}, {first, second}, scale);
  b.output(sum);
  b.output(b.node(ops::arg_max, ops::ArgAttributes{.axis = 1}, {real}, {}, ElementType::s32));
  REQUIRE(problems(b.graph) == "");
  return lower_and_plan(b.graph, *find_target("generic"), {.optimize = Optimize::none});
}

Library mixed_library(const std::string& file = "net.tflite") {
  const EmitOptions options = {.model_file = file, .sha256 = "00", .version = "1"};
  const Program program = mixed_program();
  return make_library(program, options, "1.2.3", emit(program, options), std::nullopt);
}

std::string output_of(const std::string& command, const std::string& log) {
  const bool good = std::system((command + " >" + log + " 2>&1").c_str()) == 0;
  std::ifstream stream(log);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  return good ? text : "failed: " + text;
}

/// What the sample prints that is in a CMSIS-Pack.
std::string printed_by_sample(const Library& library) {
  const tools::TemporaryFolder folder;
  Diagnostics diagnostics;
  REQUIRE(
      tools::write_files(folder.path(), find_export("cmsis-pack")->write(library), diagnostics));
  const std::string in = folder.path().string();
  const std::string built =
      output_of("g++ -std=c++14 -Wall -Wextra -Wconversion -Werror -I" + in + "/src " + in +
                    "/src/*.cpp " + in + "/templates/*.cpp -o " + in + "/net",
                in + "/log");
  REQUIRE(built == "");
  return output_of(in + "/net", in + "/log");
}

/// Sums of neighbours, of which zeros make other numbers, and the same again.
Library image_library(ElementType type, Stream stream) {
  Builder b;
  b.graph.name = "net";
  const bool real = type == ElementType::f32;
  const Quantization scale = real ? Quantization{} : per_tensor(0.5F, 3);
  const Quantization one = real ? Quantization{} : per_tensor(1.0F, 0);
  TensorId x = b.input(type, {1, 5, 2, 2}, scale);
  const TensorId weights =
      real ? b.constant<float>(type, {2, 2, 1, 2}, {1, 2, 3, -4, 5, 6, -7, 8})
           : b.constant<std::int8_t>(type, {2, 2, 1, 2}, {1, 2, 3, -4, 5, 6, -7, 8}, one);
  const TensorId bias =
      real ? b.constant<float>(type, {2}, {1, 2})
           : b.constant<std::int32_t>(ElementType::s32, {2}, {2, 4}, per_tensor(0.5F, 0));
  for (int layer = 0; layer < 2; ++layer)
    x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, weights, bias}, scale);
  b.output(x);
  REQUIRE(problems(b.graph) == "");
  const Program program = lower_and_plan(b.graph, *find_target("generic"),
                                         {.optimize = Optimize::ram, .stream = stream});
  REQUIRE(program.streamed.has_value() == (stream != Stream::none));
  const EmitOptions options = {.model_file = "net.tflite", .sha256 = "00", .version = "1"};
  return make_library(program, options, "1.2.3", emit(program, options), std::nullopt);
}

}  // namespace

TEST_CASE("a sample sets every input and prints every output", "[export]") {
  const std::string printed = printed_by_sample(mixed_library());
  for (const char* row : {"[0] = 0.000000\n", "[1] = 0.000000\n", "[2] = 0.000000\n", "[0] = 0\n"})
    CHECK(printed.find(row) != std::string::npos);
  CHECK(std::count(printed.begin(), printed.end(), '\n') == 3 + 3 + 1);
}

TEST_CASE("a sample of a model that takes rows pushes as many as it needs", "[export]") {
  for (const ElementType type : {ElementType::s8, ElementType::f32}) {
    const std::string whole = printed_by_sample(image_library(type, Stream::none));
    CHECK(std::count(whole.begin(), whole.end(), '\n') == 3 * 2 * 2);
    for (const Stream stream : {Stream::rows, Stream::time}) {
      const Library library = image_library(type, stream);
      CHECK(library.row_count == "NET_INPUT_ROW_COUNT");
      CHECK(printed_by_sample(library) == whole);
    }
  }
}

TEST_CASE("of the file's name, what needs no escape anywhere is kept", "[export]") {
  CHECK(mixed_library("kws_2-b.tflite").origin == "kws_2-b.tflite");
  CHECK(mixed_library("a\"b'<&>\n@X@\\: #").origin == "a_b______X_____");
  CHECK(mixed_library(std::string(1000, 'x')).origin.size() == 80);
}

TEST_CASE("versions are three numbers", "[export]") {
  for (const char* good : {"0.0.0", "1.0.0", "10.20.30", "99999.0.1"}) CHECK(is_version(good));
  for (const char* bad : {"", ".", "..", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.0-rc1",
                          "1.0.x", "-1.0.0", "1.0.100000", "1. 0.0", "1.0.0\n"})
    CHECK_FALSE(is_version(bad));
}

TEST_CASE("slugs have single separators, and none at the end", "[export]") {
  CHECK(slug("net", '-') == "net");
  CHECK(slug("a_net__2_", '-') == "a-net-2");
  CHECK(slug("a__b_", '_') == "a_b");
}
