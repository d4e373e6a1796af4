// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers of floats, made to compute on integers.
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/ops/lstm.h"
#include "compiler/ops/recurrent.h"
#include "compiler/quantize/quantize.h"
#include "tests/support/builder.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using At = ops::RecurrentOperand;
using Catch::Contains;
using enum ElementType;

constexpr std::int32_t steps = 12, batches = 2, inputs = 5, units = 7;

const std::vector<const OpDef*> cells = {&ops::sequence_rnn, &ops::sequence_gru,
                                         &ops::sequence_lstm};

std::int32_t gates_of(const OpDef& op) {
  return &op == &ops::sequence_lstm ? 4 : &op == &ops::sequence_gru ? 3 : 1;
}

std::vector<float> reals(Random& random, std::int64_t count, float largest) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(random.real(-largest, largest));
  return values;
}

struct Float {
  Random& random;
  Builder b = {};
  std::vector<TensorId> ids = {};

  TensorId constant(const Shape& shape, float largest) {
    return b.constant(f32, shape, reals(random, element_count(shape), largest));
  }

  /// Weights alone.
  void add_operands(const OpDef& op) {
    const std::int32_t rows = gates_of(op) * units;
    ids = {b.input(f32, {steps, batches, inputs}), constant({rows, inputs}, 1),
           constant({rows, units}, 0.5F)};
    ids.resize(8, no_tensor);
    if (&op == &ops::sequence_gru) ids.resize(7);
    if (&op == &ops::sequence_rnn) ids.resize(6);
  }

  TensorId state(float largest) { return constant({batches, units}, largest); }

  void add(const OpDef& op, const ops::RecurrentAttributes& attributes) {
    b.output(b.node(op, attributes, ids));
    b.graph.nodes.back().name = "cell";
  }

  std::vector<Sample> samples(int count) const {
    std::vector<Sample> result;
    for (int i = 0; i < count; ++i) {
      Sample& sample = result.emplace_back();
      for (const TensorId id : b.graph.inputs) {
        std::vector<std::int32_t> lengths(batches, random.integer(1, steps));
        const std::int64_t elements = element_count(b.graph[id].shape);
        sample.push_back(b.graph[id].type == s32 ? to_bytes(lengths)
                                                 : to_bytes(reals(random, elements, 0.8F)));
      }
    }
    return result;
  }

  Quantized quantized(const Precision& precision, const std::vector<Sample>& samples) const {
    Diagnostics diagnostics;
    auto result =
        quantize(b.graph, samples, {.precision = precision, .input_type = f32, .output_type = f32},
                 diagnostics);
    REQUIRE(result);
    return std::move(*result);
  }
};

/// Decibels of signal to noise of what is quantized, on samples that it has not seen.
double decibels(const Graph& exact, const Graph& found, const std::vector<Sample>& samples) {
  Evaluation reference(exact), evaluation(found);
  double power = 0, noise = 0;
  for (const Sample& sample : samples) {
    reference.reset();
    evaluation.reset();
    const auto expected = elements<float>({.data = reference.run(sample)[0]});
    const auto actual = elements<float>({.data = evaluation.run(sample)[0]});
    REQUIRE(actual.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double difference = double{actual[i]} - double{expected[i]};
      power += double{expected[i]} * double{expected[i]};
      noise += difference * difference;
    }
  }
  return 10 * std::log10(power / noise);
}

/// All rows, all operands that integers have.
void compare(Random& random, const OpDef& op, bool optional, const Precision& precision,
             double least) {
  const bool cell = &op == &ops::sequence_lstm;
  Float layer{random};
  layer.add_operands(op);
  if (optional) {
    layer.ids[At::bias] = layer.constant({gates_of(op) * units}, 1);
    layer.ids[At::lengths] = layer.b.input(s32, {batches});
    layer.ids[At::hidden] = layer.b.input(f32, {batches, units});
    if (&op == &ops::sequence_gru) layer.ids[At::reset_bias] = layer.constant({units}, 1);
    if (cell) layer.ids[At::cell] = layer.state(3);
  }
  layer.add(op, {.reverse = random.coin(), .hidden_row = true, .cell_row = cell});
  const Quantized quantized = layer.quantized(precision, layer.samples(40));
  REQUIRE(quantized.layers[0].reason == "");
  REQUIRE(problems(quantized.graph) == "");
  CHECK(decibels(layer.b.graph, quantized.graph, layer.samples(20)) > least);
  Evaluation evaluation(quantized.graph);
  OracleGraph oracle(quantized.graph);
  CHECK(oracle_mismatch(quantized.graph, oracle, evaluation, layer.samples(1)[0]) == "");
}

const Node& only(const Graph& graph, const OpDef& op) {
  for (const Node& node : graph.nodes)
    if (node.op == &op) return node;
  FAIL("no such node");
  return graph.nodes[0];
}

std::string reason(Float& layer, const OpDef& op, const ops::RecurrentAttributes& attributes) {
  layer.add(op, attributes);
  const Quantized quantized = layer.quantized(int8, layer.samples(20));
  REQUIRE(quantized.layers.size() == 1);
  CHECK(quantized.layers[0].precision == float32);
  CHECK(quantized.graph[only(quantized.graph, op).inputs[0]].type == f32);
  return quantized.layers[0].reason;
}

}  // namespace

TEST_CASE("recurrent layers keep their signal in integers", "[recurrent]") {
  Random random(991);
  for (const OpDef* op : cells)
    for (const bool optional : {false, true}) {
      CAPTURE(op->name, optional);
      compare(random, *op, optional, int8, 28);
      compare(random, *op, optional, int16x8, 33);
    }
}

TEST_CASE("what 16 bits lose is little where weights lose nothing", "[recurrent]") {
  Random random(997);
  for (const OpDef* op : cells) {
    CAPTURE(op->name);
    Float layer{random};
    layer.add_operands(*op);
    for (const std::size_t i : {At::weights, At::recurrent_weights}) {
      std::vector<float> values = elements<float>(layer.b.graph[layer.ids[i]]);
      const std::size_t columns = i == At::weights ? inputs : units;
      for (std::size_t at = 0; at < values.size(); ++at)
        values[at] = at % columns == 0 ? 1 : std::round(values[at] * 127) / 127;
      layer.b.graph[layer.ids[i]].data = to_bytes(values);
    }
    layer.add(*op, {});
    const auto samples = layer.samples(20);
    CHECK(decibels(layer.b.graph, layer.quantized(int16x8, samples).graph, samples) > 60);
  }
}

TEST_CASE("the cell's scale holds what it reaches between the steps", "[recurrent]") {
  Random random(992);
  Float layer{random};
  layer.add_operands(ops::sequence_lstm);
  // Gates open, candidates 1: the cell grows by nearly 1 a step, to between 8 and 16.
  std::vector<float> bias(4 * units, 20);
  layer.ids[At::bias] = layer.b.constant(f32, {4 * units}, bias);
  layer.add(ops::sequence_lstm, {});
  const Quantized quantized = layer.quantized(int8, layer.samples(20));
  const Node& node = only(quantized.graph, ops::sequence_lstm);
  CHECK(NodeView{quantized.graph, node}.attributes<ops::RecurrentAttributes>().cell_power == -11);
}

TEST_CASE("weights of 4 bits are those of 8 in recurrent layers", "[recurrent]") {
  Random random(993);
  Float layer{random};
  layer.add_operands(ops::sequence_gru);
  layer.add(ops::sequence_gru, {});
  CHECK(layer.quantized(int4, layer.samples(20)).layers[0].precision == int8);
}

TEST_CASE("rows of large weights or biases get scales that sums fit", "[recurrent]") {
  Random random(994);
  Float layer{random};
  layer.add_operands(ops::sequence_gru);
  std::vector<float> bias(3 * units);
  bias[1] = 2000;  // of tiny weights
  std::vector<float> weights = reals(random, 3 * units * inputs, 1);
  for (std::size_t i = inputs; i < 2 * inputs; ++i) weights[i] *= 1e-6F;
  layer.ids[At::weights] = layer.b.constant(f32, {3 * units, inputs}, weights);
  layer.ids[At::bias] = layer.b.constant(f32, {3 * units}, bias);
  layer.add(ops::sequence_gru, {});
  const auto samples = layer.samples(30);
  for (const Precision& precision : {int8, int16x8}) {
    const Quantized quantized = layer.quantized(precision, samples);
    CHECK(quantized.layers[0].reason == "");
    CHECK(decibels(layer.b.graph, quantized.graph, samples) > 28);
  }
}

TEST_CASE("recurrent layers stay as they are where integers are not possible", "[recurrent]") {
  Random random(995);
  Float layer{random};
  SECTION("a state without bounds") {
    layer.add_operands(ops::sequence_rnn);
    CHECK_THAT(reason(layer, ops::sequence_rnn, {.candidate = "relu"}),
               Contains("are not supported for integers"));
  }
  SECTION("peepholes") {
    layer.add_operands(ops::sequence_lstm);
    layer.ids[At::peepholes] = layer.constant({3 * units}, 1);
    CHECK_THAT(reason(layer, ops::sequence_lstm, {}), Contains("peepholes"));
  }
  SECTION("an initial state beyond what activations give") {
    layer.add_operands(ops::sequence_gru);
    layer.ids[At::hidden] = layer.state(4);
    CHECK_THAT(reason(layer, ops::sequence_gru, {}), Contains("beyond 1"));
  }
}

TEST_CASE("an LSTM of TFLite becomes its integer form", "[lstm]") {
  Random random(996);
  using Lstm = ops::LstmOperand;
  for (const bool time_major : {false, true}) {
    Float layer{random};
    layer.ids = {layer.b.input(
        f32, time_major ? Shape{steps, batches, inputs} : Shape{batches, steps, inputs})};
    for (const std::int32_t columns : {inputs, units})
      for (int gate = 0; gate < 4; ++gate) layer.ids.push_back(layer.constant({units, columns}, 1));
    for (int gate = 0; gate < 4; ++gate)
      layer.ids.push_back(gate == 1 ? layer.constant({units}, 1) : no_tensor);
    for (int state = 0; state < 2; ++state)
      layer.ids.push_back(layer.b.variable(f32, {batches, units}));
    layer.b.output(
        layer.b.node(ops::lstm, ops::LstmAttributes{.time_major = time_major}, layer.ids));
    const Quantized quantized = layer.quantized(int8, layer.samples(40));
    REQUIRE(quantized.layers[0].reason == "");
    REQUIRE(problems(quantized.graph) == "");
    const Node& node = only(quantized.graph, ops::lstm);
    CHECK(quantized.graph[node.inputs[Lstm::hidden]].type == s8);
    CHECK(quantized.graph[node.inputs[Lstm::cell]].type == s16);
    CHECK(decibels(layer.b.graph, quantized.graph, layer.samples(20)) > 25);
    CHECK_THAT(layer.quantized(int16x8, layer.samples(20)).layers[0].reason,
               Contains("has type s16, which is not supported"));
  }
}
