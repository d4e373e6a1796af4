// SPDX-License-Identifier: Apache-2.0
//
// Which layer a wrong checksum is blamed on.
#include "tools/crc_check.h"

#include <catch2/catch.hpp>

#include "compiler/ops/add.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/quantize.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "smelt/crc32.h"
#include "tests/support/builder.h"

using namespace smelt;
using namespace smelt::test;
using namespace smelt::tools;
using Catch::Matchers::Contains;

namespace {

/// A model, the inputs of two cases, and what a board that is right logs of them.
struct Board {
  explicit Board(const Graph& graph)
      : program(lower_and_plan(graph, generic, {.optimize = Optimize::none})) {
    Diagnostics diagnostics;
    model = HostModel::build(program, emit(program, {.version = "test"}), "", diagnostics);
    REQUIRE(model);
    for (const std::uint8_t value : Bytes{1, 2}) {
      GoldenCase golden{
          .name = value == 1 ? "case 1" : "case 2", .inputs = {}, .outputs = {}, .layers = {}};
      for (const TensorId id : graph.inputs)
        golden.inputs.emplace_back(
            static_cast<std::size_t>(element_count(graph[id].shape) * byte_size(graph[id].type)),
            value);
      log.runs.push_back(run(golden));
      set.cases.push_back(std::move(golden));
    }
  }

  CrcRun run(const GoldenCase& golden) {
    CrcRun result;
    std::uint32_t input = 0;
    for (const Bytes& bytes : golden.inputs) input = smelt_crc32(input, bytes.data(), bytes.size());
    result.input = input;
    std::vector<TracedBuffer> trace;
    model->run(golden.inputs, &trace);
    for (const TracedBuffer& each : trace)
      result.steps[each.step] = smelt_crc32(0, each.bytes.data(), each.bytes.size());
    return result;
  }

  CrcOutcome check() { return check_crcs(program, *model, {set}, log); }

  Program program;
  std::optional<HostModel> model;
  GoldenSet set;
  CrcLog log;
};

/// 0: the input to itself; 1: a dense layer; 2: that to itself.
Graph three_layers() {
  Builder b;
  b.graph.name = "net";
  const Quantization quantization = per_tensor(0.5F, 0);
  const TensorId x = b.input(ElementType::s8, {1, 2}, quantization);
  const TensorId w =
      b.constant<std::int8_t>(ElementType::s8, {2, 2}, {1, 2, 3, 4}, per_tensor(0.5F, 0));
  const TensorId y = b.node(ops::add, ops::AddAttributes{}, {x, x}, quantization);
  const TensorId z =
      b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {y, w}, quantization);
  b.output(b.node(ops::add, ops::AddAttributes{}, {z, z}, quantization));
  return b.graph;
}

/// 0: a dense layer in float; 1: its quantization; 2: the sum of that and the second input.
Graph with_floats() {
  Builder b;
  b.graph.name = "net";
  const Quantization quantization = per_tensor(0.5F, 0);
  const TensorId x = b.input(ElementType::f32, {1, 2});
  const TensorId other = b.input(ElementType::s8, {1, 2}, quantization);
  const TensorId w = b.constant<float>(ElementType::f32, {2, 2}, {1, 2, 3, 4});
  const TensorId y = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w});
  const TensorId q = b.node(ops::quantize, {}, {y}, quantization, ElementType::s8);
  b.output(b.node(ops::add, ops::AddAttributes{}, {q, other}, quantization));
  return b.graph;
}

}  // namespace

TEST_CASE("a board that is right is") {
  Board board(three_layers());
  const CrcOutcome outcome = board.check();
  CHECK(outcome.differences.empty());
  CHECK(outcome.runs == 2);
  CHECK(outcome.equal == 6);
  CHECK(outcome.inexact + outcome.lacking == 0);
}

TEST_CASE("the first wrong layer of each run is blamed") {
  Board board(three_layers());
  board.log.runs[0].steps[2] ^= 1;
  board.log.runs[1].steps[1] = 0x12345678;
  board.log.runs[1].steps[2] = 0x12345678;
  const CrcOutcome outcome = board.check();
  REQUIRE(outcome.differences.size() == 2);
  CHECK(outcome.differences[0].step == 2);
  CHECK(outcome.differences[0].run == 0);
  CHECK_THAT(outcome.differences[0].text,
             Contains("layer \"add_2\" (step 2) differs on the board in run 1: crc ") &&
                 Contains("; its input was right: look at its kernel"));
  CHECK(outcome.differences[1].step == 1);
  CHECK_THAT(outcome.differences[1].text,
             Contains("layer \"fully_connected_1\" (step 1) differs on the board in run 2: crc "
                      "12345678, not ") &&
                 Contains("; its input was right: look at its weights or its kernel"));
}

TEST_CASE("a wrong input is not the layer's fault") {
  Board board(three_layers());
  *board.log.runs[1].input ^= 1;
  board.log.runs[1].steps[0] ^= 1;
  const CrcOutcome outcome = board.check();
  REQUIRE(outcome.differences.size() == 1);
  CHECK(!outcome.differences[0].step);
  CHECK_THAT(outcome.differences[0].text,
             Contains("the input differs on the board in run 2: crc ") &&
                 Contains("the firmware gave it something else than the case has"));
}

TEST_CASE("runs in another order than the cases are told by their inputs") {
  Board board(three_layers());
  board.log.runs = {board.log.runs[1], board.log.runs[0]};
  const CrcOutcome outcome = board.check();
  REQUIRE(outcome.differences.size() == 2);
  CHECK_THAT(outcome.differences[0].text,
             Contains("the input differs on the board in run 1") &&
                 Contains("it is the input of case 2: the log's runs are not the cases in their "
                          "order"));
}

TEST_CASE("an input that was not logged may be wrong") {
  Board board(three_layers());
  board.log.runs[0].input.reset();
  board.log.runs[0].steps[0] ^= 1;
  board.log.runs[1].input.reset();
  board.log.runs[1].steps[1] ^= 1;
  const CrcOutcome outcome = board.check();
  REQUIRE(outcome.differences.size() == 2);
  CHECK_THAT(outcome.differences[0].text,
             Contains("look at the model's input, which net_crc_input would log, its kernel"));
  CHECK_THAT(outcome.differences[1].text, Contains("its input was right"));
}

TEST_CASE("a layer that has no line may be wrong") {
  Board board(three_layers());
  board.log.runs[0].steps.erase(0);
  board.log.runs[0].steps[1] ^= 1;
  board.log.runs[1].steps.erase(2);
  const CrcOutcome outcome = board.check();
  CHECK(outcome.lacking == 2);
  REQUIRE(outcome.differences.size() == 1);
  CHECK_THAT(outcome.differences[0].text,
             Contains("the log lacks step 0, which may have been wrong already"));
}

TEST_CASE("more runs than cases are left alone, and so are more cases") {
  Board board(three_layers());
  board.log.runs.push_back(board.log.runs[0]);
  board.log.runs[2].steps[0] ^= 1;
  CHECK(board.check().differences.empty());
  CHECK(board.check().runs == 2);
  board.log.runs.resize(1);
  CHECK(board.check().runs == 1);
}

TEST_CASE("floats are not judged, nor what is computed from them") {
  Board board(with_floats());
  board.log.runs[0].steps[0] ^= 1;
  board.log.runs[0].steps[1] ^= 1;
  board.log.runs[0].steps[2] ^= 1;
  CrcOutcome outcome = board.check();
  CHECK(outcome.differences.empty());
  CHECK(outcome.inexact == 3);
  CHECK(outcome.equal == 3);
  // But what is computed from floats that are the same, or differ only so that nothing follows.
  board.log.runs[1].steps[1] ^= 1;
  board.log.runs[0] = board.run(board.set.cases[0]);
  board.log.runs[0].steps[0] ^= 1;
  board.log.runs[0].steps[2] ^= 1;
  outcome = board.check();
  REQUIRE(outcome.differences.size() == 2);
  CHECK(outcome.differences[0].step == 2);
  CHECK(outcome.differences[1].step == 1);
  CHECK(outcome.inexact == 1);
}

TEST_CASE("steps that no line can be of are found") {
  Board board(three_layers());
  CHECK(!foreign_step(board.program, board.log));
  board.log.runs[1].steps[3] = 0;
  CHECK(foreign_step(board.program, board.log) == 3);
}
