// SPDX-License-Identifier: Apache-2.0
//
// Files, tensors, inputs and outputs that the .tflite reader must refuse, and what it says.
#include <cmath>
#include <limits>

#include "compiler/export/tflite.h"
#include "compiler/graph/text.h"
#include "tests/import/files.h"
#include "tests/support/operator_models.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;
using Catch::Equals;

namespace {

/// in -> RELU -> out, which is valid.
FileModel relu() {
  return with_operator({.code = Code::RELU}, floats("in", {1, 4}), {}, floats("out", {1, 4}));
}

/// What is said where the operator's input is this tensor.
std::string refused_input(FileTensor tensor) {
  FileModel model = relu();
  model.tensors[0] = std::move(tensor);
  return refusal(model);
}

/// A quantized input of shape 1x4.
FileTensor quantized(std::vector<float> scales, std::vector<std::int64_t> zeros,
                     std::int32_t axis = 0) {
  return {.name = "in",
          .type = Type::INT8,
          .shape = {1, 4},
          .scales = std::move(scales),
          .zero_points = std::move(zeros),
          .axis = axis};
}

/// RELU of a constant with a problem: what is said of operands.
std::string refused_operand(FileTensor tensor) {
  FileModel model = with_operator({.code = Code::ADD}, floats("in", {1, 4}), {std::move(tensor)},
                                  floats("out", {1, 4}));
  return refusal(model);
}

}  // namespace

TEST_CASE("the smallest model is accepted") {
  const Accepted model = accepted(relu());
  CHECK(model.said.empty());
  CHECK(model.graph.nodes.size() == 1);
  CHECK(model.graph.tensors[1].origin.tensor == 1);
  CHECK(model.graph.nodes[0].file_kind == "RELU");
}

TEST_CASE("files that are no .tflite files") {
  const std::string text =
      "m.tflite: error: is not a valid .tflite file\n"
      "  note: it may be truncated, or of another format\n";
  std::vector<std::uint8_t> bytes = relu().bytes();
  CHECK_THAT(refusal(std::vector<std::uint8_t>{}), Equals(text));
  CHECK_THAT(refusal(std::vector<std::uint8_t>(1000, 0)), Equals(text));
  CHECK_THAT(refusal(std::vector<std::uint8_t>(1000, 0xff)), Equals(text));
  bytes[5] = 'X';  // of "TFL3"
  CHECK_THAT(refusal(bytes), Equals(text));
}

TEST_CASE("a file cut off anywhere is refused, or read as it was") {
  for (const NamedModel& model : operator_models()) {
    if (model.name != "conv2d_s8" && model.name != "lstm_f32") continue;
    Diagnostics diagnostics;
    const std::vector<std::uint8_t> whole = *export_tflite(model.graph, diagnostics);
    const std::string text = print(*import_tflite(whole, "m.tflite", {}, diagnostics));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Diagnostics found;
      // A buffer of this size, so that a sanitizer sees what is read behind it.
      const std::vector<std::uint8_t> part(whole.begin(),
                                           whole.begin() + static_cast<std::ptrdiff_t>(size));
      const auto graph = import_tflite(part, "m.tflite", {}, found);
      if (graph)
        CHECK(print(*graph) == text);
      else
        CHECK(found.failed());
    }
  }
}

TEST_CASE("versions and subgraphs") {
  FileModel model = relu();
  model.version = 4;
  CHECK_THAT(refusal(model), Contains("error: version 4 of the format is not supported") &&
                                 Contains("note: version 3 is what"));
  model.has_subgraph = false;
  CHECK_THAT(refusal(model), Contains("version 4") && Contains("error: has no subgraph"));
}

TEST_CASE("inputs and outputs that cannot be") {
  FileModel model = relu();
  model.inputs = {0, 7, -1};
  model.outputs = {2};
  const std::string text = refusal(model);
  CHECK_THAT(text, Contains("input 1 is tensor 7, which does not exist") &&
                       Contains("input 2 is tensor -1, which does not exist") &&
                       Contains("output 0 is tensor 2, which does not exist") &&
                       Contains("has no output"));
  model.inputs = {};
  CHECK_THAT(refusal(model), Contains("has no input"));
  model.inputs = {0, 0};
  CHECK_THAT(refusal(model), Contains("input \"in\" is listed twice"));
}

TEST_CASE("inputs and outputs of the wrong kind") {
  CHECK_THAT(refused_input(ints("in", {2}, {1, 2})), Contains("input \"in\" is a constant"));
  FileTensor state = floats("in", {1, 4});
  state.variable = true;
  CHECK_THAT(refused_input(state), Contains("input \"in\" is a variable"));
  CHECK_THAT(refused_input(floats("in", {1, 0})), Contains("input \"in\" has no elements"));
  FileModel model = relu();
  model.tensors.push_back(floats("lonely", {1, 4}));
  model.outputs.push_back(2);
  CHECK_THAT(refusal(model), Contains("an output is never computed"));
}

TEST_CASE("an output that no input reaches") {
  FileModel model = relu();
  model.tensors.push_back(
      {.name = "weights", .shape = {2}, .data = to_bytes(std::vector<float>{1, -2})});
  model.tensors.push_back(floats("fixed", {2}));
  model.operators.push_back({.code = Code::RELU, .inputs = {2}, .outputs = {3}});
  CHECK_NOTHROW(accepted(model));
  model.outputs.push_back(3);
  CHECK_THAT(refusal(model), Contains("output \"fixed\" does not depend on an input") &&
                                 Contains("note: remove it from the model's signature"));
}

TEST_CASE("models too large to compile") {
  FileModel model = relu();
  for (FileTensor& each : model.tensors) each.shape = {1, 1 << 26};
  CHECK_THAT(refusal(model),
             Contains("has tensors of 536870912 bytes, at most 268435456 are supported"));
  // A constant of a few bytes, padded to one of gigabytes: it would be computed at once.
  FileTensor little = floats("little", {1, 1});
  little.data = to_bytes(std::vector<float>{1});
  model = with_operator(
      {.code = Code::MAXIMUM, .inputs = {0, 3}}, floats("in", {1, 1}),
      {little, ints("paddings", {2, 2}, {0, 2000, 0, 2000}), floats("large", {2001, 2001})},
      floats("out", {2001, 2001}));
  model.operators.insert(model.operators.begin(),
                         {.code = Code::PAD, .inputs = {1, 2}, .outputs = {3}});
  CHECK_THAT(refusal(model), Contains("operator 0 (PAD \"large\"): has constant operands and too "
                                      "large a result") &&
                                 Contains("note: store the result in the model instead"));
}

TEST_CASE("shapes that cannot be") {
  CHECK_THAT(refused_input(floats("in", {1, -4})),
             Contains("input \"in\" has a dynamic shape (dimension 1)"));
  CHECK_THAT(refused_input(floats("in", {65536, 65536})),
             Contains("input \"in\" has shape 65536x65536"));
  CHECK_THAT(refused_input(floats("in", {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX})),
             Contains("has shape 2147483647x2147483647x2147483647x2147483647"));
  CHECK_THAT(refused_input(floats("in", std::vector<std::int32_t>(9, 1))),
             Contains("has shape 1x1x1x1x1x1x1x1x1"));
  FileTensor open = floats("in", {1, 4});
  open.shape_signature = {1, -1};
  CHECK_THAT(refused_input(open), Contains("input \"in\" has a dynamic shape (dimension 1)") &&
                                      Contains("note: export the model with fixed shapes"));
}

TEST_CASE("an unknown batch is one") {
  FileModel model = relu();
  model.tensors[0].shape = {-1, 4};
  model.tensors[1].shape_signature = {-1, 4};
  const Accepted one = accepted(model);
  CHECK(one.graph.tensors[0].shape == Shape{1, 4});
  CHECK(one.graph.tensors[1].shape == Shape{1, 4});
}

TEST_CASE("types that are not supported") {
  FileTensor tensor = floats("in", {1, 4});
  tensor.type = Type::FLOAT16;
  CHECK_THAT(refused_input(tensor),
             Contains("input \"in\" has type FLOAT16, which is not supported"));
  tensor.type = static_cast<Type>(99);
  CHECK_THAT(refused_input(tensor), Contains("has type #99, which is not supported"));
}

TEST_CASE("scales and zero points that cannot be") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK_THAT(refused_input(quantized({0}, {0})), Contains("input \"in\" has scale 0"));
  CHECK_THAT(refused_input(quantized({-1}, {0})), Contains("has scale -1"));
  CHECK_THAT(refused_input(quantized({infinity}, {0})), Contains("has scale inf"));
  CHECK_THAT(refused_input(quantized({std::nanf("")}, {0})), Contains("has scale nan"));
  CHECK_THAT(refused_input(quantized({1}, {128})), Contains("has zero point 128"));
  CHECK_THAT(refused_input(quantized({1}, {INT64_MIN})),
             Contains("has zero point -9223372036854775808"));
  CHECK_THAT(refused_input(quantized({1, 2}, {0, 0}, 1)),
             Contains("has 2 scales along axis 1 of 1x4"));
  CHECK_THAT(refused_input(quantized({1, 2}, {0, 0}, -1)), Contains("has 2 scales along axis -1"));
  CHECK_THAT(refused_input(quantized({1, 2}, {0, 0}, 9)), Contains("has 2 scales along axis 9"));
  CHECK_THAT(refused_input(quantized({1, 2, 3, 4}, {0, 0, 0}, 1)),
             Contains("has 3 zero points for 4 scales"));
}

TEST_CASE("zero points may be missing, or one for all scales") {
  FileModel model = relu();
  model.tensors[0] = quantized({1}, {});
  model.tensors[1] = quantized({1}, {0});
  CHECK(accepted(model).graph.tensors[0].quantization == Quantization{{1}, {0}, 0});
  FileTensor weights = quantized({1, 2, 3, 4}, {5}, 1);
  weights.name = "unused";
  model.tensors.push_back(weights);
  CHECK(accepted(model).graph.tensors[2].quantization ==
        Quantization{{1, 2, 3, 4}, {5, 5, 5, 5}, 1});
}

TEST_CASE("data that cannot be") {
  FileTensor tensor = ints("in", {1, 4}, {1, 2, 3});
  CHECK_THAT(refused_operand(tensor),
             Contains("tensor \"in\" has 12 bytes of data, its shape 1x4 needs 16"));
  tensor.buffer = 77;
  CHECK_THAT(refused_operand(tensor), Contains("names buffer 77, which does not exist"));
  tensor = floats("in", {1, 4});
  tensor.external_buffer = 1;
  CHECK_THAT(refused_operand(tensor), Contains("is stored outside the file"));
  tensor = floats("in", {1, 4});
  tensor.outside_offset = 4096;
  CHECK_THAT(refused_operand(tensor), Contains("is stored outside the FlatBuffer"));
  tensor = floats("in", {1, 4});
  tensor.sparse = true;
  CHECK_THAT(refused_operand(tensor), Contains("is stored sparse"));
  tensor = floats("in", {1, 4});
  tensor.other_scheme = true;
  CHECK_THAT(refused_operand(tensor),
             Contains("has a quantization scheme that is not supported") &&
                 Contains("note: export the model with fixed shapes, dense weights"));
}

TEST_CASE("a tensor that nothing uses may be anything") {
  FileModel model = relu();
  FileTensor tensor = floats("unused", {1, -1});
  tensor.type = Type::STRING;
  tensor.sparse = true;
  model.tensors.push_back(tensor);
  CHECK_NOTHROW(accepted(model));
}

TEST_CASE("tensors without a name get one") {
  FileModel model = relu();
  model.tensors[0].name = "";
  CHECK(accepted(model).graph.tensors[0].name == "tensor_0");
}

TEST_CASE("names cannot drive the terminal") {
  FileModel model = relu();
  model.tensors[0] = {.name = "\x1b[2J", .type = Type::FLOAT16, .shape = {1, 4}};
  CHECK_THAT(refusal(model), Contains("input \"\\x1b[2J\" has type"));
}
