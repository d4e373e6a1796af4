// SPDX-License-Identifier: Apache-2.0
//
// Random graphs: oracle, evaluator and emitted code agree in every mode, and the stages keep their
// promises. A failure is shrunk and printed as a file for tests/graphs/cases. SMELT_SEED=N runs
// that graph alone, with SMELT_COUNT=M the M graphs from there; SMELT_SHARD=I/N runs every N-th
// batch from the I-th on.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "compiler/ops/ops.h"
#include "tests/graphs/generator.h"
#include "tests/graphs/networks.h"
#include "tests/graphs/quantized.h"
#include "tests/graphs/shrink.h"
#include "tests/graphs/tester.h"
#include "tests/support/layer_draw.h"
#include "tests/support/oracle_graph.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// As many as one call of the compiler builds in reasonable memory.
constexpr std::uint32_t batch_size = 32;

/// The seeds to test, and what was seen of them.
struct Range {
  Graph (*draw)(std::uint32_t seed) = random_graph;
  std::uint32_t first = 0, count = 0;
  std::uint32_t shard = 0, shards = 1;
  Census census;
  std::uint32_t graphs = 0;
};

std::optional<std::uint32_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (!text) return std::nullopt;
  return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

Range range_of(std::uint32_t first, std::uint32_t count,
               Graph (*draw)(std::uint32_t) = random_graph) {
  Range range{draw, first, count, 0, 1, {}, 0};
  if (const auto seed = number_from("SMELT_SEED"))
    return {draw, *seed, number_from("SMELT_COUNT").value_or(1), 0, 1, {}, 0};
  if (const char* text = std::getenv("SMELT_SHARD"))
    REQUIRE(std::sscanf(text, "%u/%u", &range.shard, &range.shards) == 2);
  return range;
}

void check_batch(std::uint32_t first, std::uint32_t count, const Setting& setting, Range& range) {
  std::vector<Case> cases;
  for (std::uint32_t seed = first; seed < first + count; ++seed) {
    cases.push_back({range.draw(seed), seed});
    count_operators(cases.back().graph, range.census);
  }
  range.graphs += count;
  const auto found = failures(cases, setting);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!found[i]) {
      SUCCEED();
      continue;
    }
    const Shrunk shrunk = shrink(cases[i], *found[i], setting);
    // Not by Catch, which breaks lines.
    fmt::print("SMELT_SEED={}\n{}\n", cases[i].seed, to_string(shrunk.smallest, shrunk.failure));
    FAIL_CHECK("the graph of seed " << cases[i].seed);
  }
}

void check_graphs(Range range, const Setting& setting) {
  const auto start = std::chrono::steady_clock::now();
  for (std::uint32_t begin = range.shard * batch_size; begin < range.count;
       begin += range.shards * batch_size)
    check_batch(range.first + begin, std::min(batch_size, range.count - begin), setting, range);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::string counts;
  for (const auto& [name, times] : range.census) counts += fmt::format(" {} {}", name, times);
  const auto runs = static_cast<double>(range.graphs * setting.modes.size());
  fmt::print("{} graphs, {} modes, {:.1f} runs per second; operators:{}\n", range.graphs,
             setting.modes.size(), runs / seconds.count(), counts);
  for (const GeneratorRow& row : generator_rows()) {
    const bool drawn =
        range.draw == random_graph || (range.draw == random_quantized_graph && row.op.quantization);
    if (range.graphs >= 200 && drawn) CHECK(range.census[std::string(row.op.name)] > 0);
  }
}

}  // namespace

TEST_CASE("every operator has a row in the oracle and in the generator", "[graphs]") {
  for (const OpDef* op : ops::all()) {
    CAPTURE(op->name);
    const auto& rows = generator_rows();
    const bool drawn = std::any_of(rows.begin(), rows.end(),
                                   [&](const GeneratorRow& row) { return &row.op == op; });
    CHECK(oracle_has(*op) == !op->opaque);
    CHECK(drawn == !op->opaque);
  }
}

TEST_CASE("a few random graphs", "[random]") {
  check_graphs(range_of(0, 500), {.with = quickest_build});
}

TEST_CASE("random graphs as they are usually built", "[random]") {
  check_graphs(range_of(500, 64), {});
}

TEST_CASE("random quantized graphs", "[random]") {
  check_graphs(range_of(0, 256, random_quantized_graph), {.with = quickest_build});
}

TEST_CASE("random networks on images", "[random]") {
  check_graphs(range_of(0, 96, random_network), {.with = quickest_build});
}

TEST_CASE("the kernels of each core are the portable ones", "[random]") {
  check_graphs(range_of(0, 160, random_layer),
               {.modes = all_core_modes(), .core_of_seed = false, .with = quickest_build});
}

TEST_CASE("layers compute the same with coded weights", "[random]") {
  check_graphs(range_of(0, 192, random_pruned_layer),
               {.modes = coded_modes(), .core_of_seed = false, .with = quickest_build});
}

TEST_CASE("quantized graphs compute the same with coded weights", "[random]") {
  check_graphs(range_of(0, 64, random_quantized_graph),
               {.modes = coded_modes(), .core_of_seed = false, .with = quickest_build});
}

TEST_CASE("many layers compute the same with coded weights", "[.][long]") {
  check_graphs(range_of(1000, 2000, random_pruned_layer),
               {.modes = coded_modes(), .core_of_seed = false, .with = quickest_build});
}

TEST_CASE("the kernels of each core are the portable ones in many layers", "[.][long]") {
  check_graphs(range_of(1000, 2000, random_layer),
               {.modes = all_core_modes(), .core_of_seed = false, .with = quickest_build});
}

TEST_CASE("many random networks on images", "[.][long]") {
  check_graphs(range_of(1000, 1200, random_network), {.with = quickest_build});
}

TEST_CASE("many random quantized graphs", "[.][long]") {
  check_graphs(range_of(1000, 2500, random_quantized_graph), {.with = quickest_build});
}

TEST_CASE("many random graphs", "[.][long]") {
  check_graphs(range_of(1000, 6000), {.with = quickest_build});
}

TEST_CASE("compilers agree on random graphs", "[.][compilers]") {
  for (const char* with : {"clang -O0", "clang -O2", "g++ -O3", "g++ -Os"})
    check_graphs(range_of(500, 200), {.with = with});
}
