// SPDX-License-Identifier: Apache-2.0
//
// Rows without end: every output must be that of the whole model on the rows that its window sees.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/graphs/networks.h"
#include "tests/support/check_plan.h"
#include "tests/support/one_unit.h"
#include "tests/support/trial.h"
#include "tools/host_model.h"

using namespace smelt;
using namespace smelt::test;

namespace {

struct Streaming {
  Graph graph;
  Program program;
  std::vector<OutputFile> files;
};

std::optional<Streaming> compiled(std::uint32_t seed) {
  const PipelineOptions options{.stream = Stream::time, .exact = true};
  Diagnostics diagnostics;
  Graph graph = random_time_network(seed);
  graph.name = fmt::format("time{}", seed);
  Program program = lower_and_plan(*run_passes(graph, options, diagnostics), generic, options);
  if (!program.streamed) return std::nullopt;
  auto files =
      emit(program, {.model_file = graph.file, .sha256 = std::string(64, '0'), .version = "test"});
  return Streaming{std::move(graph), std::move(program), std::move(files)};
}

/// Some windows' worth of rows; every output that comes is compared. How many came.
int check_stream(const Streaming& streaming, tools::HostModel& model, std::uint32_t seed) {
  const Streamed& streamed = *streaming.program.streamed;
  const Tensor& input = streaming.graph[streaming.graph.inputs[0]];
  const std::int64_t row_bytes = streamed.elements * byte_size(input.type);
  const auto& [_, rows, first, stride, periods] = *streamed.window;
  // Past where numbers of rows begin anew, more than once.
  const auto count = static_cast<std::int32_t>(
      std::min<std::int64_t>(streamed.rows + 2 * periods[0] + 2 * stride, 400));
  Random random(seed);
  const Bytes stream = random.elements(input.type, streamed.elements * count);
  Evaluation evaluation(streaming.graph);
  model.reset();
  int seen = 0;
  std::int32_t missing = static_cast<std::int32_t>((rows - 1) * stride + first);
  for (std::int32_t row = 0; row < count; ++row) {
    const auto begin = stream.begin() + row * row_bytes;
    REQUIRE(model.push(Bytes(begin, begin + row_bytes)) == --missing);
    if (missing > 0) continue;
    missing = static_cast<std::int32_t>(stride);
    const std::int64_t from = seen++ * stride;
    if (from + streamed.rows > count) break;
    const auto window = stream.begin() + from * row_bytes;
    const auto expected = evaluation.run({Bytes(window, window + streamed.rows * row_bytes)});
    CAPTURE(row);
    REQUIRE((model.outputs() == expected));
  }
  return seen;
}

}  // namespace

TEST_CASE("every window of endless rows gives what it gives as a whole", "[time]") {
  std::vector<Streaming> streaming;
  for (std::uint32_t seed = 0; seed < 120; ++seed)
    if (auto each = compiled(seed)) streaming.push_back(*std::move(each));
  CHECK(streaming.size() >= 40);
  std::vector<const Program*> programs;
  std::vector<EmittedModel> emitted;
  for (const Streaming& each : streaming) {
    CHECK(plan_problem(each.program, {.stream = Stream::time}) == "");
    programs.push_back(&each.program);
    emitted.push_back({each.program.name, &each.files});
  }
  Diagnostics diagnostics;
  auto models = tools::HostModel::build(programs, one_unit(emitted), "clang -O0", diagnostics);
  REQUIRE(models);
  int seen = 0;
  for (std::size_t i = 0; i < streaming.size(); ++i) {
    CAPTURE(streaming[i].graph.name);
    seen += check_stream(streaming[i], (*models)[i], static_cast<std::uint32_t>(i));
  }
  CHECK(seen >= 800);
}
