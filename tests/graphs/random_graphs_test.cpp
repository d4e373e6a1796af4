// SPDX-License-Identifier: Apache-2.0
//
// Random graphs: oracle, evaluator and emitted code agree, and the stages keep their promises. A
// failure prints the graph and its seed; SMELT_SEED=N runs that graph alone, with SMELT_COUNT=M the
// M graphs from there.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>

#include "compiler/graph/text.h"
#include "compiler/ops/ops.h"
#include "tests/graphs/checks.h"
#include "tests/graphs/generator.h"
#include "tests/support/oracle_graph.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// As many as one call of the compiler builds in reasonable memory.
constexpr std::uint32_t batch_size = 64;

struct Drawn {
  std::uint32_t seed;
  Mode mode;
  std::unique_ptr<Trial> trial;
  std::unique_ptr<CompiledTrial> compiled;
};

void report(std::uint32_t seed, const Mode& mode, const std::string& problem) {
  if (problem.empty()) return;
  // Not by Catch, which breaks lines.
  fmt::print("SMELT_SEED={} {}: {}\n{}\n", seed, to_string(mode), problem,
             print(random_graph(seed), {.max_values = 1024}));
  FAIL_CHECK("the graph of seed " << seed);
}

/// Everything up to the emitted files; nothing if that fails.
std::optional<Drawn> draw(std::uint32_t seed, Census& census) {
  Drawn drawn{seed, all_modes()[seed % all_modes().size()], nullptr, nullptr};
  try {
    const Graph graph = random_graph(seed);
    count_operators(graph, census);
    std::string problem = text_problem(graph);
    if (problem.empty()) {
      drawn.trial = std::make_unique<Trial>(graph, seed);
      problem = drawn.trial->oracle_problem();
    }
    if (problem.empty()) {
      drawn.compiled = std::make_unique<CompiledTrial>(*drawn.trial, drawn.mode);
      problem = drawn.compiled->problem();
    }
    report(seed, drawn.mode, problem);
    if (problem.empty()) return drawn;
  } catch (const std::exception& error) {
    report(seed, drawn.mode, error.what());
  }
  return std::nullopt;
}

void check_batch(std::uint32_t first, std::uint32_t count, Census& census) {
  std::vector<Drawn> batch;
  for (std::uint32_t seed = first; seed < first + count; ++seed)
    if (auto drawn = draw(seed, census)) batch.push_back(std::move(*drawn));
  std::vector<const CompiledTrial*> compiled;
  for (const Drawn& each : batch) compiled.push_back(each.compiled.get());
  const std::vector<std::string> problems = run_problems(compiled);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    report(batch[i].seed, batch[i].mode, problems[i]);
    if (problems[i].empty()) SUCCEED();
  }
}

std::optional<std::uint32_t> number_from(const char* variable) {
  const char* text = std::getenv(variable);
  if (!text) return std::nullopt;
  return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

void check_graphs(std::uint32_t first, std::uint32_t count) {
  Census census;
  if (const auto seed = number_from("SMELT_SEED")) {
    first = *seed;
    count = number_from("SMELT_COUNT").value_or(1);
  }
  for (std::uint32_t begin = 0; begin < count; begin += batch_size)
    check_batch(first + begin, std::min(batch_size, count - begin), census);
  std::string counts;
  for (const auto& [name, times] : census) counts += fmt::format(" {} {}", name, times);
  WARN("operators of " << count << " graphs:" << counts);
  const std::size_t operators = generator_rows().size();
  for (const GeneratorRow& row : generator_rows())
    if (count >= operators) CHECK(census[std::string(row.op.name)] > 0);
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

TEST_CASE("a few random graphs", "[graphs]") {
  check_graphs(0, 200);
}

TEST_CASE("many random graphs", "[.][long]") {
  check_graphs(1000, 500);
}
