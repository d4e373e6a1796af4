// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/checks.h"

#include <fmt/format.h>

#include <set>
#include <stdexcept>

#include "compiler/graph/text.h"
#include "compiler/ops/ops.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/check_plan.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"
#include "tools/compare.h"

namespace smelt::test {
namespace {

constexpr int runs = 2;

/// As the pipeline does, but it throws.
Graph after_passes(const Graph& graph, const PipelineOptions& options) {
  Diagnostics diagnostics;
  auto result = run_passes(graph, options, diagnostics);
  if (result) return std::move(*result);
  throw std::invalid_argument(to_string(diagnostics.all().front()));
}

EmitOptions emit_options(const Graph& graph) {
  return {.model_file = graph.file, .sha256 = std::string(64, '0'), .version = "test"};
}

std::string files_text(const std::vector<OutputFile>& files) {
  std::string text;
  for (const OutputFile& file : files) text += file.path + "\n" + file.text;
  return text;
}

}  // namespace

const std::vector<Mode>& all_modes() {
  static const std::vector<Mode> modes = {{Optimize::balanced, false},
                                          {Optimize::none, true},
                                          {Optimize::balanced, true},
                                          {Optimize::none, false}};
  return modes;
}

std::string to_string(const Mode& mode) {
  return fmt::format("--optimize {}{}", mode.optimize == Optimize::none ? "none" : "balanced",
                     mode.keep_input ? " --keep-input" : "");
}

std::string text_problem(const Graph& graph) {
  if (const std::string problem = problems(graph); !problem.empty()) return problem;
  const std::string text = print(graph);
  Diagnostics diagnostics;
  const auto again = parse(text, "text", ops::find, diagnostics);
  if (!again) return to_string(diagnostics.all().front());
  if (print(*again) != text) return "the textual form reads back as another graph";
  return problems(*again);
}

Trial::Trial(Graph given, std::uint32_t seed) : graph(std::move(given)) {
  Random random(seed);
  Evaluation evaluation(graph);
  for (int run = 0; run < runs; ++run) {
    inputs.emplace_back();
    for (const TensorId id : graph.inputs)
      inputs.back().push_back(random.elements(graph[id].type, element_count(graph[id].shape)));
    evaluation.run(inputs.back());
    values.emplace_back(graph.tensors.size());
    for (const Node& node : graph.nodes)
      for (const TensorId id : node.outputs)
        values.back()[static_cast<std::size_t>(id)] = evaluation[id];
  }
}

std::string Trial::oracle_problem() {
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    OracleGraph oracle(graph);
    Evaluation evaluation(graph, choice);
    for (const std::vector<Bytes>& each : inputs)
      if (const std::string problem = oracle_mismatch(graph, oracle, evaluation, each);
          !problem.empty())
        return fmt::format("{} kernels differ from the oracle: {}",
                           choice == KernelChoice::best ? "best" : "portable", problem);
  }
  return {};
}

CompiledTrial::CompiledTrial(const Trial& trial, const Mode& mode)
    : trial_(trial),
      options_{.optimize = mode.optimize, .keep_input = mode.keep_input},
      graph_(after_passes(trial.graph, options_)),
      program_(lower_and_plan(graph_, generic, options_)),
      files_(emit(program_, emit_options(graph_))) {}

std::string CompiledTrial::problem() const {
  if (const std::string problem = text_problem(graph_); !problem.empty())
    return "after the passes: " + problem;
  if (const std::string problem = passes_problem(); !problem.empty()) return problem;
  const PlanOptions plan{.keep_input = options_.keep_input,
                         .share = options_.optimize != Optimize::none};
  if (const std::string problem = plan_problem(program_, plan); !problem.empty())
    return "the plan: " + problem;
  const Graph graph = after_passes(trial_.graph, options_);
  const Program program = lower_and_plan(graph, generic, options_);
  if (files_text(emit(program, emit_options(graph))) != files_text(files_))
    return "compiling again gives other bytes";
  return {};
}

std::string CompiledTrial::passes_problem() const {
  Evaluation evaluation(graph_);
  for (std::size_t run = 0; run < trial_.inputs.size(); ++run) {
    const std::vector<Bytes> outputs = evaluation.run(trial_.inputs[run]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (outputs[i] != trial_.values[run][static_cast<std::size_t>(trial_.graph.outputs[i])])
        return fmt::format("the passes change output {} of run {}", i, run);
  }
  return {};
}

std::string CompiledTrial::run_problem(tools::HostModel& emitted) const {
  emitted.reset();
  for (std::size_t run = 0; run < trial_.inputs.size(); ++run) {
    std::vector<tools::TracedBuffer> trace;
    const std::vector<Bytes> outputs = emitted.run(trial_.inputs[run], &trace);
    if (const std::string problem = trace_problem(trace, run); !problem.empty()) return problem;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const TensorId id = trial_.graph.outputs[i];
      if (outputs[i] == trial_.values[run][static_cast<std::size_t>(id)]) continue;
      return fmt::format(
          "output {} of run {} of the emitted code: {}", i, run,
          tools::difference(trial_.graph[id].type, trial_.values[run][static_cast<std::size_t>(id)],
                            outputs[i])
              .value_or("differs in the last bits"));
    }
  }
  return {};
}

std::string CompiledTrial::trace_problem(const std::vector<tools::TracedBuffer>& trace,
                                         std::size_t run) const {
  std::set<BufferId> complete;
  for (std::size_t i = trace.size(); i-- > 0;) {
    const Buffer& buffer = program_[trace[i].buffer];
    // Of several steps that write a tensor, the last shows all of it.
    if (!complete.insert(trace[i].buffer).second || buffer.origin.tensor < 0) continue;
    const auto origin = static_cast<std::size_t>(buffer.origin.tensor);
    const auto found = tools::difference(trial_.graph.tensors[origin], trial_.values[run][origin],
                                         buffer.type, buffer.origin, trace[i].bytes);
    if (found)
      return fmt::format("tensor %{} in run {} of the emitted code: {}", origin, run, *found);
  }
  return {};
}

namespace {

/// One source that includes all: the runtime's headers are read and their templates made once.
/// Each model is in a namespace of its own, for names that are local to its file.
void add_as_one_unit(const std::vector<const CompiledTrial*>& trials,
                     std::vector<OutputFile>& files) {
  std::set<std::string> headers;
  std::string models;
  for (const CompiledTrial* trial : trials)
    for (const OutputFile& file : trial->files()) {
      const bool source = file.path.ends_with(".cpp");
      if (file.path.starts_with("smelt/") && !headers.insert(file.path).second) continue;
      if (source)
        models += fmt::format("namespace in_{0} {{\n#include \"{1}.inc\"\n}}\n",
                              trial->program().name, file.path);
      files.push_back({source ? file.path + ".inc" : file.path, file.text});
    }
  std::string text;
  for (const std::string& header : headers) text += fmt::format("#include \"{}\"\n", header);
  files.push_back({"models.cpp", text + models});
}

}  // namespace

std::vector<std::string> run_problems(const std::vector<const CompiledTrial*>& trials) {
  std::vector<const Program*> programs;
  std::vector<OutputFile> files;
  for (const CompiledTrial* trial : trials) programs.push_back(&trial->program());
  add_as_one_unit(trials, files);
  Diagnostics diagnostics;
  auto models = tools::HostModel::build(programs, files, "", diagnostics);
  if (!models) throw std::runtime_error(to_string(diagnostics.all().front()));
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < trials.size(); ++i)
    problems.push_back(trials[i]->run_problem((*models)[i]));
  return problems;
}

}  // namespace smelt::test
