// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/recurrent.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/builder.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using At = ops::RecurrentOperand;
using Catch::Contains;

const std::vector<const OpDef*> cells = {&ops::sequence_rnn, &ops::sequence_gru,
                                         &ops::sequence_lstm};

std::int32_t gates_of(const OpDef& op) {
  return &op == &ops::sequence_lstm ? 4 : &op == &ops::sequence_gru ? 3 : 1;
}

std::vector<float> reals(Random& random, std::int32_t count, float largest) {
  std::vector<float> values;
  for (std::int32_t i = 0; i < count; ++i) values.push_back(random.real(-largest, largest));
  return values;
}

/// A layer with every operand that `present` wants.
struct Layer {
  Random& random;
  const OpDef& op;
  std::int32_t steps = random.integer(1, 5), batches = random.integer(1, 3);
  std::int32_t inputs = random.integer(1, 9), units = random.integer(1, 9);
  ops::RecurrentAttributes attributes = {};
  Builder b = {};
  std::vector<TensorId> ids = {};

  TensorId constant(const Shape& shape) {
    const auto count = static_cast<std::int32_t>(element_count(shape));
    return b.constant(ElementType::f32, shape, reals(random, count, 0.7F));
  }

  void add_operands(bool optional) {
    const std::int32_t rows = gates_of(op) * units;
    ids = {b.input(ElementType::f32, {steps, batches, inputs}), constant({rows, inputs}),
           constant({rows, units})};
    const auto maybe = [&](auto make) { ids.push_back(optional ? make() : no_tensor); };
    maybe([&] { return constant({rows}); });
    maybe([&] { return b.input(ElementType::s32, {batches}); });
    maybe([&] { return b.input(ElementType::f32, {batches, units}); });
    if (&op == &ops::sequence_gru) maybe([&] { return constant({units}); });
    if (&op == &ops::sequence_lstm) {
      maybe([&] { return b.input(ElementType::f32, {batches, units}); });
      maybe([&] { return constant({3 * units}); });
    }
  }

  std::vector<Bytes> values() const {
    std::vector<Bytes> result;
    for (const TensorId id : b.graph.inputs) {
      const Tensor& input = b.graph[id];
      const auto count = static_cast<std::int32_t>(element_count(input.shape));
      std::vector<std::int32_t> lengths;
      for (std::int32_t i = 0; i < count; ++i) lengths.push_back(random.integer(-1, steps + 2));
      result.push_back(input.type == ElementType::s32 ? to_bytes(lengths)
                                                      : to_bytes(reals(random, count, 2)));
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
                      .coupled = cell && random.coin()};
  layer.add_operands(random.coin());
  layer.b.output(layer.b.node(op, layer.attributes, layer.ids));
  REQUIRE(problems(layer.b.graph) == "");
  Evaluation evaluation(layer.b.graph);
  OracleGraph oracle(layer.b.graph);
  for (int run = 0; run < 2; ++run)
    CHECK(oracle_mismatch(layer.b.graph, oracle, evaluation, layer.values()) == "");
}

/// One step, one input, two units; all weights are `weight`.
struct Small {
  Builder b = {};
  std::vector<TensorId> ids = {};

  Small(const OpDef& op, std::int32_t steps, float weight) {
    const std::int32_t rows = 2 * gates_of(op);
    const auto fill = [&](Shape shape) {
      const std::vector<float> values(static_cast<std::size_t>(element_count(shape)), weight);
      return b.constant(ElementType::f32, std::move(shape), values);
    };
    ids = {b.input(ElementType::f32, {steps, 1, 1}), fill({rows, 1}), fill({rows, 2})};
  }

  std::vector<float> run(const OpDef& op, const ops::RecurrentAttributes& attributes,
                         const std::vector<float>& input) {
    b.output(b.node(op, attributes, ids));
    Evaluation evaluation(b.graph);
    return elements<float>({.data = evaluation.run({floats(input)})[0]});
  }

  std::string problem(const OpDef& op, const ops::RecurrentAttributes& attributes = {}) {
    try {
      b.node(op, attributes, ids);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }
};

}  // namespace

TEST_CASE("an RNN sums its inputs and hidden states", "[recurrent]") {
  Small rnn(ops::sequence_rnn, 3, 1);
  const ops::RecurrentAttributes line{
      .hidden_row = true, .candidate = "affine", .candidate_alpha = 0.5F, .candidate_beta = 1};
  // h = (x + 2 h) / 2 + 1, for both units.
  CHECK(rnn.run(ops::sequence_rnn, line, {2, 4, 6}) == std::vector<float>{2, 2, 5, 5, 9, 9, 9, 9});
}

TEST_CASE("a reversed RNN begins with the last step", "[recurrent]") {
  Small rnn(ops::sequence_rnn, 2, 1);
  // relu(7), clipped to 5; then relu(-3 + 5 + 5), clipped to 5.
  CHECK(rnn.run(ops::sequence_rnn, {.reverse = true, .clip = 5, .candidate = "relu"}, {-3, 7}) ==
        std::vector<float>{5, 5, 5, 5});
}

TEST_CASE("an LSTM gives its last cell alone", "[recurrent]") {
  Small lstm(ops::sequence_lstm, 1, 1);
  const float gate = 1 / (1 + std::exp(-0.5F));
  const std::vector<float> cell =
      lstm.run(ops::sequence_lstm, {.all_rows = false, .cell_row = true}, {0.5F});
  REQUIRE(cell.size() == 2);
  CHECK(cell[0] == Approx(gate * std::tanh(0.5F)));
}

TEST_CASE("random recurrent layers agree with the oracle", "[recurrent]") {
  Random random(7301);
  for (int trial = 0; trial < 150; ++trial) {
    CAPTURE(trial);
    for (const OpDef* op : cells) compare(random, *op);
  }
}

TEST_CASE("recurrent layers count their gates", "[recurrent]") {
  Random random(1);
  for (const OpDef* op : cells) {
    Layer layer{random, *op};
    layer.add_operands(true);
    layer.b.node(*op, layer.attributes, layer.ids);
    CHECK(op->macs({layer.b.graph, layer.b.graph.nodes[0]}) ==
          std::int64_t{gates_of(*op)} * layer.steps * layer.batches * layer.units *
              (layer.inputs + layer.units));
  }
}

TEST_CASE("recurrent layers refuse what they cannot compute", "[recurrent]") {
  Small gru(ops::sequence_gru, 1, 1);
  CHECK(gru.problem(ops::sequence_gru) == "");
  CHECK_THAT(gru.problem(ops::sequence_gru, {.gate = "elu"}), Contains("activation \"elu\""));
  CHECK_THAT(gru.problem(ops::sequence_gru, {.cell_row = true}), Contains("no cell"));
  CHECK_THAT(gru.problem(ops::sequence_gru, {.all_rows = false}), Contains("no output rows"));
  CHECK_THAT(gru.problem(ops::sequence_gru, {.clip = INFINITY}), Contains("finite"));
  CHECK_THAT(gru.problem(ops::sequence_lstm), Contains("do not match the input 1x1x1"));
  SECTION("states of another size") {
    gru.ids.resize(6, no_tensor);
    gru.ids[At::hidden] = gru.b.input(ElementType::f32, {2, 2});
    CHECK_THAT(gru.problem(ops::sequence_gru), Contains("hidden has shape 2x2, expected 1x2"));
  }
  SECTION("weights that are computed") {
    gru.b.graph[gru.ids[At::weights]].constant = false;
    CHECK_THAT(gru.problem(ops::sequence_gru), Contains("weights must be constants"));
  }
  SECTION("an empty sequence") {
    gru.b.graph[gru.ids[At::input]].shape = {0, 1, 1};
    CHECK_THAT(gru.problem(ops::sequence_gru), Contains("do not match the input 0x1x1"));
  }
  SECTION("unsigned integers") {
    gru.b.graph[gru.ids[At::input]].type = ElementType::u8;
    CHECK_THAT(gru.problem(ops::sequence_gru), Contains("supported: f32, s8, s16"));
  }
}
