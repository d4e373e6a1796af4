// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers of integers.
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/ops/recurrent.h"
#include "tests/support/builder.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using At = ops::RecurrentOperand;
using Catch::Contains;
using enum ElementType;

const std::vector<const OpDef*> cells = {&ops::sequence_rnn, &ops::sequence_gru,
                                         &ops::sequence_lstm};

std::int32_t gates_of(const OpDef& op) {
  return &op == &ops::sequence_lstm ? 4 : &op == &ops::sequence_gru ? 3 : 1;
}

/// A layer of random extents and operands.
struct Layer {
  Random& random;
  const OpDef& op;
  ElementType type = random.coin() ? s8 : s16;
  std::int32_t steps = random.integer(1, 5), batches = random.integer(1, 3);
  std::int32_t inputs = random.integer(1, 9), units = random.integer(1, 9);
  std::int32_t rows = gates_of(op) * units;
  ops::RecurrentAttributes attributes = {};
  Builder b = {};
  std::vector<TensorId> ids = {};

  /// Such that arguments of curves are often small and sometimes beyond them.
  TensorId weights(std::int32_t columns, float reach) {
    Quantization q;
    const auto count = random.coin() ? static_cast<std::size_t>(rows) : std::size_t{1};
    const float largest = random.real(0.3F, 10) / (128 * reach);
    for (std::size_t i = 0; i < count; ++i) q.scales.push_back(largest * random.real(0.01F, 1));
    q.zero_points.resize(count);
    return b.constant_bytes(s8, {rows, columns}, random.elements(s8, std::int64_t{rows} * columns),
                            q);
  }

  TensorId bias(std::int32_t count, std::int32_t largest) {
    std::vector<std::int32_t> values;
    for (std::int32_t i = 0; i < count; ++i) values.push_back(random.integer(-largest, largest));
    return b.constant(s32, {count}, values);
  }

  void add(bool optional) {
    const Quantization quantization = random.quantization(type, 1e-3F, 0.1F);
    const float reach = quantization.scale() * (type == s16 ? 32768.0F : 128.0F);
    ids = {b.input(type, {steps, batches, inputs}, quantization), weights(inputs, reach),
           weights(units, 1)};
    const auto maybe = [&](auto make) { ids.push_back(optional ? make() : no_tensor); };
    const auto state = [&](float scale) {
      maybe([&] { return b.input(s16, {batches, units}, per_tensor(scale, 0)); });
    };
    maybe([&] { return bias(rows, type == s16 ? 4'000'000 : 20'000); });
    maybe([&] { return b.input(s32, {batches}); });
    state(ops::hidden_scale);
    if (&op == &ops::sequence_gru) maybe([&] { return bias(units, 20'000); });
    if (&op == &ops::sequence_lstm) state(std::ldexp(1.0F, attributes.cell_power));
    // Cells much larger than the output holds overflow.
    const float least = attributes.cell_row ? std::ldexp(1.0F, attributes.cell_power - 14) : 0;
    b.output(b.node(op, attributes, ids, random.quantization(type, std::max(2e-5F, least), 0.05F)));
  }

  std::vector<Bytes> values() const {
    std::vector<Bytes> result;
    for (const TensorId id : b.graph.inputs) {
      const Tensor& input = b.graph[id];
      std::vector<std::int32_t> lengths;
      for (std::int32_t i = 0; i < batches; ++i) lengths.push_back(random.integer(-1, steps + 2));
      result.push_back(input.type == s32 ? to_bytes(lengths)
                                         : random.elements(input.type, element_count(input.shape)));
    }
    return result;
  }
};

void compare(Random& random, const OpDef& op) {
  const bool cell = &op == &ops::sequence_lstm;
  Layer layer{random, op};
  layer.attributes = {.reverse = random.coin(),
                      .hidden_row = random.coin(),
                      .cell_row = cell && random.coin(),
                      .clip = random.coin() ? 0.0F : 0.8F,
                      .coupled = cell && random.coin(),
                      .cell_power = cell ? random.integer(-15, 2) : 0};
  layer.add(random.coin());
  REQUIRE(problems(layer.b.graph) == "");
  Evaluation evaluation(layer.b.graph);
  OracleGraph oracle(layer.b.graph);
  for (int run = 0; run < 2; ++run)
    CHECK(oracle_mismatch(layer.b.graph, oracle, evaluation, layer.values()) == "");
}

/// One input and one unit, weights of one, an output of scale 1/128.
struct Small {
  const OpDef& op;
  Builder b = {};
  std::vector<TensorId> ids = {};

  explicit Small(const OpDef& cell, std::int32_t steps = 1) : op(cell) {
    const std::int32_t rows = gates_of(op);
    const std::vector<std::int8_t> ones(static_cast<std::size_t>(rows), 64);
    const Quantization quantization = per_tensor(1.0F / 64, 0);
    ids = {b.input(s8, {steps, 1, 1}, per_tensor(1.0F / 64, 10)),
           b.constant(s8, {rows, 1}, ones, quantization),
           b.constant(s8, {rows, 1}, ones, quantization)};
  }

  std::vector<std::int8_t> run(const ops::RecurrentAttributes& attributes,
                               const std::vector<std::int8_t>& input) {
    b.output(b.node(op, attributes, ids, per_tensor(1.0F / 128, -3)));
    Evaluation evaluation(b.graph);
    return elements<std::int8_t>({.data = evaluation.run({to_bytes(input)})[0]});
  }

  std::string problem(const ops::RecurrentAttributes& attributes = {},
                      const Quantization& output = per_tensor(1.0F / 128, 0)) {
    try {
      b.node(op, attributes, ids, output);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }
};

std::int8_t in_output(double value) {
  return static_cast<std::int8_t>(std::lround(value * 128) - 3);
}

}  // namespace

TEST_CASE("an integer RNN adds what it sees to what it was", "[recurrent]") {
  Small rnn(ops::sequence_rnn, 2);
  const double first = std::tanh(0.5), second = std::tanh(0.25 + first);
  CHECK(rnn.run({.hidden_row = true}, {42, 26}) ==
        std::vector<std::int8_t>{in_output(first), in_output(second), in_output(second)});
}

TEST_CASE("an integer GRU moves by what its update gate lets through", "[recurrent]") {
  Small gru(ops::sequence_gru);
  const double update = 1 / (1 + std::exp(-1.0));
  CHECK(gru.run({}, {74}) == std::vector<std::int8_t>{in_output((1 - update) * std::tanh(1))});
}

TEST_CASE("an integer LSTM shows its cell", "[recurrent]") {
  Small lstm(ops::sequence_lstm);
  const double gate = 1 / (1 + std::exp(-1.0)), cell = gate * std::tanh(1);
  CHECK(lstm.run({.hidden_row = true, .cell_row = true, .cell_power = -13}, {74}) ==
        std::vector<std::int8_t>{in_output(gate * std::tanh(cell)),
                                 in_output(gate * std::tanh(cell)), in_output(cell)});
}

TEST_CASE("random recurrent layers of integers agree with the oracle bit for bit", "[recurrent]") {
  Random random(7302);
  for (int trial = 0; trial < 200; ++trial) {
    CAPTURE(trial);
    for (const OpDef* op : cells) compare(random, *op);
  }
}

TEST_CASE("recurrent layers of integers refuse what they cannot compute", "[recurrent]") {
  Small lstm(ops::sequence_lstm);
  CHECK(lstm.problem({.cell_power = -10}) == "");
  CHECK_THAT(lstm.problem({.candidate = "relu"}), Contains("sigmoid, relu and tanh"));
  CHECK_THAT(lstm.problem({.gate = "hard_sigmoid"}), Contains("sigmoid for gates"));
  CHECK_THAT(lstm.problem({.cell_power = 3}), Contains("from 2^-15 to 2^2"));
  CHECK_THAT(lstm.problem({}, {}), Contains("no scale"));
  CHECK_THAT(lstm.problem({}, per_tensor(1e-12F, 0)), Contains("overflows 32 bits"));
  SECTION("peepholes") {
    lstm.ids.resize(8, no_tensor);
    lstm.ids[At::peepholes] = lstm.b.constant<float>(f32, {3}, {1, 1, 1});
    CHECK_THAT(lstm.problem(), Contains("peepholes are not supported for integers"));
  }
  SECTION("a state of another scale") {
    lstm.ids.resize(7, no_tensor);
    lstm.ids[At::cell] = lstm.b.input(s16, {1, 1}, per_tensor(0.5F, 0));
    CHECK(lstm.problem({.cell_power = -1}) == "");
    CHECK_THAT(lstm.problem({.cell_power = -2}), Contains("has scale 0.5"));
  }
  SECTION("weights with a zero point") {
    lstm.b.graph[lstm.ids[At::weights]].quantization = per_tensor(1, 1);
    CHECK_THAT(lstm.problem(), Contains("zero points of 0"));
  }
  SECTION("scales along another dimension") {
    lstm.b.graph[lstm.ids[At::weights]].quantization = {{1, 1, 1, 1}, {0, 0, 0, 0}, 1};
    CHECK_THAT(lstm.problem(), Contains("have 4 scales"));
  }
  SECTION("sums that overflow") {
    lstm.ids.push_back(lstm.b.constant<std::int32_t>(s32, {4}, {0, 0, INT32_MAX, 0}));
    CHECK_THAT(lstm.problem(), Contains("row 2 of") && Contains("can overflow 32 bits"));
  }
  SECTION("arguments that overflow") {
    lstm.b.graph[lstm.ids[At::recurrent_weights]].quantization = per_tensor(1e4F, 0);
    CHECK_THAT(lstm.problem(), Contains("row 0 of") && Contains("can overflow 32 bits"));
  }
  SECTION("a reset bias beyond arguments") {
    Small gru(ops::sequence_gru);
    gru.ids.resize(7, no_tensor);
    gru.ids[At::reset_bias] = gru.b.constant<std::int32_t>(s32, {1}, {1 << 29});
    CHECK_THAT(gru.problem(), Contains("reset_bias 536870912"));
  }
  SECTION("float weights") {
    lstm.b.graph[lstm.ids[At::weights]].type = f32;
    CHECK_THAT(lstm.problem(), Contains("supported: s8"));
  }
}
