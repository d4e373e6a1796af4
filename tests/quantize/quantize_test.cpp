// SPDX-License-Identifier: Apache-2.0
//
// What graphs of integers the quantizer makes of float graphs.
#include "compiler/quantize/quantize.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/builder.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

const Graph& residual() {
  static const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %12
    %0 "image": f32[1,4,4,2]
    %1 "w1": f32[2,1,1,2] = [1, 0.5, -0.25, 0.5]
    %2 "b1": f32[2] = [0.125, -0.5]
    %3 "first": f32[1,4,4,2] = conv2d(%0, %1, %2) activation relu
    %4 "w2": f32[1,3,3,2] = [1, 0.5, -0.25, 0.5, 1, 2, 3, 4, 5, -1, -2, -3, -4, -5, 0, 1, 2, 3]
    %5 "second": f32[1,4,4,2] = depthwise_conv2d(%3, %4, _) pads [1, 1, 1, 1]
    %6 "sum": f32[1,4,4,2] = add(%5, %3) activation relu
    %7 "pool": f32[1,2,2,2] = max_pool2d(%6) kernel [2, 2] stride [2, 2]
    %8 "flat": f32[1,8] = reshape(%7) shape [1, 8]
    %9 "w3": f32[3,8] = [1, 2, 3, 4, 5, 6, 7, 8, -1, 2, -3, 4, -5, 6, -7, 8, 1, 1, 1, 1, 0, 0, 0, 0]
    %10 "b3": f32[3] = [0, 1, 2]
    %11 "dense": f32[1,3] = fully_connected(%8, %9, %10)
    %12 "softmax": f32[1,3] = softmax(%11)
  )");
  return graph;
}

/// The nodes of that operator.
std::ptrdiff_t count(const Graph& graph, std::string_view name) {
  return std::count_if(graph.nodes.begin(), graph.nodes.end(),
                       [&](const Node& node) { return node.op->name == name; });
}

bool all_as_asked(const Quantized& result) {
  return std::all_of(result.layers.begin(), result.layers.end(),
                     [](const QuantizedLayer& layer) { return layer.reason.empty(); });
}

}  // namespace

TEST_CASE("a residual block in int8 has nothing but its own layers", "[quantize]") {
  const Quantized result = quantized(residual());
  CHECK(outline(result.graph) == R"("first": s8 = conv2d(s8, s8, s32)
"second": s8 = depthwise_conv2d(s8, s8, s32)
"sum": s8 = add(s8, s8)
"pool": s8 = max_pool2d(s8)
"flat": s8 = reshape(s8)
"dense": s8 = fully_connected(s8, s8, s32)
"softmax": s8 = softmax(s8)
)");
  CHECK(all_as_asked(result));
  const Graph& graph = result.graph;
  CHECK(tensor_of(graph, "pool").quantization == tensor_of(graph, "sum").quantization);
  CHECK(tensor_of(graph, "flat").quantization == tensor_of(graph, "sum").quantization);
  CHECK(tensor_of(graph, "softmax").quantization == per_tensor(1.0F / 256, -128));
  // What a ReLU gives has no negative half.
  CHECK(tensor_of(graph, "first").quantization.zero_point() == -128);
  const Quantization& weights = tensor_of(graph, "w2").quantization;
  CHECK(weights.scales.size() == 2);
  CHECK(weights.axis == 3);
  const Quantization& bias = tensor_of(graph, "first.bias").quantization;
  for (std::size_t c = 0; c < 2; ++c)
    CHECK(bias.scales[c] == tensor_of(graph, "image").quantization.scale() *
                                tensor_of(graph, "w1").quantization.scales[c]);
}

TEST_CASE("in int16x8, activations have 16 bits and biases 64", "[quantize]") {
  const Quantized result = quantized(residual(), {.precision = int16x8});
  CHECK(outline(result.graph) == R"("first": s16 = conv2d(s16, s8, s64)
"second": s16 = depthwise_conv2d(s16, s8, s64)
"sum": s16 = add(s16, s16)
"pool": s16 = max_pool2d(s16)
"flat": s16 = reshape(s16)
"dense": s16 = fully_connected(s16, s8, s64)
"softmax": s16 = softmax(s16)
)");
  for (const Tensor& tensor : result.graph.tensors)
    if (tensor.type == s16) CHECK(tensor.quantization.zero_point() == 0);
  CHECK(tensor_of(result.graph, "softmax").quantization == per_tensor(1.0F / 32768, 0));
}

TEST_CASE("in int4, weights have 4 bits and activations 8", "[quantize]") {
  const Quantized result = quantized(residual(), {.precision = int4});
  CHECK(outline(result.graph) == R"("first": s8 = conv2d(s8, s4, s32)
"second": s8 = depthwise_conv2d(s8, s4, s32)
"sum": s8 = add(s8, s8)
"pool": s8 = max_pool2d(s8)
"flat": s8 = reshape(s8)
"dense": s8 = fully_connected(s8, s4, s32)
"softmax": s8 = softmax(s8)
)");
  for (const char* name : {"w1", "w2", "w3"})
    for (const std::int64_t weight : integers(tensor_of(result.graph, name)))
      CHECK(std::abs(weight) <= 7);
}

TEST_CASE("layers that have no kernel for 4 bits take 8", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "image": f32[1,2,2,1]
    %1 "w": f32[1,2,2,1] = [1, 0.5, -0.25, 0.5]
    %2 "up": f32[1,3,3,1] = transpose_conv(%0, %1, _) output_shape [1, 3, 3, 1]
  )"),
                                     {.precision = int4});
  CHECK(outline(result.graph) == "\"up\": s8 = transpose_conv(s8, s8, s32)\n");
}

TEST_CASE("a layer that is kept has seams around it and nowhere else", "[quantize]") {
  const Quantized result = quantized(residual(), {.layers = {{"second", float32}}});
  CHECK(outline(result.graph) == R"("first": s8 = conv2d(s8, s8, s32)
"first.f32": f32 = dequantize(s8)
"second": f32 = depthwise_conv2d(f32, f32, _)
"second.s8": s8 = quantize(f32)
"sum": s8 = add(s8, s8)
"pool": s8 = max_pool2d(s8)
"flat": s8 = reshape(s8)
"dense": s8 = fully_connected(s8, s8, s32)
"softmax": s8 = softmax(s8)
)");
}

TEST_CASE("neighbours that are kept have no seam between them", "[quantize]") {
  const Quantized result =
      quantized(residual(), {.layers = {{"dense", float32}, {"softmax", float32}}});
  CHECK(count(result.graph, "dequantize") == 1);
  CHECK(count(result.graph, "quantize") == 0);
  CHECK(result.graph[result.graph.outputs[0]].type == f32);
  std::map<std::string, Precision> all;
  for (const Node& node : residual().nodes) all[node.name] = float32;
  const Quantized kept = quantized(residual(), {.layers = all, .input_type = f32});
  CHECK(count(kept.graph, "quantize") + count(kept.graph, "dequantize") == 0);
  CHECK(kept.graph.nodes.size() == residual().nodes.size());
}

TEST_CASE("precisions meet in quantize", "[quantize]") {
  const Quantized result =
      quantized(residual(), {.layers = {{"second", int16x8}, {"dense", int4}}});
  CHECK(outline(result.graph) == R"("first": s8 = conv2d(s8, s8, s32)
"first.s16": s16 = quantize(s8)
"second": s16 = depthwise_conv2d(s16, s8, s64)
"second.s8": s8 = quantize(s16)
"sum": s8 = add(s8, s8)
"pool": s8 = max_pool2d(s8)
"flat": s8 = reshape(s8)
"dense": s8 = fully_connected(s8, s4, s32)
"softmax": s8 = softmax(s8)
)");
}

TEST_CASE("inputs and outputs have the types that were asked for", "[quantize]") {
  const Quantized floats = quantized(residual(), {.input_type = f32, .output_type = f32});
  CHECK(floats.graph[floats.graph.inputs[0]].type == f32);
  CHECK(!floats.graph[floats.graph.inputs[0]].quantization.present());
  CHECK(floats.graph[floats.graph.outputs[0]].type == f32);
  CHECK(floats.graph.nodes.front().op->name == "quantize");
  CHECK(floats.graph.nodes.back().op->name == "dequantize");
  CHECK(floats.graph.nodes.size() == residual().nodes.size() + 2);
  const Quantized wide = quantized(residual(), {.input_type = s16, .output_type = s16});
  CHECK(wide.graph[wide.graph.inputs[0]].type == s16);
  CHECK(wide.graph[wide.graph.outputs[0]].type == s16);
  const Quantized narrow =
      quantized(residual(), {.precision = int16x8, .input_type = s8, .output_type = s8});
  CHECK(narrow.graph[narrow.graph.inputs[0]].type == s8);
  CHECK(narrow.graph[narrow.graph.outputs[0]].type == s8);
  CHECK(count(narrow.graph, "quantize") == 2);
}

TEST_CASE("what is concatenated has one scale, and no step before it", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %7
    %0 "x": f32[1,2]
    %1 "w": f32[2,2] = [1, 2, 3, 4]
    %2 "small": f32[2,2] = [0.01, 0.02, -0.03, 0.04]
    %3 "a": f32[1,2] = fully_connected(%0, %1, _)
    %4 "b": f32[1,2] = fully_connected(%0, %2, _)
    %5 "extra": f32[1,1] = [0.5]
    %6 "curve": f32[1,2] = tanh(%3)
    %7 "all": f32[1,7] = concat(%3, %4, %5, %6) axis 1
  )");
  const Quantized result = quantized(graph);
  // The curve's scale is dictated: it alone is represented anew.
  CHECK(outline(result.graph) == R"("a": s8 = fully_connected(s8, s8, s32)
"b": s8 = fully_connected(s8, s8, s32)
"curve": s8 = tanh(s8)
"curve.s8": s8 = quantize(s8)
"all": s8 = concat(s8, s8, s8, s8)
)");
  const Quantization& all = tensor_of(result.graph, "all").quantization;
  for (const char* name : {"a", "b", "extra", "curve.s8"})
    CHECK(tensor_of(result.graph, name).quantization == all);
  CHECK(tensor_of(result.graph, "curve").quantization == per_tensor(1.0F / 128, 0));
}

TEST_CASE("a dictated scale passes through what moves its elements", "[quantize]") {
  for (const Precision& precision : {int8, int16x8}) {
    const Quantized result = quantized(graph_of(R"(
      graph "net" file "net.onnx"
      inputs %0
      outputs %3
      %0 "x": f32[1,4,4,1]
      %1 "curve": f32[1,4,4,1] = logistic(%0)
      %2 "pool": f32[1,2,2,1] = max_pool2d(%1) kernel [2, 2] stride [2, 2]
      %3 "flat": f32[1,4] = reshape(%2) shape [1, 4]
    )"),
                                       {.precision = precision});
    CHECK(count(result.graph, "quantize") == 0);
    CHECK(tensor_of(result.graph, "flat").quantization ==
          tensor_of(result.graph, "curve").quantization);
  }
}

TEST_CASE("what is moved keeps its range beside a reader that selects from it", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %1, %2
    %0 "x": f32[1,4,4,1]
    %1 "pool": f32[1,1,1,1] = max_pool2d(%0) kernel [4, 4] stride [4, 4]
    %2 "pad": f32[1,4,6,1] = pad(%0) before [0, 0, 1, 0] after [0, 0, 1, 0]
  )");
  const Quantized result =
      quantized(graph, {.input_type = ElementType::f32, .observer = Observer::min_max});
  const auto least = [&](std::string_view name) {
    const Quantization& q = tensor_of(result.graph, name).quantization;
    return q.scale() * static_cast<float>(-128 - q.zero_point());
  };
  CHECK(least("pool") == 0);
  CHECK(least("pad") < -0.9F);
}

TEST_CASE("prelu's slopes have 8 bits in every precision", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "x": f32[1,4]
    %1 "slopes": f32[4] = [0.5, 0.25, -0.125, 0]
    %2 "prelu": f32[1,4] = prelu(%0, %1)
  )");
  CHECK(outline(quantized(graph).graph) == "\"prelu\": s8 = prelu(s8, s8)\n");
  CHECK(outline(quantized(graph, {.precision = int16x8}).graph) ==
        "\"prelu\": s16 = prelu(s16, s8)\n");
}

TEST_CASE("operators without integer kernels stay floats", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %3
    %0 "x": f32[1,4]
    %1 "double": f32[1,4] = add(%0, %0)
    %2 "ratio": f32[1,4] = div(%1, %1)
    %3 "sum": f32[1,4] = sub(%2, %1)
  )"));
  CHECK(outline(result.graph) == R"("double": s8 = add(s8, s8)
"double.f32": f32 = dequantize(s8)
"ratio": f32 = div(f32, f32)
"ratio.s8": s8 = quantize(f32)
"sum": s8 = sub(s8, s8)
)");
}

TEST_CASE("a layer whose weights are not finite says why it stays a float", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "x": f32[1,2]
    %1 "w": f32[2,2] = [1, 2, inf, 4]
    %2 "dense": f32[1,2] = fully_connected(%0, %1, _)
  )"),
                                     {.input_type = f32});
  CHECK(outline(result.graph) == "\"dense\": f32 = fully_connected(f32, f32, _)\n");
  REQUIRE(result.layers.size() == 1);
  CHECK(result.layers[0].precision == float32);
  CHECK(result.layers[0].reason == "its weights are not finite");
}

TEST_CASE("constants that are not finite saturate, and decide no scale", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "x": f32[1,4]
    %1 "mask": f32[1,4] = [0, 1, -inf, nan]
    %2 "masked": f32[1,4] = add(%0, %1)
  )"));
  CHECK(outline(result.graph) == "\"masked\": s8 = add(s8, s8)\n");
  const Tensor& mask = tensor_of(result.graph, "mask");
  CHECK(mask.quantization == per_tensor(1.0F / 255, -128));
  CHECK(integers(mask) == std::vector<std::int64_t>{-128, 127, -128, -128});
}

TEST_CASE("a layer on a constant is quantized without data", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,2]
    %1 "constant": f32[1,2] = [1, -2]
    %2 "w": f32[2,2] = [1, 2, 3, 4]
    %3 "dense": f32[1,2] = fully_connected(%1, %2, _)
    %4 "sum": f32[1,2] = add(%0, %3)
  )"));
  CHECK(outline(result.graph) == R"("dense": s8 = fully_connected(s8, s8, s32)
"sum": s8 = add(s8, s8)
)");
}

TEST_CASE("values that are not finite within a graph do not decide its scales", "[quantize]") {
  const Quantized result = quantized(graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %2
    %0 "x": f32[1,64]
    %1 "log": f32[1,64] = log(%0)
    %2 "double": f32[1,64] = add(%1, %1)
  )"));
  // The logarithm of the least of some thousand numbers.
  CHECK(tensor_of(result.graph, "double").quantization.scale() < 30.0F / 255);
  CHECK(tensor_of(result.graph, "double").quantization.scale() > 3.0F / 255);
}

TEST_CASE("layers that give nothing but zeros are quantized as others are", "[quantize]") {
  const Graph graph = graph_of(R"(
    graph "net" file "net.onnx"
    inputs %0
    outputs %4
    %0 "x": f32[1,2]
    %1 "w": f32[2,2] = [1, 1, -1, 1]
    %2 "b": f32[2] = [-5, -5]
    %3 "dead": f32[1,2] = fully_connected(%0, %1, %2) activation relu
    %4 "relu": f32[1,2] = relu(%3)
  )");
  for (const Precision& precision : {int8, int16x8, int4})
    CHECK(all_as_asked(quantized(graph, {.precision = precision})));
}

TEST_CASE("every tensor says which one it stands for", "[quantize]") {
  const Quantized result = quantized(residual(), {.layers = {{"second", float32}}});
  for (std::size_t i = 0; i < result.graph.tensors.size(); ++i) {
    const TensorId origin = result.float_tensors[i];
    CHECK(result.graph.tensors[i].origin.tensor == static_cast<std::int32_t>(i));
    if (origin == no_tensor) continue;
    CHECK(result.graph.tensors[i].shape == result.reference[origin].shape);
    CHECK(result.graph.tensors[i].name.starts_with(result.reference[origin].name));
  }
}

TEST_CASE("quantizing again gives the same graph", "[quantize]") {
  for (const Precision& precision : {int8, int16x8, int4}) {
    const Graph a = quantized(residual(), {.precision = precision}).graph;
    const Graph b = quantized(residual(), {.precision = precision}).graph;
    REQUIRE(a.tensors.size() == b.tensors.size());
    for (std::size_t i = 0; i < a.tensors.size(); ++i) {
      CHECK(a.tensors[i].data == b.tensors[i].data);
      CHECK(a.tensors[i].quantization == b.tensors[i].quantization);
    }
  }
}

TEST_CASE("a name that is no layer's gives no graph", "[quantize]") {
  Diagnostics diagnostics;
  CHECK(!quantize(residual(), uniform_samples(residual(), 4, -1, 1),
                  {.layers = {{"thirst", float32}}}, diagnostics));
  CHECK(diagnostics.failed());
}
