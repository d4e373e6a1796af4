// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lstm.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using At = ops::LstmOperand;

/// An LSTM as the only node; `ids` are its operands.
struct Cell {
  Builder b;
  std::vector<TensorId> ids;
  TensorId output{};

  void add(const ops::LstmAttributes& attributes) {
    output = b.node(ops::lstm, attributes, ids, b.graph[ids[At::hidden]].quantization);
    b.output(output);
  }
  Tensor& operator[](std::size_t operand) { return b.graph[ids[operand]]; }
};

/// One input, one unit, the same weights for all gates.
template <typename T, typename Bias>
Cell single(ElementType type, Shape input, T weight, T recurrent, Bias bias, float weight_scale) {
  const bool real = type == ElementType::f32;
  const auto quantized = [&](float scale) { return real ? Quantization{} : per_tensor(scale, 0); };
  Cell c;
  c.ids = {c.b.input(type, std::move(input), quantized(1))};
  for (const T value : {weight, weight, weight, weight, recurrent, recurrent, recurrent, recurrent})
    c.ids.push_back(c.b.constant<T>(type, {1, 1}, {value}, quantized(weight_scale)));
  for (int gate = 0; gate < 4; ++gate)
    c.ids.push_back(
        c.b.constant<Bias>(real ? ElementType::f32 : ElementType::s32, {1}, {bias}, {}));
  c.ids.push_back(c.b.variable(type, {1, 1}, quantized(1.0F / 128)));
  c.ids.push_back(
      c.b.variable(real ? ElementType::f32 : ElementType::s16, {1, 1}, quantized(1.0F / 2048)));
  return c;
}

Cell single_s8() {
  return single<std::int8_t, std::int32_t>(ElementType::s8, {1, 2, 1}, 1, 0, 0, 0.25F);
}

/// Dimensions, parameters and operands of a random LSTM.
struct Draw {
  Random& random;
  std::int32_t batches = random.integer(1, 3), steps = random.integer(1, 4);
  std::int32_t inputs = random.integer(1, 9), units = random.integer(1, 9);
  ops::LstmAttributes attributes{.cell_clip = random.coin() ? 0.0F : random.real(0.001F, 4),
                                 .time_major = random.coin()};

  Shape input_shape() const {
    return attributes.time_major ? Shape{steps, batches, inputs} : Shape{batches, steps, inputs};
  }

  Bytes weights(ElementType type, std::int32_t count) const {
    if (type == ElementType::s8) return random.elements(type, count);
    std::vector<float> values;
    for (std::int32_t i = 0; i < count; ++i) values.push_back(random.real(-1, 1));
    return to_bytes(values);
  }

  Bytes bias(ElementType type) const {
    if (type == ElementType::f32) return weights(type, units);
    std::vector<std::int32_t> values;
    const std::int32_t largest = random.of<std::int32_t>({0, 3000, 100'000, 20'000'000});
    for (std::int32_t i = 0; i < units; ++i) values.push_back(random.integer(-largest, largest));
    return to_bytes(values);
  }

  Quantization weight_scale(ElementType type) const {
    return type == ElementType::f32 ? Quantization{} : per_tensor(random.real(5e-4F, 0.02F), 0);
  }

  Cell cell(ElementType type) const {
    const bool real = type == ElementType::f32;
    Cell c;
    c.ids = {c.b.input(type, input_shape(), random.quantization(type, 0.001F, 0.1F))};
    for (const std::int32_t columns : {inputs, units})
      for (int gate = 0; gate < 4; ++gate)
        c.ids.push_back(c.b.constant_bytes(type, {units, columns}, weights(type, units * columns),
                                           weight_scale(type)));
    const ElementType bias_type = real ? ElementType::f32 : ElementType::s32;
    for (int gate = 0; gate < 4; ++gate)
      c.ids.push_back(random.integer(0, 3) == 0
                          ? no_tensor
                          : c.b.constant_bytes(bias_type, {units}, bias(type), {}));
    const int power = random.integer(0, 3) == 0 ? random.integer(-29, 2) : random.integer(-16, -9);
    c.ids.push_back(c.b.variable(type, {batches, units}, random.quantization(type, 0.004F, 0.02F)));
    c.ids.push_back(c.b.variable(real ? type : ElementType::s16, {batches, units},
                                 real ? Quantization{} : per_tensor(std::ldexp(1.0F, power), 0)));
    c.add(attributes);
    return c;
  }
};

/// The constants of a Cell, held for the oracle.
class Expected {
 public:
  explicit Expected(Cell& c, const ops::LstmAttributes& attributes)
      : input_(c[At::input]), output_(c.b.graph[c.output]) {
    options_.time_major = attributes.time_major;
    options_.cell_clip = attributes.cell_clip;
    for (std::size_t i = 0; i < At::hidden; ++i)
      operands_.push_back(c.ids[i] == no_tensor ? oracle::Tensor() : for_oracle(c[i], c[i].data));
    for (std::size_t gate = 0; gate < 4; ++gate) {
      const bool biased = c.ids[At::bias + gate] != no_tensor;
      *std::array{&gates_.input, &gates_.forget, &gates_.cell, &gates_.output}[gate] = {
          .input_weights = &operands_[At::weights + gate],
          .recurrent_weights = &operands_[At::recurrent_weights + gate],
          .bias = biased ? &operands_[At::bias + gate] : nullptr};
    }
    state_.hidden = for_oracle(c[At::hidden]);
    state_.cell = for_oracle(c[At::cell]);
    const auto count = static_cast<std::size_t>(element_count(c[At::hidden].shape));
    if (input_.type == ElementType::f32) {
      state_.hidden.f.assign(count, 0);
      state_.cell.f.assign(count, 0);
    } else {
      state_.hidden.q.assign(count, c[At::hidden].quantization.zero_point());
      state_.cell.q.assign(count, 0);
    }
  }
  Expected(const Expected&) = delete;

  oracle::Tensor run(const Bytes& input) {
    return oracle::unidirectional_sequence_lstm(for_oracle(input_, input), gates_, state_, options_,
                                                for_oracle(output_));
  }
  const oracle::LstmState& state() const { return state_; }

 private:
  Tensor input_, output_;
  std::vector<oracle::Tensor> operands_;
  oracle::LstmGates gates_;
  oracle::LstmState state_;
  oracle::LstmOptions options_;
};

/// Several runs on kept state, after a run that reset must undo.
void compare(Random& random, ElementType type) {
  const Draw draw{random};
  Cell c = draw.cell(type);
  REQUIRE(problems(c.b.graph) == "");
  Evaluation evaluation(c.b.graph);
  Expected expected(c, draw.attributes);
  const std::int64_t count = element_count(draw.input_shape());
  evaluation.run({random.elements(type, count)});
  evaluation.reset();
  for (int run = 0; run < 3; ++run) {
    const Bytes input = random.elements(type, count);
    const Bytes actual = evaluation.run({input})[0];
    CHECK(difference(expected.run(input), c.b.graph[c.output], actual) == "");
    CHECK(difference(expected.state().hidden, c[At::hidden], evaluation[c.ids[At::hidden]]) == "");
    CHECK(difference(expected.state().cell, c[At::cell], evaluation[c.ids[At::cell]]) == "");
  }
}

std::string problem(const Cell& c, const ops::LstmAttributes& attributes = {}) {
  Cell copy = c;
  try {
    copy.add(attributes);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a float LSTM keeps its state between steps and runs", "[lstm]") {
  Cell c = single<float, float>(ElementType::f32, {1, 2, 1}, 1, 0.5F, 0.25F, 0);
  c.add({});
  REQUIRE(problems(c.b.graph) == "");
  Evaluation evaluation(c.b.graph);
  float hidden = 0, cell = 0;
  for (int run = 0; run < 2; ++run) {
    const Bytes output = evaluation.run({floats({0.5F, -2})})[0];
    for (const float x : {0.5F, -2.0F}) {
      const float argument = x + 0.5F * hidden + 0.25F;
      const float gate = 1 / (1 + std::exp(-argument));
      cell = gate * cell + gate * std::tanh(argument);
      hidden = gate * std::tanh(cell);
    }
    float last = 0;
    std::memcpy(&last, &output[sizeof(float)], sizeof(float));
    CHECK(last == Approx(hidden).epsilon(1e-6));
  }
}

TEST_CASE("an s8 LSTM clips its cell", "[lstm]") {
  Cell c = single_s8();
  c.add({.cell_clip = 0.5F});
  Evaluation evaluation(c.b.graph);
  // Arguments of 127 / 4 saturate at 8, where all gates are 0.9997: the cell would be 0.9993, but
  // is 0.5 after both steps; h = 0.9997 * tanh(0.5) = 0.462, in units of 1/128: 59.
  CHECK(evaluation.run({{127, 127}})[0] == Bytes{59, 59});
  CHECK(evaluation[c.ids[At::cell]] == to_bytes(std::vector<std::int16_t>{1024}));
}

TEST_CASE("an s8 LSTM that is shut stays at zero", "[lstm]") {
  Cell c = single_s8();
  c[At::hidden].quantization = per_tensor(1.0F / 128, -7);
  c.add({});
  Evaluation evaluation(c.b.graph);
  CHECK(evaluation.run({{0, 0}})[0] == Bytes{0xF9, 0xF9});
}

TEST_CASE("random s8 LSTMs agree with the oracle bit for bit", "[lstm]") {
  Random random(5801);
  for (int trial = 0; trial < 300; ++trial) {
    CAPTURE(trial);
    compare(random, ElementType::s8);
  }
}

TEST_CASE("random f32 LSTMs agree with the oracle", "[lstm]") {
  Random random(5802);
  for (int trial = 0; trial < 100; ++trial) {
    CAPTURE(trial);
    compare(random, ElementType::f32);
  }
}

TEST_CASE("an LSTM counts four gates over inputs and units", "[lstm]") {
  Random random(1);
  Draw draw{random};
  Cell c = draw.cell(ElementType::s8);
  CHECK(ops::lstm.macs({c.b.graph, c.b.graph.nodes[0]}) ==
        std::int64_t{4} * draw.batches * draw.steps * draw.units * (draw.inputs + draw.units));
}

TEST_CASE("an LSTM refuses what it cannot compute", "[lstm]") {
  CHECK(problem(single_s8()) == "");
  CHECK(mentions(problem(single_s8(), {.activation = "relu"}), "activation relu"));
  Cell c = single_s8();

  SECTION("a cell scale that is no power of two") {
    c[At::cell].quantization = per_tensor(0.003F, 0);
    CHECK(mentions(problem(c), "cell state has scale 0.003"));
  }
  SECTION("a cell scale out of range") {
    c[At::cell].quantization = per_tensor(8, 0);
    CHECK(mentions(problem(c), "from 2^-29 to 2^2"));
  }
  SECTION("a cell with a zero point") {
    c[At::cell].quantization = per_tensor(0.5F, 1);
    CHECK(mentions(problem(c), "zero point 1"));
  }
  SECTION("states that are no variables") {
    c[At::hidden].variable = false;
    CHECK(mentions(problem(c), "are not two variables of 1 elements"));
  }
  SECTION("a state of another size") {
    c[At::cell].shape = {2, 1};
    CHECK(mentions(problem(c), "cell state 2x1"));
  }
  SECTION("a cell of another type") {
    c[At::cell].type = ElementType::s8;
    CHECK(mentions(problem(c), "supported: s16"));
  }
  SECTION("weights of one gate that differ in shape") {
    c[At::weights + 2].shape = {1, 2};
    CHECK(mentions(problem(c), "weights of the cell gate are 1x2"));
  }
  SECTION("weights that do not match the input") {
    c[At::input].shape = {1, 2, 3};
    CHECK(mentions(problem(c), "weights 1x1 do not match the input 1x2x3"));
  }
  SECTION("an empty sequence") {
    c[At::input].shape = {1, 0, 1};
    CHECK(mentions(problem(c), "do not match the input 1x0x1"));
  }
  SECTION("weights that are computed") {
    c[At::recurrent_weights].constant = false;
    CHECK(mentions(problem(c), "must be constants"));
  }
  SECTION("a gate that can overflow") {
    c[At::bias + 3].data = to_bytes(std::vector<std::int32_t>{INT32_MAX});
    CHECK(mentions(problem(c), "can overflow 32 bits"));
  }
  SECTION("a hidden state finer than its product") {
    c[At::hidden].quantization = per_tensor(1e-11F, 0);
    CHECK(mentions(problem(c), "overflow"));
  }
  SECTION("an unsigned input") {
    c[At::input].type = ElementType::u8;
    CHECK(mentions(problem(c), "supported: f32, s8"));
  }
}

TEST_CASE("an LSTM's output is quantized as its hidden state", "[lstm]") {
  Cell c = single_s8();
  CHECK_THROWS_WITH(c.b.node(ops::lstm, ops::LstmAttributes{}, c.ids, per_tensor(0.5F, 0)),
                    Catch::Contains("hidden state") && Catch::Contains("not quantized as"));
}
