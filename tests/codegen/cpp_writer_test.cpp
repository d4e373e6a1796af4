// SPDX-License-Identifier: Apache-2.0
#include "codegen/cpp_writer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "compiler/graph/graph.h"

using namespace smelt;

namespace {

template <typename T>
std::string array_text(ElementType type, const std::vector<T>& values, std::int32_t group) {
  CppWriter writer;
  writer.begin_table().array("x", type, to_bytes(values), group).end_table();
  return writer.text();
}

/// The number that a C++ compiler reads.
float parsed(const std::string& text) {
  REQUIRE(text.back() == 'F');
  REQUIRE(text.find_first_of(".e") != std::string::npos);
  return std::strtof(text.c_str(), nullptr);
}

bool same_bits(float a, float b) {
  return std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

TEST_CASE("integer literals fit every int", "[cpp_writer]") {
  using Limits32 = std::numeric_limits<std::int32_t>;
  using Limits64 = std::numeric_limits<std::int64_t>;
  CHECK(literal(std::int64_t{0}) == "0");
  CHECK(literal(std::int64_t{-128}) == "-128");
  CHECK(literal(std::int64_t{Limits32::max()}) == "2147483647");
  CHECK(literal(std::int64_t{Limits32::min()}) == "(-2147483647 - 1)");
  CHECK(literal(std::int64_t{Limits32::max()} + 1) == "2147483648LL");
  CHECK(literal(std::int64_t{Limits32::min()} - 1) == "-2147483649LL");
  CHECK(literal(Limits64::max()) == "9223372036854775807LL");
  CHECK(literal(Limits64::min()) == "(-9223372036854775807LL - 1)");
}

TEST_CASE("float literals read back as the same bits", "[cpp_writer]") {
  using Limits = std::numeric_limits<float>;
  CHECK(literal(0.0F) == "0.0F");
  CHECK(literal(-0.0F) == "-0.0F");
  CHECK(literal(1.0F) == "1.0F");
  CHECK(literal(0.1F) == "0.1F");
  CHECK(literal(1e20F) == "1e+20F");
  CHECK(literal(Limits::infinity()) == "smelt::infinity");
  CHECK(literal(-Limits::infinity()) == "-smelt::infinity");
  CHECK(literal(Limits::quiet_NaN()) == "smelt::not_a_number");
  CHECK(literal(-Limits::quiet_NaN()) == "smelt::not_a_number");
  for (const float value : {Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(),
                            -Limits::denorm_min(), Limits::epsilon(), -0.0F, 16777216.0F})
    CHECK(same_bits(parsed(literal(value)), value));
  std::mt19937 generator(1);
  for (int i = 0; i < 20000; ++i) {
    const auto bits = static_cast<std::uint32_t>(generator());
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    if (std::isfinite(value)) REQUIRE(same_bits(parsed(literal(value)), value));
  }
}

TEST_CASE("string literals hold any bytes", "[cpp_writer]") {
  CHECK(c_string("yes") == "\"yes\"");
  CHECK(c_string("a\"b\\") == "\"a\\042b\\134\"");
  CHECK(c_string("?\?/") == "\"\\077\\077/\"");
  // Three digits: what follows cannot become part of the escape.
  CHECK(c_string("\x01"
                 "1") == "\"\\0011\"");
  CHECK(c_string("\xc3\xa9") == "\"\\303\\251\"");
}

TEST_CASE("thousands are set apart", "[cpp_writer]") {
  CHECK(with_commas(0) == "0");
  CHECK(with_commas(999) == "999");
  CHECK(with_commas(1000) == "1,000");
  CHECK(with_commas(-1000) == "-1,000");
  CHECK(with_commas(-100) == "-100");
  CHECK(with_commas(1234567) == "1,234,567");
}

TEST_CASE("arrays stand in aligned rows, a block per output channel", "[cpp_writer]") {
  std::vector<std::int8_t> bytes(34, -1);
  bytes[0] = -128;
  CHECK(array_text(ElementType::s8, bytes, 17) ==
        "// clang-format off\n"
        "x = {\n"
        "    -128,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,\n"
        "      -1,\n"
        "\n"
        "      -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,  -1,\n"
        "      -1,\n"
        "};\n"
        "// clang-format on\n");
  CHECK(array_text<std::int32_t>(ElementType::s32, {1, -20, 300}, 0) ==
        "// clang-format off\nx = {\n      1, -20, 300,\n};\n// clang-format on\n");
  CHECK(array_text<float>(ElementType::f32, {1, -0.5F}, 1) ==
        "// clang-format off\nx = {\n     1.0F,\n    -0.5F,\n};\n// clang-format on\n");
}

TEST_CASE("no row of numbers is longer than a line", "[cpp_writer]") {
  const auto longest = [](const std::string& text) {
    std::size_t most = 0, length = 0;
    for (const char c : text) most = std::max(most, length = c == '\n' ? 0 : length + 1);
    return most;
  };
  CHECK(longest(array_text(ElementType::s8, std::vector<std::int8_t>(64, -128), 0)) <= 100);
  CHECK(longest(array_text(ElementType::s32, std::vector<std::int32_t>(64, INT32_MIN), 0)) <= 100);
  CHECK(longest(array_text(ElementType::s64, std::vector<std::int64_t>(64, INT64_MIN), 0)) <= 100);
  CHECK(longest(array_text(ElementType::f32, std::vector<float>(64, -1.1754944e-38F), 0)) <= 100);
}

TEST_CASE("calls are broken after commas", "[cpp_writer]") {
  CppWriter writer;
  writer.call("f", {}).call("f", {"a", "b"});
  CHECK(writer.text() == "f();\nf(a, b);\n");
  const std::string word(40, 'w');
  CppWriter wide;
  wide.indent().call("function", {word, word, word});
  CHECK(wide.text() == "  function(" + word + ", " + word + ",\n           " + word + ");\n");
  // All below the function, where that saves a line, or the room it needs.
  const std::string longer(45, 'w'), row = longer + ", " + longer;
  CppWriter below;
  below.call("function", {longer, longer, longer, longer});
  CHECK(below.text() == "function(\n    " + row + ",\n    " + row + ");\n");
  const std::string widest(94, 'w');
  CppWriter room;
  room.call("function", {widest});
  CHECK(room.text() == "function(\n    " + widest + ");\n");
}

TEST_CASE("what cannot be broken is marked for clang-format", "[cpp_writer]") {
  const std::string word(101, 'w');
  CppWriter writer;
  writer.line(word).call("f", {word}).directive("#define " + word);
  CHECK(writer.text() == "// clang-format off\n" + word + "\n// clang-format on\n" +
                             "// clang-format off\nf(" + word + ");\n// clang-format on\n" +
                             "// clang-format off\n#define " + word + "\n// clang-format on\n");
}

TEST_CASE("functions of one statement stand on one line where they fit", "[cpp_writer]") {
  CppWriter writer;
  writer.function("int f", {"int a"}, "return a;");
  CHECK(writer.text() == "int f(int a) { return a; }\n");
  const std::string word(90, 'w');
  CppWriter wide;
  wide.function("int f", {"int a"}, word + ";");
  CHECK(wide.text() == "int f(int a) {\n  " + word + ";\n}\n");
}

TEST_CASE("comments are broken between words", "[cpp_writer]") {
  const std::string word(60, 'w');
  CppWriter writer;
  writer.comment(word + " " + word).comment("");
  CHECK(writer.text() == "// " + word + "\n// " + word + "\n//\n");
}
