// SPDX-License-Identifier: Apache-2.0
//
// What must hold for any graph, whoever drew or wrote it. A check gives the problem in words;
// nothing is wrong if there are none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"
#include "compiler/pipeline.h"
#include "tools/host_model.h"

namespace smelt::test {

/// A way to compile.
struct Mode {
  Optimize optimize = Optimize::balanced;
  bool keep_input = false;
};
const std::vector<Mode>& all_modes();
std::string to_string(const Mode& mode);

/// The graph is valid, and its textual form gives the same graph back.
std::string text_problem(const Graph& graph);

/// A graph with inputs for some runs, one after another, and what the evaluator computes in them.
struct Trial {
  Trial(Graph given, std::uint32_t seed);
  Trial(const Trial&) = delete;

  Graph graph;
  std::vector<std::vector<Bytes>> inputs;  ///< by run
  /// By run and tensor; empty for tensors that nothing computes.
  std::vector<std::vector<Bytes>> values;

  /// The evaluator, by both rows of kernel tables, agrees with the oracle in every tensor.
  std::string oracle_problem();
};

/// A trial compiled in one mode.
class CompiledTrial {
 public:
  CompiledTrial(const Trial& trial, const Mode& mode);
  CompiledTrial(const CompiledTrial&) = delete;

  /// The passes keep the outputs, the plan is sound, emitting again gives the same bytes.
  std::string problem() const;
  const Program& program() const { return program_; }
  const std::vector<OutputFile>& files() const { return files_; }
  /// The emitted code computes what the evaluator does, in every tensor that it traces.
  std::string run_problem(tools::HostModel& emitted) const;

 private:
  std::string passes_problem() const;
  std::string trace_problem(const std::vector<tools::TracedBuffer>& trace, std::size_t run) const;

  const Trial& trial_;
  PipelineOptions options_;
  Graph graph_;  // after the passes
  Program program_;
  std::vector<OutputFile> files_;
};

/// Builds all of them by one call of the compiler, and runs each: problem i is that of trial i.
std::vector<std::string> run_problems(const std::vector<const CompiledTrial*>& trials);

}  // namespace smelt::test
