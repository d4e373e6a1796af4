// SPDX-License-Identifier: Apache-2.0
//
// What must hold for any graph, whoever drew or wrote it. A check gives a problem, or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"
#include "compiler/pipeline.h"
#include "compiler/plan/plan.h"
#include "compiler/targets/targets.h"
#include "tests/graphs/bugs.h"
#include "tools/host_model.h"

namespace smelt::test {

/// A way to compile.
struct Mode {
  Optimize optimize = Optimize::balanced;
  bool keep_input = false;
  bool guards = false;  ///< every buffer by itself: see guards.h
  Stream stream = Stream::none;
  const Target* target = &generic;
  Coding coding = Coding::plain;  ///< of all weights that can be coded so
};
/// Every combination of the options that change what is emitted, and one with guards: that first,
/// since what overruns a buffer there does no harm.
const std::vector<Mode>& all_modes();
/// Ways to compile for one kind of core, as the seed chooses: its kernels run in plain C++ here.
std::vector<Mode> core_modes(std::uint32_t seed);
/// For all of them.
std::vector<Mode> all_core_modes();
/// Ways to compile with coded weights, layer by layer and row by row.
const std::vector<Mode>& coded_modes();
std::string to_string(const Mode& mode);

/// Where a problem shows: what makes two problems the same kind.
enum class Stage : std::uint8_t {
  text,      ///< the graph is not valid, or its textual form gives another
  oracle,    ///< oracle and evaluator differ
  compiler,  ///< a stage refuses what it should take
  passes,    ///< the graph computes something else after the passes
  plan,      ///< buffers overlap or are not aligned
  bytes,     ///< compiling again gives other bytes
  stray,     ///< the emitted code writes outside of its buffers
  lost,      ///< a buffer is overwritten before its last reader
  values,    ///< evaluator and emitted code differ
};
struct Problem {
  Stage stage;
  std::string words;
};

/// The graph is valid, and its textual form gives the same graph back.
std::optional<Problem> text_problem(const Graph& graph);

/// A graph with inputs for some runs, one after another, and what the evaluator computes in them.
struct Trial {
  Trial(Graph given, std::uint32_t seed);
  Trial(const Trial&) = delete;

  Graph graph;
  std::vector<std::vector<Bytes>> inputs;  ///< by run
  /// By run and tensor; empty for tensors that nothing computes.
  std::vector<std::vector<Bytes>> values;

  /// The evaluator, by both rows of kernel tables, agrees with the oracle in every tensor.
  std::optional<Problem> oracle_problem() const;
};

/// A trial compiled in one mode, perhaps by a compiler with a bug.
class CompiledTrial {
 public:
  CompiledTrial(const Trial& trial, const Mode& mode, const Bug* bug);
  CompiledTrial(const CompiledTrial&) = delete;

  /// The passes keep the outputs and can be printed.
  std::optional<Problem> passes_problem() const;
  /// The plan is sound.
  std::optional<Problem> plan_problem() const;
  /// Emitting again gives the same bytes.
  std::optional<Problem> bytes_problem() const;
  /// The emitted code computes what the evaluator does, in every tensor that it traces, and keeps
  /// to its buffers.
  std::optional<Problem> run_problem(tools::HostModel& emitted) const;

  /// Whether the graph can be compiled in that way: not all can take their input by rows.
  bool possible() const { return mode_.stream == Stream::none || program_.streamed.has_value(); }
  const Program& program() const { return program_; }
  const std::vector<OutputFile>& files() const { return files_; }
  /// Under another name it can be built together with what is emitted for other modes.
  void rename(std::string name);

 private:
  Graph after_passes() const;
  Program planned(const Graph& graph) const;
  std::vector<OutputFile> emitted(const Graph& graph, const Program& program) const;
  PlanOptions plan_options() const;
  std::optional<Problem> trace_problem(const std::vector<tools::TracedBuffer>& trace,
                                       std::size_t run) const;
  std::optional<Problem> output_problem(const std::vector<Bytes>& outputs, std::size_t run) const;

  const Trial& trial_;
  Mode mode_;
  const Bug* bug_;
  PipelineOptions options_;
  Graph graph_;  // after the passes
  Program program_;
  std::vector<OutputFile> files_;
};

}  // namespace smelt::test
