// SPDX-License-Identifier: Apache-2.0
//
// Operators that the .tflite reader must refuse, and what it says of them.
#include "compiler/graph/text.h"
#include "tests/import/files.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;
using Catch::Equals;

namespace {

constexpr auto none = format::ActivationFunctionType::NONE;

/// An operator in -> out, both 1x4 floats.
FileModel one(FileOperator op, std::vector<FileTensor> operands = {}) {
  return with_operator(std::move(op), floats("in", {1, 4}), std::move(operands),
                       floats("out", {1, 4}));
}

FileTensor bytes(std::string name, Type type, std::vector<std::int32_t> shape,
                 std::vector<std::uint8_t> data) {
  return {
      .name = std::move(name), .type = type, .shape = std::move(shape), .data = std::move(data)};
}

/// The constant of as many floats.
FileTensor weights(std::vector<std::int32_t> shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return bytes("weights", Type::FLOAT32, shape, to_bytes(std::vector<float>(count, 1)));
}

FileOperator fully_connected(format::FullyConnectedOptionsWeightsFormat layout = {},
                             Type bias = {}) {
  return {
      .code = Code::FULLY_CONNECTED,
      .options_type = Table::FullyConnectedOptions,
      .options = options(format::CreateFullyConnectedOptions, none, layout, false, false, bias)};
}

FileOperator convolution(format::Padding padding, std::int32_t stride) {
  return {
      .code = Code::CONV_2D,
      .options_type = Table::Conv2DOptions,
      .options = options(format::CreateConv2DOptions, padding, stride, stride, none, 1, 1, Type{})};
}

FileOperator add(format::ActivationFunctionType activation = none) {
  return {.code = Code::ADD,
          .options_type = Table::AddOptions,
          .options = options(format::CreateAddOptions, activation, true)};
}

using Fused = format::ActivationFunctionType;

struct LstmCase {
  Fused activation = Fused::TANH;
  float projection_clip = 0;
  bool diagonal = false;
  std::vector<std::size_t> extra =
      {};  ///< operands that are there though smelt has no use for them
  std::vector<std::size_t> absent = {};  ///< operands that are left out
};

FileModel lstm(const LstmCase& variant) {
  FileModel model{.inputs = {0}, .outputs = {1}};
  model.tensors = {floats("in", {1, 2, 1}), floats("out", {1, 2, 1}), weights({1, 1}),
                   weights({1})};
  for (const char* state : {"hidden", "cell"}) {
    model.tensors.push_back(floats(state, {1, 1}));
    model.tensors.back().variable = true;
  }
  std::vector<std::int32_t> operands(24, -1);
  operands[0] = 0;
  for (const std::size_t i : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U}) operands[i] = 2;
  for (const std::size_t i : {12U, 13U, 14U, 15U}) operands[i] = 3;
  operands[18] = 4;
  operands[19] = 5;
  for (const std::size_t i : variant.extra) operands[i] = 3;
  for (const std::size_t i : variant.absent) operands[i] = -1;
  model.operators = {
      {.code = Code::UNIDIRECTIONAL_SEQUENCE_LSTM,
       .inputs = operands,
       .outputs = {1},
       .options_type = Table::UnidirectionalSequenceLSTMOptions,
       .options = options(format::CreateUnidirectionalSequenceLSTMOptions, variant.activation, 0.0F,
                          variant.projection_clip, false, false, variant.diagonal)}};
  return model;
}

}  // namespace

TEST_CASE("operators that do not exist or are not supported") {
  FileModel model = one({.code = Code::RELU});
  model.operators[0].code_index = 5;
  CHECK_THAT(refusal(model),
             Equals("m.tflite: error: operator 0 (unknown): names an operator code that does not "
                    "exist\n  note: the file is damaged; export the model again\n"));
  CHECK_THAT(refusal(one({.code = Code::GELU})),
             Equals("m.tflite: error: operator 0 (GELU \"out\"): is not supported (inputs \"in\")\n"
                    "  note: replace it in the model, or bind a function of your own with --custom "
                    "GELU=header.h:function\n"));
  CHECK_THAT(refusal(one({.code = static_cast<Code>(4321)})), Contains("operator 0 (#4321"));
  CHECK_THAT(refusal(one({.code = Code::RELU, .version = 9})),
             Contains("operator 0 (RELU \"out\"): version 9 is not supported, up to 3 is") &&
                 Contains("note: export with an older converter"));
}

TEST_CASE("operands that do not exist") {
  const std::string text = "has an operand that does not exist";
  FileModel model = one({.code = Code::RELU});
  model.operators[0].inputs = {9};
  CHECK_THAT(refusal(model), Contains(text));
  model.operators[0].inputs = {-2};
  CHECK_THAT(refusal(model), Contains(text));
  model.operators[0].inputs = {0};
  model.operators[0].outputs = {-1};
  CHECK_THAT(refusal(model), Contains(text));
  model.operators[0].outputs = {};
  CHECK_THAT(refusal(model), Contains(text));
}

TEST_CASE("a tensor that importing added is none of the file's") {
  FileModel model = one({.code = Code::PACK,
                         .options_type = Table::PackOptions,
                         .options = options(format::CreatePackOptions, 1, 0)});
  model.tensors[1].shape = {1, 1, 4};
  CHECK(accepted(model).graph.tensors.size() > 2);
  model.operators.push_back({.code = Code::RELU, .inputs = {2}, .outputs = {1}});
  CHECK_THAT(refusal(model), Contains("operator 1 (RELU): has an operand that does not exist"));
}

TEST_CASE("the wrong number of operands") {
  CHECK_THAT(refusal(one({.code = Code::RELU}, {floats("more", {1})})),
             Contains("(RELU \"out\"): has 2 inputs and 1 outputs"));
  FileModel model = one({.code = Code::RELU});
  model.operators[0].inputs = {-1};
  CHECK_THAT(refusal(model), Contains("has 1 inputs"));
  model = one({.code = Code::RELU});
  model.tensors.push_back(floats("second", {1, 4}));
  model.operators[0].outputs.push_back(2);
  CHECK_THAT(refusal(model), Contains("has 1 inputs and 2 outputs"));
}

TEST_CASE("all problems are in one report, each with its operator") {
  FileModel model = one({.code = Code::GELU});
  model.tensors.push_back({.name = "half", .type = Type::FLOAT16, .shape = {4}});
  model.tensors.push_back(floats("open", {1, -1}));
  model.tensors.push_back(floats("last", {1, 4}));
  model.operators.push_back({.code = Code::RELU, .inputs = {2}, .outputs = {3}});
  model.operators.push_back({.code = Code::FAKE_QUANT, .inputs = {0}, .outputs = {4}});
  model.operators.push_back({.code = Code::ADD, .inputs = {0, 2}, .outputs = {4}});
  model.operators.push_back({.code = Code::ADD, .inputs = {0, 0}, .outputs = {4}});
  model.inputs.push_back(17);
  const std::string text = refusal(model);
  CHECK(text.find("FLOAT16") == text.rfind("FLOAT16"));
  CHECK_THAT(text,
             Contains("input 1 is tensor 17, which does not exist") &&
                 Contains("operator 0 (GELU \"out\"): is not supported (inputs \"in\")") &&
                 Contains("operator 1 (RELU \"open\"): tensor \"half\" has type FLOAT16") &&
                 Contains("operator 1 (RELU \"open\"): tensor \"open\" has a dynamic shape") &&
                 Contains("operator 2 (FAKE_QUANT \"last\"): is not supported") &&
                 Contains("operator 4 (ADD \"last\"): has no options table"));
}

TEST_CASE("operators out of order, and results written twice") {
  FileModel model = one({.code = Code::RELU});
  model.tensors.push_back(floats("late", {1, 4}));
  model.operators[0].inputs = {2};
  model.operators.push_back({.code = Code::RELU, .inputs = {0}, .outputs = {2}});
  CHECK_THAT(refusal(model),
             Contains("operator 0 (RELU \"out\"): an operand is read before it is computed"));
  model.operators[0].inputs = {0};
  model.operators[1].outputs = {1};
  CHECK_THAT(refusal(model), Contains("operator 1 (RELU \"out\"): an output is written twice"));
}

TEST_CASE("every operator with options wants its table") {
  for (const Code code : {Code::ADD,
                          Code::SUB,
                          Code::MUL,
                          Code::CONV_2D,
                          Code::DEPTHWISE_CONV_2D,
                          Code::TRANSPOSE_CONV,
                          Code::FULLY_CONNECTED,
                          Code::AVERAGE_POOL_2D,
                          Code::MAX_POOL_2D,
                          Code::SOFTMAX,
                          Code::LEAKY_RELU,
                          Code::CONCATENATION,
                          Code::PACK,
                          Code::UNPACK,
                          Code::MEAN,
                          Code::SUM,
                          Code::STRIDED_SLICE,
                          Code::RESIZE_BILINEAR,
                          Code::RESIZE_NEAREST_NEIGHBOR,
                          Code::UNIDIRECTIONAL_SEQUENCE_LSTM}) {
    CAPTURE(format::EnumNameBuiltinOperator(code));
    CHECK_THAT(refusal(one({.code = code})), Contains("has no options table"));
    // The table of another operator is none either.
    CHECK_THAT(refusal(one({.code = code,
                            .options_type = Table::GatherOptions,
                            .options = options(format::CreateGatherOptions, 0, 0)})),
               Contains("has no options table"));
  }
}

TEST_CASE("fused activations that are not supported") {
  const FileTensor other = floats("in", {1, 4});
  FileModel model = one(add(Fused::TANH), {other});
  model.inputs.push_back(1);
  CHECK_THAT(refusal(model), Contains("(ADD \"out\"): fused activation TANH is not supported") &&
                                 Contains("make the activation an operator of its own"));
  model = one(add(static_cast<Fused>(77)), {other});
  model.inputs.push_back(1);
  CHECK_THAT(refusal(model), Contains("fused activation #77 is not supported"));
  CHECK_THAT(refusal(one({.code = Code::CONCATENATION,
                          .options_type = Table::ConcatenationOptions,
                          .options = options(format::CreateConcatenationOptions, 1, Fused::RELU)})),
             Contains("has a fused activation"));
}

TEST_CASE("windows that cannot be") {
  const auto problem = [](FileOperator op, std::vector<std::int32_t> image,
                          std::vector<std::int32_t> kernel) {
    return refusal(with_operator(std::move(op), floats("in", std::move(image)),
                                 {weights(std::move(kernel))}, floats("out", {1, 4, 4, 1})));
  };
  using format::Padding;
  const std::vector<std::int32_t> image{1, 4, 4, 1};
  CHECK_THAT(problem(convolution(Padding::SAME, 0), image, {1, 3, 3, 1}),
             Contains("padding, kernel size, stride or dilation is out of range"));
  CHECK_THAT(problem(convolution(Padding::SAME, -3), image, {1, 3, 3, 1}),
             Contains("stride or dilation is out of range"));
  CHECK_THAT(problem(convolution(static_cast<Padding>(5), 1), image, {1, 3, 3, 1}),
             Contains("stride or dilation is out of range"));
  CHECK_THAT(problem(convolution(Padding::SAME, 1), {4, 4}, {1, 3, 3, 1}),
             Contains("the input must be NHWC"));
  CHECK_THAT(problem(convolution(Padding::VALID, 0), image, {1, 3, 3, 1}),
             Contains("kernel size, strides and dilations must be from 1 to 32767"));
  CHECK_THAT(problem(convolution(Padding::VALID, 1), image, {1, 5, 5, 1}),
             Contains("does not fit the padded image"));
  CHECK_THAT(problem(convolution(Padding::VALID, 1), image, {3, 3}),
             Contains("weights have shape 3x3, expected four dimensions"));
}

TEST_CASE("poolings that never end") {
  const FileOperator op{.code = Code::MAX_POOL_2D,
                        .options_type = Table::Pool2DOptions,
                        .options = options(format::CreatePool2DOptions, format::Padding::SAME, 1, 1,
                                           1000, 200, none)};
  CHECK_THAT(refusal(with_operator(op, floats("in", {1, 2000, 2000, 1}), {},
                                   floats("out", {1, 2000, 2000, 1}))),
             Contains("a 200x1000 window over an output 1x2000x2000x1 is too much work"));
}

TEST_CASE("a transposed convolution has an output of four dimensions") {
  const FileOperator op{
      .code = Code::TRANSPOSE_CONV,
      .inputs = {1, 2, 0},
      .options_type = Table::TransposeConvOptions,
      .options = options(format::CreateTransposeConvOptions, format::Padding::SAME, 1, 1, none)};
  CHECK_THAT(refusal(with_operator(op, floats("in", {1, 2, 2, 1}),
                                   {ints("shape", {2}, {2, 2}), weights({1, 1, 1, 1})},
                                   floats("out", {2, 2}))),
             Contains("outputs have shape 2x2, expected four dimensions"));
}

TEST_CASE("bytes without a scale are no numbers to arithmetic") {
  const FileTensor plain = bytes("in", Type::INT8, {2}, {});
  FileTensor result = bytes("out", Type::INT8, {2}, {});
  FileTensor truth = bytes("out", Type::BOOL, {2}, {});
  FileOperator sum = add();
  const std::string words = "tensor \"in\" has type s8 but no scale";
  CHECK_THAT(refusal(with_operator(sum, plain, {plain}, result)), Contains(words));
  for (const Code code : {Code::MAXIMUM, Code::MINIMUM})
    CHECK_THAT(refusal(with_operator({.code = code}, plain, {plain}, result)), Contains(words));
  for (const Code code : {Code::LESS, Code::EQUAL, Code::NOT_EQUAL, Code::GREATER_EQUAL})
    CHECK_THAT(refusal(with_operator({.code = code}, plain, {plain}, truth)), Contains(words));
}

TEST_CASE("functions of bytes that the format computes in its own way are refused") {
  FileTensor in = bytes("in", Type::INT8, {2}, {}), out = bytes("out", Type::INT8, {2}, {});
  in.scales = {0.5F};
  in.zero_points = {0};
  out.scales = {0.25F};
  out.zero_points = {0};
  for (const Code code : {Code::EXP, Code::LOG, Code::RSQRT, Code::ABS, Code::NEG, Code::SQUARE})
    CHECK_THAT(refusal(with_operator({.code = code}, in, {}, out)),
               Contains("has operands of type s8") && Contains("leave this operator in float32"));
  out.scales = {0.5F};
  CHECK(accepted(with_operator({.code = Code::ABS}, in, {}, out)).said.empty());
  CHECK(accepted(with_operator({.code = Code::ELU}, in, {}, out)).said.empty());
}

TEST_CASE("comparisons that the graph does not have are those that it has, exchanged") {
  const FileTensor in = floats("in", {2}), truth = bytes("out", Type::BOOL, {2}, {});
  const auto graph = [&](Code code) {
    return accepted(with_operator({.code = code}, in, {weights({2})}, truth)).graph;
  };
  const Graph greater = graph(Code::GREATER);
  CHECK(greater.nodes[0].op->name == "less");
  CHECK(greater.nodes[0].inputs[1] == greater.inputs[0]);
  CHECK(graph(Code::GREATER_EQUAL).nodes[0].op->name == "less_equal");
  CHECK(graph(Code::NOT_EQUAL).nodes[1].op->name == "logical_not");
}

TEST_CASE("fully connected layers that are not supported") {
  using Layout = format::FullyConnectedOptionsWeightsFormat;
  CHECK_THAT(refusal(one(fully_connected(Layout::SHUFFLED4x16INT8), {weights({4, 4})})),
             Contains("has shuffled weights"));
  FileTensor scalar = bytes("weights", Type::INT8, {}, {3});
  scalar.scales = {0.5F};
  CHECK_THAT(refusal(one(fully_connected(), {scalar})), Contains("do not match the input"));
}

/// A tensor of numbers with a scale of 1.
FileTensor quantized(std::string name, Type type, std::vector<std::int32_t> shape,
                     std::vector<std::uint8_t> data = {}) {
  FileTensor tensor = bytes(std::move(name), type, std::move(shape), std::move(data));
  tensor.scales = {1};
  return tensor;
}

TEST_CASE("weights of 4 bits are two in a byte, the low half first") {
  FileModel model = with_operator(fully_connected(), quantized("in", Type::INT8, {1, 3}),
                                  {quantized("weights", Type::INT4, {1, 3}, {0x71, 0x08})},
                                  quantized("out", Type::INT8, {1, 1}));
  const Graph graph = accepted(model).graph;
  const Tensor& weights = graph[graph.nodes[0].inputs[1]];
  CHECK(weights.type == ElementType::s4);
  CHECK(integers(weights) == std::vector<std::int64_t>{1, 7, -8});
  model.tensors[1].data = {0x71};
  CHECK_THAT(refusal(model), Contains("has 1 bytes of data, its shape 1x3 needs 2"));
  model.tensors[1].data = {};
  CHECK_THAT(refusal(model), Contains("has type INT4, which only constants may have"));
}

TEST_CASE("int4 weights under float activations are compiled as float") {
  const FileModel model =
      with_operator(fully_connected(), floats("in", {1, 2}),
                    {quantized("weights", Type::INT4, {1, 2}, {0x8f})}, floats("out", {1, 1}));
  const Accepted read = accepted(model);
  CHECK_THAT(read.said, Contains("has int4 weights under float activations"));
  CHECK(elements<float>(read.graph[read.graph.nodes[0].inputs[1]]) == std::vector<float>{-1, -8});
}

TEST_CASE("a 16-bit layer may ask for a bias of 32 bits that it does not have") {
  const auto inputs_of = [](Type bias) {
    const FileModel model =
        with_operator(fully_connected({}, bias), quantized("in", Type::INT16, {1, 2}),
                      {quantized("weights", Type::INT8, {3, 2}, {1, 2, 3, 4, 5, 6})},
                      quantized("out", Type::INT16, {1, 3}));
    return accepted(model).graph;
  };
  CHECK(inputs_of({}).nodes[0].inputs.size() == 2);
  const Graph graph = inputs_of(Type::INT32);
  REQUIRE(graph.nodes[0].inputs.size() == 3);
  const Tensor& bias = graph[graph.nodes[0].inputs[2]];
  CHECK(bias.type == ElementType::s32);
  CHECK(integers(bias) == std::vector<std::int64_t>{0, 0, 0});
}

TEST_CASE("int8 weights under float activations are compiled as float, with a warning") {
  FileTensor shared = bytes("weights", Type::INT8, {2, 4}, {1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc});
  shared.scales = {0.5F};
  FileModel model =
      with_operator(fully_connected(), floats("in", {1, 4}), {shared}, floats("out", {1, 2}));
  const auto weights_of = [](const Accepted& from) {
    return elements<float>(from.graph[from.graph.nodes[0].inputs[1]]);
  };
  const Accepted whole = accepted(model);
  CHECK_THAT(whole.said,
             Equals("m.tflite: warning: operator 0 (FULLY_CONNECTED \"out\"): has int8 weights "
                    "under float activations: they are compiled as float\n  note: quantize the "
                    "whole model to int8 to make it four times smaller and faster\n"));
  CHECK(weights_of(whole) == std::vector<float>{0.5F, 1, 1.5F, 2, -0.5F, -1, -1.5F, -2});
  model.tensors[1].scales = {0.5F, 0.25F};
  model.tensors[1].zero_points = {0, 1};
  CHECK(weights_of(accepted(model)) ==
        std::vector<float>{0.5F, 1, 1.5F, 2, -0.5F, -0.75F, -1, -1.25F});
  model.tensors[1].scales = {1, 2, 3, 4};
  model.tensors[1].zero_points = {0};
  model.tensors[1].axis = 1;
  CHECK(weights_of(accepted(model)) == std::vector<float>{1, 4, 9, 16, -1, -4, -9, -16});
}

TEST_CASE("LSTM variants that are not supported") {
  CHECK(accepted(lstm({})).graph.nodes.size() == 1);
  CHECK_THAT(refusal(lstm({.extra = {10}})),
             Contains("has peephole connections") && Contains("note: use a plain LSTM layer"));
  CHECK_THAT(refusal(lstm({.extra = {16}})), Contains("has a projection"));
  CHECK_THAT(refusal(lstm({.extra = {23}})), Contains("has layer normalization"));
  CHECK_THAT(refusal(lstm({.absent = {1}})), Contains("couples the input and forget gates"));
  CHECK_THAT(refusal(lstm({.absent = {5}})), Contains("couples the input and forget gates"));
  CHECK_THAT(refusal(lstm({.activation = Fused::RELU})),
             Contains("has an activation other than tanh"));
  CHECK_THAT(refusal(lstm({.projection_clip = 1})),
             Contains("clips a projection or has diagonal weights"));
  CHECK_THAT(refusal(lstm({.diagonal = true})), Contains("has diagonal weights"));
  CHECK_THAT(refusal(lstm({.absent = {18}})), Contains("operands, 1 outputs: not what lstm takes"));
  CHECK_THAT(refusal(lstm({.absent = {6}})), Contains("not what lstm takes"));
}

TEST_CASE("custom operators") {
  FileOperator op{.code = Code::CUSTOM, .custom_code = "MyOp", .custom_options = {7, 255}};
  CHECK_THAT(refusal(one(op)), Contains("operator 0 (MyOp \"out\"): is not supported") &&
                                   Contains("--custom MyOp=header.h:function"));
  const ImportOptions bound{.custom = {{"MyOp", {"my.h", "mine::run"}}, {"GELU", {"g.h", "gelu"}}}};
  CHECK_THAT(print(accepted(one(op), bound).graph),
             Contains("custom(%0) header \"my.h\" function \"mine::run\" options [7, 255] @0 "
                      "\"MyOp\""));
  CHECK(accepted(one({.code = Code::GELU}), bound).graph.nodes.size() == 1);
  op.large_options = 10;
  CHECK_THAT(refusal(one(op), bound), Contains("has options outside the FlatBuffer"));
  CHECK_THAT(refusal(one({.code = Code::CUSTOM})), Contains("operator 0 (CUSTOM \"out\")"));
  const ImportOptions unspeakable{.custom = {{"MyOp", {"my.h\"", "f"}}}};
  CHECK_THAT(refusal(one({.code = Code::CUSTOM, .custom_code = "MyOp"}), unspeakable),
             Contains("cannot be bound"));
}
