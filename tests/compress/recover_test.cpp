// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/recover.h"

#include <sched.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/reduce.h"
#include "compiler/quantize/loss.h"
#include "compiler/quantize/values.h"
#include "tests/support/builder.h"
#include "tests/support/quantizing.h"

using namespace smelt;
using namespace smelt::test;

namespace {

std::vector<float> normal(Random& random, std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(0.4F * (random.real(-1, 1) + random.real(-1, 1)));
  return values;
}

TensorId constant(Builder& b, Random& random, const Shape& shape) {
  return b.constant(ElementType::f32, shape, normal(random, element_count(shape)));
}

/// A small image network; its nodes are conv, depthwise, mean and dense.
Graph image_network() {
  Builder b;
  Random random(1);
  TensorId x = b.input(ElementType::f32, {1, 8, 9, 2});
  x = b.node(ops::conv2d,
             ops::Conv2dAttributes{.pads = {1, 1, 1, 1}, .activation = Activation::relu},
             {x, constant(b, random, {8, 3, 3, 2}), constant(b, random, {8})});
  x = b.node(ops::depthwise_conv2d,
             ops::DepthwiseConv2dAttributes{.stride = {2, 2}, .activation = Activation::relu},
             {x, constant(b, random, {1, 3, 3, 8}), constant(b, random, {8})});
  x = b.node(ops::mean, ops::ReduceAttributes{{1, 2}}, {x});
  b.output(b.node(ops::fully_connected, ops::FullyConnectedAttributes{},
                  {x, constant(b, random, {5, 8}), constant(b, random, {5})}));
  return b.graph;
}

/// A layer, an operator without a derivative, a layer.
Graph interrupted_network() {
  Builder b;
  Random random(2);
  TensorId x = b.input(ElementType::f32, {1, 12});
  const auto dense = [&](TensorId from, std::int32_t inputs, std::int32_t outputs) {
    return b.node(ops::fully_connected, ops::FullyConnectedAttributes{},
                  {from, constant(b, random, {outputs, inputs}), constant(b, random, {outputs})});
  };
  x = b.node(ops::sin, {}, {dense(x, 12, 10)});
  b.output(dense(x, 10, 4));
  return b.graph;
}

/// Half of the weights of every linear layer are zeros, and of `levels` the rest are levels.
Compressed damaged(const Graph& graph, bool levels) {
  Compressed compressed{graph, {}};
  for (const Node& node : graph.nodes) {
    if (!node.op->quantization || !node.op->quantization->patches) continue;
    Tensor& tensor = compressed.graph[node.inputs[1]];
    CompressedWeights& held = compressed.layers[node.name];
    const auto axis = static_cast<std::size_t>(node.op->quantization->channel_axis);
    const std::vector<float> weights = elements<float>(tensor);
    std::vector<float> left;
    for (const float weight : weights) {
      held.kept.push_back(std::abs(weight) > 0.2F);
      const float level = weight > 0 ? 100 : -60;
      left.push_back(held.kept.back() ? levels ? 0.005F * level : weight : 0);
    }
    if (levels) {
      held.levels = {{-60, 0, 100}};
      held.scales.assign(static_cast<std::size_t>(tensor.shape[axis]), 0.005F);
    }
    tensor.data = to_bytes(left);
  }
  return compressed;
}

/// Neighbours are alike, so that what is left of the weights can stand for what is not.
std::vector<Sample> correlated_samples(const Graph& graph, std::size_t count,
                                       std::uint32_t seed = 1) {
  std::vector<Sample> samples = uniform_samples(graph, count, -1, 1, seed);
  for (Sample& sample : samples) {
    const auto from = smelt::floats(sample[0]);
    std::vector<float> values(from.begin(), from.end());
    for (std::size_t i = 1; i < values.size(); ++i) values[i] += 0.8F * values[i - 1];
    sample[0] = to_bytes(values);
  }
  return samples;
}

void recover_well(Compressed& compressed, const Graph& teacher,
                  const std::vector<Sample>& samples) {
  Diagnostics diagnostics;
  recover(compressed, teacher, hold_out(samples), {.epochs = 30}, diagnostics);
  REQUIRE(text_of(diagnostics).empty());
  REQUIRE(problems(compressed.graph).empty());
}

/// On samples that nobody has learnt from.
double error(const Graph& teacher, const Graph& student) {
  const std::vector<Sample> samples = correlated_samples(teacher, 50, 99);
  return output_noise(real_outputs(teacher, samples), real_outputs(student, samples)).relative();
}

void check_held(const Compressed& compressed) {
  for (const Node& node : compressed.graph.nodes) {
    const auto layer = compressed.layers.find(node.name);
    if (layer == compressed.layers.end()) continue;
    const CompressedWeights& held = layer->second;
    const Tensor& tensor = compressed.graph[node.inputs[1]];
    const std::vector<float> weights = elements<float>(tensor);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (!held.kept[i]) REQUIRE(weights[i] == 0);
      if (held.scales.empty()) continue;
      const bool last = node.op == &ops::depthwise_conv2d;
      const std::size_t count = held.scales.size();
      const std::size_t channel = last ? i % count : i / (weights.size() / count);
      const std::vector<std::int8_t>& levels = held.levels_of(channel);
      REQUIRE(std::is_sorted(levels.begin(), levels.end()));
      REQUIRE(std::count(levels.begin(), levels.end(), 0) == 1);
      REQUIRE(std::any_of(levels.begin(), levels.end(), [&](std::int8_t level) {
        return weights[i] == held.scales[channel] * static_cast<float>(level);
      }));
    }
  }
}

/// Only the first of the cores that the process may use, for as long as this lives.
class OneCore {
 public:
  OneCore() {
    sched_getaffinity(0, sizeof all_, &all_);
    cpu_set_t one;
    CPU_ZERO(&one);
    int first = 0;
    while (!CPU_ISSET(first, &all_)) ++first;
    CPU_SET(first, &one);
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneCore() { sched_setaffinity(0, sizeof all_, &all_); }

 private:
  cpu_set_t all_;
};

std::vector<Bytes> constants_of(const Graph& graph) {
  std::vector<Bytes> constants;
  for (const Tensor& tensor : graph.tensors)
    if (tensor.constant) constants.push_back(tensor.data);
  return constants;
}

bool is_finite(const Graph& graph) {
  for (const Bytes& bytes : constants_of(graph))
    for (const float value : smelt::floats(bytes))
      if (!std::isfinite(value)) return false;
  return true;
}

}  // namespace

TEST_CASE("recovery makes a damaged network better, within what weights are held to") {
  for (const Graph& teacher : {image_network(), interrupted_network()})
    for (const bool levels : {false, true}) {
      Compressed compressed = damaged(teacher, levels);
      const double before = error(teacher, compressed.graph);
      recover_well(compressed, teacher, correlated_samples(teacher, 100));
      check_held(compressed);
      CHECK(error(teacher, compressed.graph) < 0.7 * before);
    }
}

TEST_CASE("layers before an operator without a derivative learn what it reads") {
  const Graph teacher = interrupted_network();
  Compressed compressed = damaged(teacher, false);
  const Compressed before = compressed;
  recover_well(compressed, teacher, correlated_samples(teacher, 100));
  const auto error_of_first = [&](Graph student) {
    Graph first = teacher;
    first.outputs = student.outputs = {teacher.nodes[0].outputs[0]};
    return error(first, student);
  };
  CHECK(error_of_first(compressed.graph) < 0.8 * error_of_first(before.graph));
}

TEST_CASE("recovery is the same on one core and on several") {
  const Graph teacher = image_network();
  const std::vector<Sample> samples = correlated_samples(teacher, 40);
  Compressed several = damaged(teacher, true), one = several;
  recover_well(several, teacher, samples);
  {
    const OneCore only;
    recover_well(one, teacher, samples);
  }
  CHECK(constants_of(several.graph) == constants_of(one.graph));
  CHECK(constants_of(several.graph) != constants_of(damaged(teacher, true).graph));
}

TEST_CASE("a network of fewer channels learns from those of its teacher that it has") {
  const Graph teacher = image_network();
  const std::vector<std::int32_t> channels = {0, 2, 3, 4, 7};
  Compressed compressed{teacher, {}};
  Graph& student = compressed.graph;
  // What stands behind `keep` elements of one channel, and how many channels stand side by side.
  const auto thin = [&](TensorId id, std::size_t axis) {
    Tensor& tensor = student[id];
    const std::vector<float> all = elements<float>(tensor);
    const auto inner = static_cast<std::size_t>(element_count(
        {tensor.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1, tensor.shape.end()}));
    std::vector<float> left;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (std::count(channels.begin(), channels.end(), static_cast<int>(i / inner % 8)))
        left.push_back(all[i]);
    tensor.shape[axis] = 5;
    tensor.data = to_bytes(left);
  };
  thin(student.nodes[0].inputs[1], 0);
  thin(student.nodes[0].inputs[2], 0);
  thin(student.nodes[1].inputs[1], 3);
  thin(student.nodes[1].inputs[2], 0);
  thin(student.nodes[3].inputs[1], 1);
  for (std::size_t n = 0; n < 3; ++n) {
    student[student.nodes[n].outputs[0]].shape.back() = 5;
    student[student.nodes[n].outputs[0]].origin.channels = channels;
  }
  REQUIRE(problems(student).empty());
  const double before = error(teacher, student);
  recover_well(compressed, teacher, correlated_samples(teacher, 100));
  CHECK(error(teacher, student) < 0.7 * before);
}

TEST_CASE("a network that lost nothing stays as it is") {
  const Graph teacher = image_network();
  Compressed compressed{teacher, {}};
  recover_well(compressed, teacher, correlated_samples(teacher, 20));
  CHECK(constants_of(compressed.graph) == constants_of(teacher));
}

TEST_CASE("constants of several readers are not learnt") {
  Builder b;
  Random random(3);
  const TensorId weights = constant(b, random, {6, 6});
  TensorId x = b.input(ElementType::f32, {1, 6});
  for (int i = 0; i < 2; ++i)
    x = b.node(ops::fully_connected, ops::FullyConnectedAttributes{},
               {x, weights, constant(b, random, {6})});
  b.output(x);
  Compressed compressed = damaged(b.graph, false);
  const Bytes before = compressed.graph[weights].data;
  recover_well(compressed, b.graph, correlated_samples(b.graph, 40));
  CHECK(compressed.graph[weights].data == before);
  CHECK(constants_of(compressed.graph) != constants_of(damaged(b.graph, false).graph));
}

TEST_CASE("data that tells little does no harm") {
  const Graph teacher = image_network();
  for (const bool levels : {false, true}) {
    for (const float value : {0.0F, 1.0F, 1e30F, std::numeric_limits<float>::quiet_NaN()})
      for (const std::size_t count : {1U, 3U, 25U}) {
        Compressed compressed = damaged(teacher, levels);
        recover_well(compressed, teacher,
                     std::vector<Sample>(count, {to_bytes(std::vector<float>(144, value))}));
        check_held(compressed);
        REQUIRE(is_finite(compressed.graph));
      }
    Compressed compressed = damaged(teacher, levels);
    recover_well(compressed, teacher, correlated_samples(teacher, 1));
    check_held(compressed);
    REQUIRE(is_finite(compressed.graph));
  }
}

TEST_CASE("a network without weights, and one without samples, are reported") {
  Builder b;
  b.output(b.node(ops::sin, {}, {b.input(ElementType::f32, {1, 6})}));
  Compressed compressed{b.graph, {}};
  Diagnostics diagnostics;
  recover(compressed, b.graph, hold_out(correlated_samples(b.graph, 5)), {}, diagnostics);
  CHECK_FALSE(diagnostics.failed());
  CHECK(text_of(diagnostics).find("nothing can be recovered") != std::string::npos);
  recover(compressed, b.graph, {}, {}, diagnostics);
  CHECK(diagnostics.failed());
}
