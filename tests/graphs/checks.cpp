// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/graph/text.h"
#include "compiler/lower/lower.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/ops.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/transpose.h"
#include "compiler/targets/targets.h"
#include "tests/graphs/guards.h"
#include "tests/support/builder.h"
#include "tests/support/check_plan.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"
#include "tools/compare.h"

namespace smelt::test {
namespace {

constexpr int runs = 2;

/// Of a graph in four, every byte of an input is the same extreme.
Bytes input_values(Random& random, const Tensor& tensor, std::uint32_t seed) {
  Bytes values = random.elements(tensor.type, element_count(tensor.shape));
  if (tensor.type == ElementType::s8 && seed % 4 == 0)
    std::fill(values.begin(), values.end(),
              random.coin() ? std::uint8_t{0x80} : std::uint8_t{0x7f});
  return values;
}

std::optional<Problem> problem_at(Stage stage, const std::string& words) {
  if (words.empty()) return std::nullopt;
  return Problem{stage, words};
}

bool same(const std::vector<OutputFile>& a, const std::vector<OutputFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const OutputFile& x, const OutputFile& y) {
                      return x.path == y.path && x.text == y.text;
                    });
}

/// Whether passes may have changed the order of sums of floats: transposes go behind the reduction
/// or the normalization that adds up what they have moved.
bool may_reassociate(const Graph& graph) {
  const auto any = [&](auto holds) {
    return std::any_of(graph.nodes.begin(), graph.nodes.end(), holds);
  };
  return any([](const Node& node) { return node.op == &ops::transpose; }) &&
         any([&](const Node& node) {
           return (std::any_cast<ops::ReduceAttributes>(&node.attributes) ||
                   node.op == &ops::normalize) &&
                  graph[node.outputs[0]].type == ElementType::f32;
         });
}

bool changed(const Graph& graph, ElementType type, const Bytes& expected, const Bytes& found) {
  if (expected == found) return false;
  return type != ElementType::f32 || !may_reassociate(graph) ||
         tools::difference(type, expected, found);
}

/// A target of each kind of core, with the host's memory.
const std::vector<Target>& all_cores() {
  static const std::vector<Target> cores = [] {
    std::vector<Target> found;
    for (const Target* target : all_targets()) {
      const auto same = [&](const Target& other) {
        return other.features == target->features && other.block_pixels == target->block_pixels;
      };
      if (same(generic) || std::any_of(found.begin(), found.end(), same)) continue;
      found.push_back(generic);
      found.back().name = target->name;
      found.back().features = target->features;
      found.back().block_pixels = target->block_pixels;
    }
    return found;
  }();
  return cores;
}

}  // namespace

const std::vector<Mode>& all_modes() {
  static const std::vector<Mode> modes = {
      {Optimize::ram, false, true},
      {Optimize::ram, false},
      {Optimize::ram, true},
      {Optimize::speed, false},
      {Optimize::speed, true},
      {Optimize::none, true},
      {Optimize::balanced, false},
      {Optimize::none, false},
      {Optimize::ram, false, true, Stream::rows},
      {Optimize::ram, false, false, Stream::rows},
      {Optimize::speed, false, false, Stream::rows},
      {Optimize::size, false},
  };
  return modes;
}

std::vector<Mode> core_modes(std::uint32_t seed) {
  const std::vector<Target>& cores = all_cores();
  const Target* const core = &cores[seed % cores.size()];
  return {{Optimize::ram, false, true, Stream::none, core},
          {Optimize::speed, false, false, Stream::none, core},
          {Optimize::size, false, false, Stream::none, core},
          {Optimize::ram, false, false, Stream::rows, core}};
}

std::vector<Mode> all_core_modes() {
  std::vector<Mode> modes;
  for (std::uint32_t core = 0; core < all_cores().size(); ++core)
    for (const Mode& mode : core_modes(core)) modes.push_back(mode);
  return modes;
}

const std::vector<Mode>& coded_modes() {
  static const std::vector<Mode> modes = [] {
    std::vector<Mode> found;
    for (const Coding coding : {Coding::values, Coding::runs})
      for (const Mode& mode : {Mode{Optimize::none, false, true}, Mode{Optimize::ram, false, true},
                               Mode{Optimize::speed}, Mode{Optimize::size},
                               Mode{Optimize::ram, false, false, Stream::rows}}) {
        found.push_back(mode);
        found.back().coding = coding;
      }
    return found;
  }();
  return modes;
}

std::string to_string(const Mode& mode) {
  return fmt::format(
      "--optimize {}{}{}{}{}{}", to_string(mode.optimize), mode.keep_input ? " --keep-input" : "",
      mode.stream == Stream::rows ? " --stream rows" : "",
      mode.target == &generic ? "" : " --target " + mode.target->name,
      mode.coding == Coding::plain ? ""
                                   : fmt::format(", weights coded as {}", to_string(mode.coding)),
      mode.guards ? ", with guards" : "");
}

std::optional<Problem> text_problem(const Graph& graph) {
  const auto invalid = [](const Graph& g) { return problem_at(Stage::text, problems(g)); };
  if (auto problem = invalid(graph)) return problem;
  const std::string text = print(graph);
  Diagnostics diagnostics;
  const auto again = parse(text, "text", ops::find, diagnostics);
  if (!again) return Problem{Stage::text, to_string(diagnostics.all().front())};
  if (print(*again) != text)
    return Problem{Stage::text, "the textual form reads back as another graph"};
  return invalid(*again);
}

Trial::Trial(Graph given, std::uint32_t seed) : graph(std::move(given)) {
  Random random(seed);
  Evaluation evaluation(graph);
  for (int run = 0; run < runs; ++run) {
    inputs.emplace_back();
    for (const TensorId id : graph.inputs)
      inputs.back().push_back(input_values(random, graph[id], seed));
    evaluation.run(inputs.back());
    values.emplace_back(graph.tensors.size());
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
      values.back()[static_cast<std::size_t>(graph.inputs[i])] = inputs.back()[i];
    for (const Node& node : graph.nodes)
      for (const TensorId id : node.outputs)
        values.back()[static_cast<std::size_t>(id)] = evaluation[id];
  }
}

std::optional<Problem> Trial::oracle_problem() const {
  for (const KernelChoice choice : {KernelChoice::portable, KernelChoice::best}) {
    OracleGraph oracle(graph);
    Evaluation evaluation(graph, choice);
    for (const std::vector<Bytes>& each : inputs)
      if (const std::string problem = oracle_mismatch(graph, oracle, evaluation, each);
          !problem.empty())
        return Problem{Stage::oracle,
                       fmt::format("{} kernels differ from the oracle: {}",
                                   choice == KernelChoice::best ? "best" : "portable", problem)};
  }
  return std::nullopt;
}

CompiledTrial::CompiledTrial(const Trial& trial, const Mode& mode, const Bug* bug)
    : trial_(trial),
      mode_(mode),
      bug_(bug),
      options_{.optimize = mode.optimize,
               .keep_input = mode.keep_input,
               .stream = mode.stream,
               .exact = true},
      graph_(after_passes()),
      program_(planned(graph_)),
      files_(emitted(graph_, program_)) {}

Graph CompiledTrial::after_passes() const {
  Diagnostics diagnostics;
  Graph graph = bug_ && bug_->pass ? bug_->pass(trial_.graph) : trial_.graph;
  auto result = run_passes(std::move(graph), options_, diagnostics);
  if (result) return std::move(*result);
  throw std::invalid_argument(to_string(diagnostics.all().front()));
}

PlanOptions CompiledTrial::plan_options() const {
  return smelt::plan_options(*mode_.target, options_);
}

Program CompiledTrial::planned(const Graph& graph) const {
  Program program = bug_ && bug_->planner
                        ? bug_->planner(lower(graph, *mode_.target), plan_options())
                        : lower_and_plan(graph, *mode_.target, options_,
                                         Codings(graph.nodes.size(), mode_.coding));
  return mode_.guards ? with_guards(std::move(program)) : program;
}

std::vector<OutputFile> CompiledTrial::emitted(const Graph& graph, const Program& program) const {
  std::vector<OutputFile> files =
      emit(program, {.model_file = graph.file, .sha256 = std::string(64, '0'), .version = "test"});
  return bug_ ? misprinted(std::move(files), bug_->kernel) : files;
}

void CompiledTrial::rename(std::string name) {
  program_.name = std::move(name);
  files_ = emitted(graph_, program_);
}

std::optional<Problem> CompiledTrial::passes_problem() const {
  if (auto problem = text_problem(graph_))
    return Problem{problem->stage, "after the passes: " + problem->words};
  Evaluation evaluation(graph_);
  for (std::size_t run = 0; run < trial_.inputs.size(); ++run) {
    const std::vector<Bytes> outputs = evaluation.run(trial_.inputs[run]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (const TensorId id = trial_.graph.outputs[i];
          changed(trial_.graph, trial_.graph[id].type,
                  trial_.values[run][static_cast<std::size_t>(id)], outputs[i]))
        return Problem{Stage::passes, fmt::format("the passes change output {} of run {}", i, run)};
  }
  return std::nullopt;
}

std::optional<Problem> CompiledTrial::plan_problem() const {
  return problem_at(Stage::plan, test::plan_problem(program_, plan_options()));
}

std::optional<Problem> CompiledTrial::bytes_problem() const {
  const Graph graph = after_passes();
  if (same(emitted(graph, planned(graph)), files_)) return std::nullopt;
  return Problem{Stage::bytes, "compiling again gives other bytes"};
}

std::optional<Problem> CompiledTrial::run_problem(tools::HostModel& emitted) const {
  emitted.reset();
  for (std::size_t run = 0; run < trial_.inputs.size(); ++run) {
    Watch watch(program_, trial_.inputs[run]);
    const auto observe = [&](std::int32_t step, const std::uint8_t* state,
                             const std::uint8_t* arena) { watch.observe(step, state, arena); };
    std::vector<tools::TracedBuffer> trace;
    // The last run is as users run it, all steps at once.
    const bool last = run + 1 == trial_.inputs.size();
    const std::vector<Bytes> outputs = last ? emitted.run(trial_.inputs[run], &trace)
                                            : emitted.run(trial_.inputs[run], &trace, observe);
    if (auto problem = problem_at(Stage::stray, watch.stray())) return problem;
    if (auto problem = problem_at(Stage::lost, watch.lost())) return problem;
    if (auto problem = trace_problem(trace, run)) return problem;
    if (auto problem = output_problem(outputs, run)) return problem;
  }
  return std::nullopt;
}

std::optional<Problem> CompiledTrial::output_problem(const std::vector<Bytes>& outputs,
                                                     std::size_t run) const {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const TensorId id = trial_.graph.outputs[i];
    const Bytes& expected = trial_.values[run][static_cast<std::size_t>(id)];
    if (!changed(trial_.graph, trial_.graph[id].type, expected, outputs[i])) continue;
    return Problem{Stage::values,
                   fmt::format("output {} of run {} of the emitted code: {}", i, run,
                               tools::difference(trial_.graph[id].type, expected, outputs[i])
                                   .value_or("differs in the last bits"))};
  }
  return std::nullopt;
}

std::optional<Problem> CompiledTrial::trace_problem(const std::vector<tools::TracedBuffer>& trace,
                                                    std::size_t run) const {
  for (const tools::TracedBuffer& traced : trace) {
    const Buffer& buffer = program_[traced.buffer];
    if (buffer.origin.tensor < 0) continue;
    const auto origin = static_cast<std::size_t>(buffer.origin.tensor);
    const auto found = tools::difference(trial_.graph.tensors[origin], trial_.values[run][origin],
                                         buffer.type, buffer.origin, traced.bytes);
    if (found)
      return Problem{Stage::values, fmt::format("tensor %{} in run {} of the emitted code: {}",
                                                origin, run, *found)};
  }
  return std::nullopt;
}

}  // namespace smelt::test
