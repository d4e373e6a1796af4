// SPDX-License-Identifier: Apache-2.0
//
// Every derivative against finite differences, and every function against the operator's kernel, on
// random shapes.
#include "compiler/compress/differentiable.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/evaluate/node_evaluation.h"
#include "compiler/ops/add.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/transpose.h"
#include "compiler/quantize/values.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr std::size_t samples = 3;

std::vector<float> numbers(Random& random, std::int64_t count, float least = -1.5F,
                           float most = 1.5F) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.real(least, most));
  return values;
}

/// One node with random operands: inputs of several samples, constants once.
class Trial {
 public:
  explicit Trial(std::uint32_t seed) : random(seed) {}

  TensorId input(const Shape& shape, float least = -1.5F, float most = 1.5F) {
    values.push_back(
        numbers(random, static_cast<std::int64_t>(samples) * element_count(shape), least, most));
    return b.input(ElementType::f32, shape);
  }
  TensorId constant(const Shape& shape, float least = -1.5F, float most = 1.5F) {
    values.push_back(numbers(random, element_count(shape), least, most));
    return b.constant(ElementType::f32, shape, values.back());
  }

  void check(const OpDef& op, std::any attributes, const std::vector<TensorId>& operands) {
    b.output(b.node(op, std::move(attributes), operands));
    REQUIRE(problems(b.graph).empty());
    INFO(op.name);
    const NodeView view{b.graph, b.graph.nodes[0]};
    function = *differentiate(view);
    output.resize(samples * static_cast<std::size_t>(element_count(view.output().shape)));
    compare_with_kernel();
    compare_with_differences();
  }

  Random random;

 private:
  Operands operands() const {
    Operands result{.samples = samples};
    for (const std::vector<float>& each : values) result.inputs.push_back(each.data());
    return result;
  }

  void compare_with_kernel() {
    function.forward(operands(), output.data());
    NodeEvaluation evaluation(b.graph, b.graph.nodes[0]);
    const std::size_t count = output.size() / samples;
    for (std::size_t sample = 0; sample < samples; ++sample) {
      std::vector<Bytes> inputs;
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!b.graph[b.graph.nodes[0].inputs[i]].constant) {
          const std::size_t size = values[i].size() / samples;
          inputs.push_back(
              to_bytes(std::span<const float>(values[i]).subspan(sample * size, size)));
        }
      const std::vector<Bytes> result = evaluation.run(inputs);
      const auto exact = smelt::floats(result[0]);
      for (std::size_t i = 0; i < count; ++i)
        REQUIRE(output[sample * count + i] == Approx(exact[i]).margin(1e-4));
    }
  }

  /// The weighed sum of the outputs.
  double total(const std::vector<float>& weights) {
    function.forward(operands(), output.data());
    double sum = 0;
    for (std::size_t i = 0; i < output.size(); ++i)
      sum += static_cast<double>(weights[i]) * static_cast<double>(output[i]);
    return sum;
  }

  /// The slopes to the left and to the right.
  std::pair<double, double> differences(float& value, const std::vector<float>& weights) {
    constexpr float step = 4e-3F;
    const float before = value, above = before + step, below = before - step;
    const double here = total(weights);
    value = above;
    const double more = total(weights);
    value = below;
    const double less = total(weights);
    value = before;
    return {(here - less) / static_cast<double>(before - below),
            (more - here) / static_cast<double>(above - before)};
  }

  /// Few outputs are weighed, so that few have a kink near by.
  std::vector<float> draw_weights() {
    std::vector<float> weights(output.size());
    const auto last = static_cast<std::int32_t>(weights.size()) - 1;
    for (int i = 0; i < 6; ++i)
      weights[static_cast<std::size_t>(random.integer(0, last))] = random.real(-1.5F, 1.5F);
    return weights;
  }

  void compare_with_differences() {
    const std::vector<float> weights = draw_weights();
    std::vector<std::vector<float>> gradients;
    std::vector<float*> pointers;
    for (const std::vector<float>& each : values) gradients.emplace_back(each.size(), 0.5F);
    for (std::vector<float>& each : gradients) pointers.push_back(each.data());
    std::vector<float> of_output = weights;
    total(weights);
    function.backward(operands(), output.data(), of_output.data(), pointers);
    int checked = 0, kinks = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t at = 0; at < values[i].size(); ++at) {
        const auto [left, right] = differences(values[i][at], weights);
        // A kink near by bends the slope by half of this at most.
        const bool kink = std::abs(left - right) > 3e-2;
        ++(kink ? kinks : checked);
        // Gradients are added to what is there.
        if (!kink)
          REQUIRE(static_cast<double>(gradients[i][at]) - 0.5 ==
                  Approx((left + right) / 2).margin(2e-2));
      }
    REQUIRE(checked > 4 * kinks);
  }

  Builder b;
  std::vector<std::vector<float>> values;  // by operand
  std::vector<float> output;
  Differentiable function;
};

const std::vector<Activation> activations = {Activation::none, Activation::relu, Activation::relu6,
                                             Activation::relu_n1_to_1};

Extent2 extent(Random& random, std::int32_t most) {
  return {random.integer(1, most), random.integer(1, most)};
}

Pads pads(Random& random, Extent2 kernel) {
  return {random.integer(0, kernel.height - 1), random.integer(0, kernel.width - 1),
          random.integer(0, kernel.height - 1), random.integer(0, kernel.width - 1)};
}

}  // namespace

TEST_CASE("derivative of conv2d: groups, strides, dilation, pads") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Trial trial(seed);
    Random& random = trial.random;
    const std::int32_t groups = random.integer(1, 3), inputs = random.integer(1, 3);
    const Extent2 kernel = seed % 4 == 0 ? Extent2{1, 1} : extent(random, 3);
    const bool pointwise = seed % 8 == 0;
    const std::int32_t outputs = groups * random.integer(1, 3);
    const TensorId x = trial.input(
        {random.integer(1, 2), random.integer(6, 8), random.integer(6, 8), groups * inputs});
    const TensorId w = trial.constant({outputs, kernel.height, kernel.width, inputs});
    const ops::Conv2dAttributes attributes{.stride = pointwise ? Extent2{} : extent(random, 2),
                                           .dilation = pointwise ? Extent2{} : extent(random, 2),
                                           .pads = pads(random, kernel),
                                           .activation = random.of(activations)};
    if (random.coin())
      trial.check(ops::conv2d, attributes, {x, w, trial.constant({outputs})});
    else
      trial.check(ops::conv2d, attributes, {x, w});
  }
}

TEST_CASE("derivative of depthwise_conv2d: multipliers, strides, dilation, pads") {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    Trial trial(seed);
    Random& random = trial.random;
    const std::int32_t inputs = random.integer(1, 4), outputs = inputs * random.integer(1, 3);
    const Extent2 kernel = extent(random, 3);
    const TensorId x = trial.input({1, random.integer(6, 8), random.integer(6, 8), inputs});
    const TensorId w = trial.constant({1, kernel.height, kernel.width, outputs});
    const TensorId bias = trial.constant({outputs});
    trial.check(ops::depthwise_conv2d,
                ops::DepthwiseConv2dAttributes{.stride = extent(random, 2),
                                               .dilation = extent(random, 2),
                                               .pads = pads(random, kernel),
                                               .activation = random.of(activations)},
                {x, w, bias});
  }
}

TEST_CASE("derivative of fully_connected") {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    Trial trial(seed);
    Random& random = trial.random;
    const std::int32_t inputs = random.integer(1, 9), outputs = random.integer(1, 5);
    const TensorId x = trial.input({random.integer(1, 3), inputs});
    const TensorId w = trial.constant({outputs, inputs});
    const TensorId bias = trial.constant({outputs});
    trial.check(ops::fully_connected,
                ops::FullyConnectedAttributes{.activation = random.of(activations)}, {x, w, bias});
  }
}

TEST_CASE("derivatives of functions of one number") {
  const std::vector<std::pair<const OpDef*, std::any>> functions = {
      {&ops::relu, {}},
      {&ops::relu6, {}},
      {&ops::relu_n1_to_1, {}},
      {&ops::leaky_relu, ops::LeakyReluAttributes{0.2F}},
      {&ops::elu, ops::EluAttributes{1.3F, 1.1F, 0.7F}},
      {&ops::hard_swish, {}},
      {&ops::logistic, {}},
      {&ops::tanh, {}},
      {&ops::softmax, ops::SoftmaxAttributes{1.5F}},
  };
  std::uint32_t seed = 0;
  for (const auto& [op, attributes] : functions) {
    Trial trial(++seed);
    trial.check(*op, attributes, {trial.input({1, 7, 5}, -7, 7)});
  }
}

TEST_CASE("derivatives of functions of two numbers, broadcast and with constants") {
  const std::vector<std::pair<const OpDef*, std::any>> functions = {
      {&ops::add, ops::AddAttributes{Activation::relu}},
      {&ops::sub, ops::SubAttributes{Activation::relu_n1_to_1}},
      {&ops::mul, ops::MulAttributes{Activation::relu6}},
      {&ops::div, ops::DivAttributes{}},
      {&ops::maximum, {}},
      {&ops::minimum, {}},
      {&ops::prelu, {}},
  };
  const std::vector<Shape> others = {{1, 4, 3, 5}, {5}, {1, 1, 3, 1}, {1}};
  std::uint32_t seed = 0;
  for (const auto& [op, attributes] : functions)
    for (const Shape& other : others)
      for (const bool constant : {false, true}) {
        Trial trial(++seed);
        const TensorId a = trial.input({1, 4, 3, 5});
        const TensorId b =
            constant ? trial.constant(other, 0.5F, 1.5F) : trial.input(other, 0.5F, 1.5F);
        trial.check(*op, attributes, {a, b});
      }
}

TEST_CASE("derivatives of pools and reductions") {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Extent2 kernel = {random.integer(2, 3), random.integer(2, 3)};
    const ops::Pool2dAttributes attributes{.kernel = kernel,
                                           .stride = extent(random, 2),
                                           .pads = {1, 0, 0, 1},
                                           .activation = random.of(activations)};
    for (const OpDef* op : {&ops::average_pool2d, &ops::max_pool2d}) {
      Trial trial(seed);
      trial.check(*op, attributes, {trial.input({2, 5, 6, 3})});
    }
  }
  std::uint32_t seed = 0;
  for (const OpDef* op : {&ops::mean, &ops::sum})
    for (const std::vector<std::int32_t>& axes :
         {std::vector<std::int32_t>{1, 2}, {3}, {0, 2}, {1, 3}, {0, 1, 2, 3}, {2}})
      for (const bool keep : {false, true}) {
        Trial trial(++seed);
        trial.check(*op, ops::ReduceAttributes{axes, keep}, {trial.input({2, 3, 4, 2})});
      }
}

TEST_CASE("derivatives of operators that move elements") {
  Trial reshape(1);
  reshape.check(ops::reshape, ops::ReshapeAttributes{{4, 6}}, {reshape.input({2, 3, 4})});
  Trial transpose(2);
  transpose.check(ops::transpose, ops::TransposeAttributes{{2, 0, 1}},
                  {transpose.input({2, 3, 4})});
  Trial slice(3);
  slice.check(ops::slice, ops::SliceAttributes{{1, 2, 3}, {1, -1, -2}, {1, 3, 2}},
              {slice.input({2, 3, 4})});
  Trial pad(4);
  pad.check(ops::pad, ops::PadAttributes{{0, 1, 2}, {1, 0, 1}, 0, 0.5F}, {pad.input({2, 3, 4})});
  Trial concat(5);
  const TensorId a = concat.input({2, 3, 4});
  const TensorId b = concat.input({2, 1, 4});
  concat.check(ops::concat, ops::ConcatAttributes{1}, {a, b});
}

TEST_CASE("what computes on integers, and other operators, have no derivative") {
  Builder b;
  const TensorId x = b.input(ElementType::f32, {1, 4});
  const TensorId n = b.input(ElementType::s32, {1, 4});
  b.output(b.node(ops::add, ops::AddAttributes{}, {n, n}));
  b.output(b.node(ops::sin, {}, {x}));
  REQUIRE(problems(b.graph).empty());
  CHECK_FALSE(differentiate({b.graph, b.graph.nodes[0]}));
  CHECK_FALSE(differentiate({b.graph, b.graph.nodes[1]}));
}
