// SPDX-License-Identifier: Apache-2.0
//
// The emitter on small graphs: hostile names and labels, and what files there are.
#include "codegen/emit.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "codegen/memory_svg.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/softmax.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/hostile.h"
#include "tools/files.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr const char* flags =
    " -std=c++14 -Wall -Wextra -Wconversion -Wshadow -Wundef -pedantic -Werror -Wtrigraphs"
    " -fno-exceptions -fno-rtti -fsyntax-only ";

/// Convolutions of an image under names that the code of pipelines uses itself.
Graph named_pipeline() {
  Builder b;
  b.graph.name = "net";
  TensorId x = b.input(ElementType::f32, {1, 20, 3, 2});
  const TensorId weights =
      b.constant<float>(ElementType::f32, {2, 2, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  for (const char* name : {"row", "rows", "done", "missing", "push_row", "out", "a_row", "a",
                           "rows_0", "pipeline_0", "a_out_ring", "ring", "next", "input", "y"}) {
    const TensorId bias = b.constant<float>(ElementType::f32, {2}, {1, 2});
    x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, weights, bias});
    b.graph[x].name = b.graph.nodes.back().name = name;
  }
  b.output(x);
  return b.graph;
}

/// Nothing but the window that rows move, which is state.
Graph rows_alone() {
  Builder b;
  b.graph.name = "net";
  const Quantization quantization = per_tensor(0.5F, 0);
  const TensorId x = b.input(ElementType::s8, {1, 4, 2, 3}, quantization);
  b.output(b.node(
      ops::max_pool2d,
      ops::Pool2dAttributes{.kernel = {2, 1}, .stride = {1, 1}, .pads = {}, .dilation = {1, 1}},
      {x}, quantization));
  return b.graph;
}

Graph small_graph(float weight, bool softmax) {
  Builder b;
  b.graph.name = "net";
  const TensorId x = b.input(ElementType::f32, {1, 2});
  const TensorId w = b.constant<float>(ElementType::f32, {2, 2}, {weight, 2, 3, 4});
  const TensorId bias = b.constant<float>(ElementType::f32, {2}, {1, 2});
  TensorId y = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, bias});
  b.graph.nodes.back().name = "model/Dense/MatMul;model/Dense/BiasAdd";
  if (softmax) y = b.node(ops::softmax, ops::SoftmaxAttributes{}, {y});
  b.output(y);
  return b.graph;
}

Program program_of(const Graph& graph) {
  return lower_and_plan(graph, *find_target("generic"), {.optimize = Optimize::none});
}

EmitOptions options() {
  return {.model_file = "net.tflite",
          .sha256 = "00",
          .version = "1",
          .command = "smelt compile",
          .passes = "none"};
}

const std::string& text_of(const std::vector<OutputFile>& files, std::string_view path) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const OutputFile& file) { return file.path == path; });
  REQUIRE(found != files.end());
  return found->text;
}

std::vector<std::string> paths(const std::vector<OutputFile>& files) {
  std::vector<std::string> result;
  for (const OutputFile& file : files) result.push_back(file.path);
  return result;
}

/// What compilers say of the sources in a folder; empty if nothing.
std::string complaints(const std::vector<OutputFile>& files, const std::string& more) {
  const tools::TemporaryFolder folder;
  Diagnostics diagnostics;
  REQUIRE(tools::write_files(folder.path(), files, diagnostics));
  const std::string in = folder.path().string();
  const std::string log = in + "/log";
  std::string said;
  for (const char* compiler : {"g++", "clang++-19", "avr-g++ -mmcu=atmega2560"}) {
    if (std::system((std::string("command -v ") + compiler + " >/dev/null").c_str()) != 0) continue;
    const std::string command = std::string(compiler) + flags + more + " -I" + in + " " + in +
                                "/net.cpp " + in + "/net_weights.cpp >" + log + " 2>&1";
    if (std::system(command.c_str()) == 0) continue;
    std::ifstream stream(log);
    said += command + "\n" + std::string(std::istreambuf_iterator<char>(stream), {});
  }
  return said;
}

}  // namespace

TEST_CASE("the picture of a plan is well-formed whatever the names") {
  EmitOptions hostile = options();
  hostile.model_file = "<a> & \"b\" \x01\xff]]>";
  const tools::TemporaryFolder folder;
  const std::string file = (folder.path() / "plan.svg").string();
  Diagnostics diagnostics;
  REQUIRE(tools::write_output(file, memory_svg(program_of(hostile_graph()), hostile), diagnostics));
  const std::string parse =
      "python3 -c 'import sys, xml.etree.ElementTree as xml; xml.parse(sys.argv[1])' ";
  CHECK(std::system((parse + file).c_str()) == 0);
}

TEST_CASE("names of any kind do no harm to the emitted code", "[emit]") {
  const Graph graph = hostile_graph();
  const Program program = program_of(graph);
  EmitOptions given = options();
  given.model_file = "*/\n\\";
  given.command = "smelt compile \"*/\\\n?\?/";
  given.labels = {"\"", "\\", "?\?/", "a\nb", "\xc3\xa9", std::string(1000, 'x'), "%d", ""};
  const std::vector<OutputFile> files = emit(program, given);
  CHECK(complaints(files, "") == "");
  CHECK(complaints(files, "-Dnet_unused -DNET_TRACE -trigraphs") == "");
  CHECK(complaints(files, "-DNET_STEP -include " CODEGEN_TESTS "/arduino.h") == "");
  for (const OutputFile& file : files) {
    if (file.path.starts_with("smelt/")) continue;
    CHECK(std::all_of(file.text.begin(), file.text.end(),
                      [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  }
}

TEST_CASE("pipelines are compiled without complaint, whatever takes their rows", "[emit]") {
  for (const Graph& graph : {named_pipeline(), rows_alone()})
    for (const Stream stream : {Stream::none, Stream::rows, Stream::time}) {
      const Program program = lower_and_plan(graph, *find_target("generic"),
                                             {.optimize = Optimize::ram, .stream = stream});
      CAPTURE(graph.nodes.size(), static_cast<int>(stream));
      CHECK(program.streamed.has_value() == (stream != Stream::none));
      const std::vector<OutputFile> files = emit(program, options());
      CHECK(complaints(files, "") == "");
      CHECK(complaints(files, "-DNET_TRACE") == "");
    }
}

TEST_CASE("labels read back byte for byte", "[emit]") {
  const Program program = program_of(small_graph(1, false));
  EmitOptions given = options();
  given.labels = {"\"yes\"\\", "n\xc3\xa9\n?\?/1"};
  const tools::TemporaryFolder folder;
  Diagnostics diagnostics;
  std::vector<OutputFile> files = emit(program, given);
  files.push_back({"use.cpp",
                   "#include \"net.h\"\n#include <string.h>\n"
                   "int main() {\n"
                   "  const char *first = \"\\x22yes\\x22\\x5c\";\n"
                   "  const char *second = \"n\\303\\251\\n\\x3f\\x3f/1\";\n"
                   "  return strcmp(net_label(0), first) || strcmp(net_label(1), second) ||\n"
                   "         strcmp(net_label(2), \"\") || NET_LABEL_COUNT != 2;\n}\n"});
  REQUIRE(tools::write_files(folder.path(), files, diagnostics));
  const std::string in = folder.path().string();
  CHECK(std::system(
            ("g++ -I" + in + " " + in + "/use.cpp -o " + in + "/use && " + in + "/use").c_str()) ==
        0);
}

TEST_CASE("names come from the model, the original stands in the comment", "[emit]") {
  const std::vector<OutputFile> files = emit(program_of(small_graph(1, false)), options());
  const std::string& source = text_of(files, "net.cpp");
  CHECK(source.find("// \"model/Dense/MatMul;model/Dense/BiasAdd\"\nconstexpr "
                    "smelt::fully_connected_f32_layer dense SMELT_CONSTANT") != std::string::npos);
  CHECK(source.find("smelt::fully_connected_f32(dense, input, output);") != std::string::npos);
  CHECK(text_of(files, "net_weights.cpp").find("const float dense_weights[4]") !=
        std::string::npos);
}

TEST_CASE("only what is used is emitted and included", "[emit]") {
  const auto plain = paths(emit(program_of(small_graph(1, false)), options()));
  const auto more = paths(emit(program_of(small_graph(1, true)), options()));
  const auto has = [](const std::vector<std::string>& all, std::string_view path) {
    return std::find(all.begin(), all.end(), path) != all.end();
  };
  for (const char* path : {"net.h", "net.cpp", "net_weights.h", "net_weights.cpp",
                           "smelt/runtime.h", "smelt/fully_connected.h"})
    CHECK(has(plain, path));
  CHECK_FALSE(has(plain, "smelt/softmax.h"));
  CHECK_FALSE(has(plain, "smelt/conv2d.h"));
  CHECK_FALSE(has(plain, "smelt/libc.h"));
  CHECK(std::any_of(more.begin(), more.end(),
                    [](const std::string& path) { return path.starts_with("smelt/softmax"); }));
}

TEST_CASE("code and data are apart: other weights change the data file alone", "[emit]") {
  const std::vector<OutputFile> one = emit(program_of(small_graph(1, true)), options());
  const std::vector<OutputFile> two = emit(program_of(small_graph(-7, true)), options());
  REQUIRE(paths(one) == paths(two));
  for (std::size_t i = 0; i < one.size(); ++i)
    CHECK((one[i].text == two[i].text) == (one[i].path != "net_weights.cpp"));
}

TEST_CASE("a golden main holds its vectors and says when state is reset", "[emit]") {
  const Program program = program_of(small_graph(1, false));
  const std::vector<GoldenVector> vectors = {{{floats({1, 2})}, {floats({6, 13})}, true},
                                             {{floats({0, 0})}, {floats({1, 2})}, true}};
  std::vector<OutputFile> files = emit(program, options());
  files.push_back(emit_golden(program, options(), vectors));
  const tools::TemporaryFolder folder;
  Diagnostics diagnostics;
  REQUIRE(tools::write_files(folder.path(), files, diagnostics));
  const std::string in = folder.path().string();
  CHECK(std::system(("g++ -std=c++14 -I" + in + " " + in + "/net*.cpp -o " + in + "/golden && " +
                     in + "/golden >" + in + "/log")
                        .c_str()) == 0);
  std::ifstream log(in + "/log");
  CHECK(std::string(std::istreambuf_iterator<char>(log), {}) == "net: 2 cases, 0 failed\n");
}
