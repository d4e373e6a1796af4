// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/text.h"

#include <fmt/format.h>

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "compiler/graph/literals.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/ops.h"
#include "compiler/ops/reshape.h"
#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;

namespace {

struct EverythingAttributes {
  bool flag = true;
  std::int32_t count = 3;
  float factor = 0;
  std::string label = "a";
  std::vector<std::int32_t> axes = {1};
  Activation activation = Activation::relu;
  Extent2 window;
  Pads pads;

  std::vector<AttributeField> fields() {
    return {{"flag", &flag}, {"count", &count},           {"factor", &factor}, {"label", &label},
            {"axes", &axes}, {"activation", &activation}, {"window", &window}, {"pads", &pads}};
  }
};

const OpDef everything = {.name = "everything",
                          .operands = {"inputs*"},
                          .attributes = attribute_table<EverythingAttributes>()};
/// Named like the words that begin a constant's data.
const OpDef plain = {.name = "plain", .operands = {"inputs*"}};

const OpDef* find(std::string_view name) {
  if (name == everything.name) return &everything;
  return name == plain.name ? &plain : ops::find(name);
}

std::optional<Graph> read(std::string_view text, std::string& problems) {
  Diagnostics diagnostics;
  std::optional<Graph> graph = parse(text, "t", find, diagnostics);
  CHECK(graph.has_value() != diagnostics.failed());
  problems.clear();
  for (const Diagnostic& each : diagnostics.all()) problems += to_string(each);
  return graph;
}

Graph must_read(std::string_view text) {
  std::string problems;
  std::optional<Graph> graph = read(text, problems);
  INFO(text);
  REQUIRE(problems == "");
  return *graph;
}

std::string problems_of(std::string_view text) {
  std::string problems;
  read(text, problems);
  return problems;
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  for (const float value : values) result.push_back(std::bit_cast<std::uint32_t>(value));
  return result;
}

void check_equal(const Tensor& a, const Tensor& b) {
  CHECK(a.name == b.name);
  CHECK(a.type == b.type);
  CHECK(a.shape == b.shape);
  CHECK(bits(a.quantization.scales) == bits(b.quantization.scales));
  CHECK(a.quantization.zero_points == b.quantization.zero_points);
  CHECK(a.quantization.axis == b.quantization.axis);
  CHECK(a.constant == b.constant);
  CHECK(a.variable == b.variable);
  CHECK(a.data == b.data);
  CHECK(a.origin == b.origin);
}

void check_equal(const AttributeField& a, const AttributeField& b) {
  INFO(a.name);
  REQUIRE(a.value.index() == b.value.index());
  std::visit(
      [&](const auto* value) {
        using T = std::remove_cvref_t<decltype(*value)>;
        const T& other = *std::get<T*>(b.value);
        if constexpr (std::is_same_v<T, float>)
          CHECK(bits({*value}) == bits({other}));
        else
          CHECK(*value == other);
      },
      a.value);
}

void check_equal(const Node& a, const Node& b) {
  CHECK(a.op == b.op);
  CHECK(a.inputs == b.inputs);
  CHECK(a.outputs == b.outputs);
  CHECK(a.name == b.name);
  CHECK(a.file_index == b.file_index);
  CHECK(a.file_kind == b.file_kind);
  std::any first = a.attributes;
  std::any second = b.attributes;
  const auto fields = a.op->attributes.fields(first);
  const auto others = a.op->attributes.fields(second);
  for (std::size_t i = 0; i < fields.size(); ++i) check_equal(fields[i], others[i]);
}

/// The text of the graph, once it is known to be lossless.
std::string round_trip(const Graph& graph) {
  std::string text = print(graph);
  const Graph again = must_read(text);
  CHECK(again.name == graph.name);
  CHECK(again.file == graph.file);
  CHECK(again.inputs == graph.inputs);
  CHECK(again.outputs == graph.outputs);
  REQUIRE(again.tensors.size() == graph.tensors.size());
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    check_equal(graph.tensors[i], again.tensors[i]);
  REQUIRE(again.nodes.size() == graph.nodes.size());
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) check_equal(graph.nodes[i], again.nodes[i]);
  CHECK(print(again) == text);
  return text;
}

/// A graph of one constant.
template <typename T>
Graph constant_graph(ElementType type, Shape shape, const std::vector<T>& values) {
  Builder b;
  b.constant<T>(type, std::move(shape), values);
  b.graph.tensors[0].name = "c";
  return b.graph;
}

Graph small_network() {
  Builder b;
  b.graph.name = "tiny";
  b.graph.file = "tiny.tflite";
  const TensorId x = b.input(ElementType::s8, {1, 4, 4, 1}, per_tensor(0.5F, -3));
  const TensorId w =
      b.constant<std::int8_t>(ElementType::s8, {2, 1, 1, 1}, {5, -7}, {{0.1F, 0.25F}, {0, 0}, 0});
  const TensorId y = b.node(
      ops::conv2d,
      ops::Conv2dAttributes{.stride = {2, 2}, .pads = {0, 0, 1, 1}, .activation = Activation::relu},
      {x, w}, per_tensor(0.0235F, -128));
  b.graph[y].origin = {.tensor = 12, .channels = {0, 2}, .removed = {{1, -5}, {3, 0}}};
  b.graph.nodes[0].file_index = 7;
  b.graph.nodes[0].file_kind = "CONV_2D";
  b.output(b.node(ops::reshape, ops::ReshapeAttributes{{1, 18}}, {y}, per_tensor(0.0235F, -128)));
  return b.graph;
}

}  // namespace

TEST_CASE("a graph reads as a list of declarations and assignments", "[text]") {
  CHECK(round_trip(small_network()) ==
        R"(graph "tiny" file "tiny.tflite"
inputs %0
outputs %3

%0 "input_0": s8[1,4,4,1] scale 0.5 zero -3
%1 "constant_1": s8[2,1,1,1] scale [0.1, 0.25] axis 0 = [5, -7]

%2 "conv2d_0": s8[1,3,3,2] scale 0.0235 zero -128 origin 12 channels [0, 2] removed [1: -5, 3: 0])"
        R"( = conv2d(%0, %1) stride [2, 2] pads [0, 0, 1, 1] activation relu @7 "CONV_2D"
%3 "reshape_1": s8[1,18] scale 0.0235 zero -128 = reshape(%2) shape [1, 18]
)");
}

TEST_CASE("a graph can be written by hand in free form", "[text]") {
  const Graph graph = must_read(R"(
    # a comment
    %2: s32[2] = everything (%0, _,  # another
       %1) count -4

    %0 "x" : f32 []
    %1:s8[ 1,
      2 ] = [ 1,   # and one more
        2 ]
    outputs %2)");
  CHECK(graph.name == "");
  CHECK(graph.tensors.size() == 3);
  CHECK(graph.nodes[0].inputs == std::vector{TensorId{0}, no_tensor, TensorId{1}});
  CHECK(std::any_cast<EverythingAttributes>(graph.nodes[0].attributes).count == -4);
  CHECK(graph.tensors[1].data == std::vector<std::uint8_t>{1, 2});
  CHECK(graph.outputs == std::vector{TensorId{2}});
  round_trip(graph);
}

TEST_CASE("carriage returns are blanks", "[text]") {
  CHECK(must_read("%0: s8[2] = splat -1\r\n%1: s8[1]\r\n").tensors.size() == 2);
}

TEST_CASE("an empty graph has a text", "[text]") {
  CHECK(round_trip(Graph{}) == "graph \"\"\n");
  CHECK(print(must_read("")) == "graph \"\"\n");
}

TEST_CASE("names may hold any characters", "[text]") {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  Graph graph = small_network();
  graph.name = graph.file = all;
  graph.tensors[0].name = "two\nlines \"and\" \\x41 # = %1";
  graph.nodes[0].name = all;
  graph.nodes[0].file_kind = all;
  graph.nodes[1].name = "";
  graph.tensors[3].name = "";
  const std::string text = round_trip(graph);
  CHECK(text.find(R"(%0 "two\x0alines \"and\" \\x41 # = %1": s8)") != text.npos);
  for (const char c : text) CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
}

TEST_CASE("every field of a node survives", "[text]") {
  Graph graph;
  graph.tensors.resize(5);
  const EverythingAttributes changed{.flag = false,
                                     .count = std::numeric_limits<std::int32_t>::min(),
                                     .factor = -0.0F,
                                     .label = "\"",
                                     .axes = {},
                                     .activation = Activation::none,
                                     .window = {1, 2},
                                     .pads = {0, -1, 2, 3}};
  graph.nodes = {
      {&everything, changed, {no_tensor, TensorId{0}}, {TensorId{1}, TensorId{2}}, "n", -7, ""},
      {&everything, EverythingAttributes{}, {}, {no_tensor, TensorId{3}}, "", -1, "KIND"},
      {&plain, {}, {TensorId{4}}, {}, "", 0, ""},
      {&plain, {}, {}, {TensorId{3}, TensorId{3}}, "other", -1, ""}};
  CHECK(round_trip(graph) == R"(graph ""

%0: f32[]
%4: f32[]

%1: f32[], %2: f32[] = everything "n" (_, %0) flag false count -2147483648 factor -0 label "\"")"
                             R"( axes [] activation none window [1, 2] pads [0, -1, 2, 3] @-7
_, %3: f32[] = everything() @ "KIND"
 = plain(%4) @0
%3, %3 = plain "other" ()
)");
}

TEST_CASE("tensors of every kind survive", "[text]") {
  Graph graph;
  graph.add({.name = "unused", .type = ElementType::boolean, .shape = {0, 3}});
  graph.add({.name = "state", .type = ElementType::s16, .shape = {2}, .variable = true});
  graph.add({.name = "both", .type = ElementType::u8, .constant = true, .variable = true});
  graph.add({.name = "pass", .origin = {.tensor = -1, .channels = {3}, .removed = {{-1, 2}}}});
  graph.add({.name = "s64", .type = ElementType::s64, .shape = {-4}});
  graph.add({.type = ElementType::s8, .shape = {1}, .constant = true, .data = {42}});
  // A node may (wrongly) write an input, state and constants: a dump must still show it.
  graph.nodes.push_back({&plain, {}, {}, {TensorId{1}, TensorId{5}, TensorId{3}}, "unused"});
  graph.inputs = {TensorId{0}, TensorId{0}, TensorId{3}};
  graph.outputs = {no_tensor, TensorId{2}};
  round_trip(graph);
}

TEST_CASE("quantization survives", "[text]") {
  const float nan = std::bit_cast<float>(0x7fc00001U);
  const std::vector<std::pair<Quantization, std::string>> cases = {
      {{{0.1F}, {0}, 0}, " scale 0.1"},
      {{{1e-45F}, {-128}, 3}, " scale 1e-45 zero -128 axis 3"},
      {{{3, 3}, {1, 1}, 0}, " scale [3, 3] zero 1 axis 0"},
      {{{1, nan}, {1, -2}, -1}, " scale [1, 0x7fc00001] zero [1, -2] axis -1"},
      {{{1, 2}, {}, 0}, " scale [1, 2] zero [] axis 0"},
      {{{}, {5}, 0}, " zero [5]"},
      {{{}, {}, 2}, " axis 2"}};
  for (const auto& [quantization, text] : cases) {
    Graph graph;
    graph.add({.type = ElementType::s8, .quantization = quantization});
    CHECK(round_trip(graph) == "graph \"\"\n\n%0: s8[]" + text + "\n");
  }
}

TEST_CASE("float constants survive bit for bit", "[text]") {
  const float inf = std::numeric_limits<float>::infinity();
  std::vector<float> values = {0.0F, -0.0F, inf, -inf, std::nanf(""), -std::nanf(""), 0.1F, 1e-45F};
  for (const std::uint32_t nan : {0x7f800001U, 0xff800001U, 0x7fc00001U, 0xffffffffU})
    values.push_back(std::bit_cast<float>(nan));
  values.push_back(std::numeric_limits<float>::max());
  const Graph graph = constant_graph<float>(ElementType::f32, {13}, values);
  CHECK(round_trip(graph) ==
        "graph \"\"\n\n%0 \"c\": f32[13] = [0, -0, inf, -inf, nan, 0xffc00000, 0.1, 1e-45, "
        "0x7f800001, 0xff800001, 0x7fc00001, 0xffffffff, 3.4028235e+38]\n");
}

TEST_CASE("random floats read back equal", "[text]") {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    const std::string text = float_text(value);
    INFO(text);
    const std::optional<float> again = parse_float(text);
    REQUIRE(again);
    REQUIRE(bits({*again}) == bits({value}));
  }
}

TEST_CASE("extreme integers survive", "[text]") {
  using S64 = std::numeric_limits<std::int64_t>;
  round_trip(constant_graph<std::int64_t>(ElementType::s64, {2}, {S64::min(), S64::max()}));
  round_trip(constant_graph<std::int32_t>(ElementType::s32, {2}, {INT32_MIN, INT32_MAX}));
  round_trip(constant_graph<std::int16_t>(ElementType::s16, {2}, {-32768, 32767}));
  round_trip(constant_graph<std::int8_t>(ElementType::s8, {2}, {-128, 127}));
  round_trip(constant_graph<std::int8_t>(ElementType::s4, {3}, {-8, 7, 0}));
  round_trip(constant_graph<std::uint8_t>(ElementType::u8, {2}, {0, 255}));
  round_trip(constant_graph<std::uint8_t>(ElementType::boolean, {3}, {0, 1, 2}));
}

TEST_CASE("constants are lists, splats or base64", "[text]") {
  const auto text = [](std::vector<std::uint8_t> values) {
    const auto count = static_cast<std::int32_t>(values.size());
    const std::string all =
        round_trip(constant_graph<std::uint8_t>(ElementType::u8, {count}, values));
    return all.substr(all.find('=') + 2);
  };
  CHECK(text({}) == "[]\n");
  CHECK(text({7, 7, 7, 7, 7, 7, 7}) == "[7, 7, 7, 7, 7, 7, 7]\n");
  CHECK(text(std::vector<std::uint8_t>(100, 7)) == "splat 7\n");
  std::vector<std::uint8_t> values(65);
  values[64] = 255;
  CHECK(text(values) == "base64(\n  " + std::string(85, 'A') + "P8=)\n");
  for (std::size_t size = 65; size < 300; ++size) {
    values.resize(size);
    values.back() = static_cast<std::uint8_t>(size);
    text(values);
  }
}

TEST_CASE("constants whose bytes do not suit their shape survive", "[text]") {
  for (std::size_t size = 0; size < 40; ++size) {
    Graph graph =
        constant_graph<std::uint8_t>(ElementType::s32, {3, 3}, std::vector<std::uint8_t>(size, 1));
    round_trip(graph);
    graph.tensors[0].shape = {-1, INT32_MAX, INT32_MAX};
    round_trip(graph);
  }
}

TEST_CASE("splats beyond the limit of the text become base64", "[text]") {
  Graph graph;
  const std::int32_t size = max_splat_bytes / 2 - 4;
  for (int i = 0; i < 3; ++i)
    graph.add({.type = ElementType::s32,
               .shape = {size / 4},
               .constant = true,
               .data = std::vector<std::uint8_t>(static_cast<std::size_t>(size))});
  const std::string text = print(graph);
  CHECK(text.size() > static_cast<std::size_t>(size));
  CHECK(must_read(text).tensors[2].data == graph.tensors[2].data);
}

TEST_CASE("a short text cannot fill the memory", "[text]") {
  std::string text;
  for (int i = 0; i < 3; ++i) text += fmt::format("%{}: s8[30000000] = splat 1\n", i);
  CHECK(problems_of(text) == "t:3:20: error: a splat of shape 30000000 is too large or negative\n");
}

TEST_CASE("dumps leave out large constants, and are refused", "[text]") {
  Graph graph = constant_graph<std::int8_t>(ElementType::s8, {3}, {1, 2, 3});
  CHECK(print(graph, {.max_values = 3, .elide = true}).ends_with("= [1, 2, 3]\n"));
  const std::string text = print(graph, {.max_values = 2, .elide = true});
  CHECK(text == "graph \"\"\n\n%0 \"c\": s8[3] = elided 3 bytes\n");
  CHECK(problems_of(text) ==
        "t:3:17: error: the data of this constant was left out when the text was written\n"
        "  note: print the graph again, without eliding constants\n");
}

TEST_CASE("errors say where and what was expected", "[text]") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\n  nonsense",
       "2:3: error: expected graph, inputs, outputs or a tensor: %0, found "
       "'nonsense'"},
      {"graph 1", "1:7: error: expected a string, found '1'"},
      {"graph \"a", "1:7: error: this string has no end in its line"},
      {"graph \"\\q\"", "1:7: error: wrong escape in this string"},
      {"graph \"\"\ngraph \"\"", "2:1: error: a line of this kind was given before"},
      {"%0: s8[1]\ninputs %0\ninputs %0", "3:1: error: a line of this kind was given before"},
      {"graph \"a\" \"b\"", "1:11: error: expected the end of the line, found '\"'"},
      {"inputs", "1:7: error: expected a tensor: %0, found the end of the text"},
      {"inputs %0", "1:8: error: tensor %0 is not declared"},
      {"inputs %-1", "1:8: error: tensor %-1 is not declared"},
      {"%0", "1:3: error: expected '=', found the end of the text"},
      {"%0 \"a\"", "1:7: error: expected ':', found the end of the text"},
      {"%0: s9[1]", "1:5: error: there is no element type s9"},
      {"%0: s8[3000000000]",
       "1:8: error: expected an integer from -2147483648 to 2147483647, "
       "found '3000000000'"},
      {"%0: s8[1\n\n%1: s8[1]", "3:1: error: expected ']', found '%'"},
      {"%0: s8[1] = [128]", "1:14: error: expected an integer from -128 to 127, found '128'"},
      {"%0: f32[1] = [1e39]", "1:15: error: expected a number that f32 can hold, found '1e39'"},
      {"%0: s8[1] = base64(A)",
       "1:19: error: this is not base64 text in whole groups of four "
       "characters"},
      {"%0: s8[1] = base64(", "1:19: error: ')' is missing"},
      {"%0: s8[70000,70000] = splat 1",
       "1:23: error: a splat of shape 70000x70000 is too large "
       "or negative"},
      {"%0: s8[1] = splat 300", "1:19: error: expected an integer from -128 to 127, found '300'"},
      {"%0: s8[1], %1: s8[1] = [1]",
       "1:24: error: expected an operator or a constant's data, "
       "found '['"},
      {"%0: s8[1]\n%0: s8[1]", "2:2: error: tensor %0 is declared twice"},
      {"%0: s8[1]\n%2: s8[1]", "2:1: error: there is a tensor %2, but no %1"},
      {"%0: s8[1] = conv3d(%0)", "1:13: error: there is no operator conv3d"},
      {"%0: s8[1] = conv2d %0", "1:20: error: expected '(', found '%'"},
      {"%0: s8[1] = conv2d(%0 %1)", "1:23: error: expected ')', found '%'"},
      {"%0: s8[1] = conv2d(%0) strid [2, 2]", "1:24: error: conv2d has no attribute strid"},
      {"%0: s8[1] = plain(%0) a 1", "1:23: error: plain has no attribute a"},
      {"%0: s8[1] = conv2d(%0) stride [2]", "1:33: error: expected ',', found ']'"},
      {"%0: s8[1] = conv2d(%0) activation relu7",
       "1:35: error: expected none, relu, relu_n1_to_1 "
       "or relu6, found 'relu7'"},
      {"%0: s8[1] = everything() flag 1", "1:31: error: expected true or false, found '1'"},
      {"%0: s8[1] = everything() count 1 count 1", "1:34: error: attribute count is given twice"},
      {"%0: s8[1] = everything() @7 CONV",
       "1:29: error: expected the end of the line, found "
       "'CONV'"},
  };
  for (const auto& [text, message] : cases) {
    INFO(text);
    const std::string found = problems_of(text);
    CHECK(found.substr(0, found.find('\n')) == "t:" + message);
  }
}

TEST_CASE("notes say what would work", "[text]") {
  CHECK(problems_of("%0: s8[1] = conv2d(%0) strid [2, 2]") ==
        "t:1:24: error: conv2d has no attribute strid\n"
        "  note: attributes are stride, dilation, pads, activation\n");
}

TEST_CASE("every wrong statement is reported, up to a limit", "[text]") {
  CHECK(
      problems_of("graph 1\n%0: s8[1] = base64(\n  !!\n)\n%1: s9[1]\n%2: s8[1] = [1,\n  x,\n]\n") ==
      "t:1:7: error: expected a string, found '1'\n"
      "t:2:19: error: this is not base64 text in whole groups of four characters\n"
      "t:5:5: error: there is no element type s9\n"
      "  note: types are f32, s8, u8, s16, s32, s64 and bool\n"
      "t:7:3: error: expected an integer from -128 to 127, found 'x'\n");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "x\n";
  const std::string found = problems_of(many);
  CHECK(std::count(found.begin(), found.end(), '\n') == 20);
}

TEST_CASE("mutated texts are read or refused, never worse", "[text]") {
  Graph graph = small_network();
  graph.nodes.push_back({&everything, EverythingAttributes{.label = "q"}, {TensorId{0}}, {}, ""});
  graph.add({.type = ElementType::s8,
             .shape = {200},
             .constant = true,
             .data = std::vector<std::uint8_t>(200, 9)});
  graph.add({.name = "x\n", .type = ElementType::u8, .constant = true, .data = {}});
  for (int i = 0; i < 100; ++i) graph.tensors.back().data.push_back(static_cast<std::uint8_t>(i));
  const std::string original = print(graph);
  const std::string_view letters = "%[]()=:,\"\\@#_- \n019.exnsplat";
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = original;
    for (auto n = random() % 3 + 1; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random() % 256); break;
        case 1: text[at] = letters[random() % letters.size()]; break;
        case 2: text.erase(at, random() % 8 + 1); break;
        default: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
      }
      if (text.empty()) text = "%";
    }
    Diagnostics diagnostics;
    const std::optional<Graph> read = parse(text, "t", find, diagnostics);
    REQUIRE(read.has_value() != diagnostics.failed());
    if (!read) continue;
    ++accepted;
    const std::string printed = print(*read);
    REQUIRE(print(must_read(printed)) == printed);
  }
  CHECK(accepted > 500);
}
