// SPDX-License-Identifier: Apache-2.0
//
// smelt verify: builds the emitted code, runs it, and compares with golden outputs and with the
// evaluator on the model as the file has it, tensor by tensor.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/commands.h"
#include "tools/compare.h"
#include "tools/files.h"
#include "tools/host_model.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {
namespace {

/// What was compared, and the first thing that differed.
struct Outcome {
  std::int64_t outputs = 0;
  std::int64_t layers = 0;
  std::string problem;  ///< empty: none
};

class Verification {
 public:
  Verification(const Compiled& compiled, HostModel& emitted, Evaluation* evaluator,
               const Tolerance& golden)
      : original_(compiled.model.graph),
        program_(compiled.program),
        emitted_(emitted),
        evaluator_(evaluator),
        golden_(golden) {}

  Outcome run(const std::vector<GoldenSet>& sets) {
    for (const GoldenSet& set : sets)
      for (std::size_t i = 0; i < set.cases.size(); ++i) {
        if (i == 0 || !set.sequence) reset();
        run_case(set.cases[i]);
        if (!outcome_.problem.empty()) return outcome_;
      }
    return outcome_;
  }

 private:
  void reset() {
    emitted_.reset();
    if (evaluator_) evaluator_->reset();
  }

  void run_case(const GoldenCase& golden) {
    std::vector<TracedBuffer> trace;
    const std::vector<Bytes> outputs = emitted_.run(golden.inputs, &trace);
    if (evaluator_) evaluator_->run(golden.inputs);
    compare_layers(golden, trace);
    for (std::size_t i = 0; i < outputs.size(); ++i) compare_output(golden, i, outputs[i]);
  }

  void report(const std::string& golden, const std::string& what, const std::string& difference) {
    if (outcome_.problem.empty())
      outcome_.problem = fmt::format("{}: {}: {}", golden, what, difference);
  }

  /// Every tensor of the file that the emitted code computed, in the order of the steps.
  void compare_layers(const GoldenCase& golden, const std::vector<TracedBuffer>& trace) {
    for (const GoldenLayer& layer : golden.layers)
      if (evaluator_) compare_evaluated(golden, layer);
    for (std::size_t i = 0; i < trace.size(); ++i) {
      const Buffer& buffer = program_[trace[i].buffer];
      if (buffer.origin.tensor < 0 || written_later(trace, i)) continue;
      const Tensor& tensor = original_.tensors[static_cast<std::size_t>(buffer.origin.tensor)];
      const auto compare = [&](const Bytes& expected, std::string_view source) {
        ++outcome_.layers;
        if (const auto found =
                difference(tensor, expected, buffer.type, buffer.origin, trace[i].bytes))
          report(golden.name, fmt::format("layer \"{}\" of the emitted code", tensor.name),
                 fmt::format("{} by {}", *found, source));
      };
      for (const GoldenLayer& layer : golden.layers)
        if (layer.tensor == buffer.origin.tensor) compare(layer.bytes, "the golden vectors");
      if (evaluator_)
        compare((*evaluator_)[static_cast<TensorId>(buffer.origin.tensor)], "the evaluator");
    }
  }

  /// Some layers are written in several steps: only the last shows all of it.
  static bool written_later(const std::vector<TracedBuffer>& trace, std::size_t i) {
    for (std::size_t j = i + 1; j < trace.size(); ++j)
      if (trace[j].buffer == trace[i].buffer) return true;
    return false;
  }

  void compare_evaluated(const GoldenCase& golden, const GoldenLayer& layer) {
    const auto id = static_cast<TensorId>(layer.tensor);
    if (original_[id].constant || original_[id].variable) return;
    ++outcome_.layers;
    if (const auto found = difference(original_[id].type, layer.bytes, (*evaluator_)[id]))
      report(golden.name, fmt::format("layer \"{}\" of the evaluator", original_[id].name), *found);
  }

  void compare_output(const GoldenCase& golden, std::size_t i, const Bytes& got) {
    const TensorId id = original_.outputs[i];
    const Tensor& tensor = original_[id];
    const auto compare = [&](const Bytes& expected, const Bytes& actual, std::string_view who,
                             const Tolerance& tolerance) {
      ++outcome_.outputs;
      if (const auto found = difference(tensor.type, expected, actual, tolerance))
        report(golden.name, fmt::format("output \"{}\" of {}", tensor.name, who), *found);
    };
    if (!golden.outputs.empty()) compare(golden.outputs[i], got, "the emitted code", golden_);
    if (!evaluator_) return;
    if (!golden.outputs.empty())
      compare(golden.outputs[i], (*evaluator_)[id], "the evaluator", golden_);
    if (golden.outputs.empty() || loose()) compare((*evaluator_)[id], got, "the emitted code", {});
  }

  /// Whether what agrees with the golden outputs may yet differ from the evaluator.
  bool loose() const {
    return golden_.fraction > Tolerance{}.fraction || golden_.steps > Tolerance{}.steps;
  }

  const Graph& original_;
  const Program& program_;
  HostModel& emitted_;
  Evaluation* evaluator_;
  Tolerance golden_;
  Outcome outcome_;
};

bool has_custom_operators(const Graph& graph) {
  for (const Node& node : graph.nodes)
    if (node.op->opaque) return true;
  return false;
}

std::size_t count_cases(const std::vector<GoldenSet>& sets) {
  std::size_t count = 0;
  for (const GoldenSet& set : sets) count += set.cases.size();
  return count;
}

}  // namespace

int verify(const VerifyOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto compiled = compile_model(options.model, diagnostics);
  if (!compiled) return fail(exit_bad_input);
  const Graph& graph = compiled->model.graph;
  const bool custom = has_custom_operators(graph);
  if (custom && options.golden.empty()) {
    diagnostics.error(place_of(graph), "has custom operators, which only golden vectors can check")
        .note("give --golden");
    return fail(exit_bad_input);
  }
  std::optional<std::vector<GoldenSet>> sets;
  if (options.golden.empty())
    sets = {{.sequence = compiled->program.state_bytes > 0, .cases = random_inputs(graph, 4)}};
  else
    sets = read_golden(options.golden, graph, compiled->model.sha256, diagnostics);
  if (!sets) return fail(exit_bad_input);
  auto emitted = HostModel::build(compiled->program, emit(compiled->program, compiled->emit),
                                  options.with, diagnostics);
  if (!emitted) return fail(exit_system);
  std::optional<Evaluation> evaluator;
  if (!custom) evaluator.emplace(graph);
  const Outcome outcome = Verification(*compiled, *emitted, evaluator ? &*evaluator : nullptr,
                                       {.fraction = options.tolerance, .steps = options.steps})
                              .run(*sets);
  print(diagnostics);
  const bool same = outcome.problem.empty();
  if (options.json)
    fmt::print("{}\n", nlohmann::json({{"model", graph.file},
                                       {"cases", count_cases(*sets)},
                                       {"outputs_compared", outcome.outputs},
                                       {"layers_compared", outcome.layers},
                                       {"equal", same},
                                       {"problem", outcome.problem}})
                           .dump(2));
  else if (same)
    fmt::print("{}: equal in {} cases ({} outputs, {} layers compared)\n", graph.file,
               count_cases(*sets), outcome.outputs, outcome.layers);
  else
    fmt::print("{}: DIFFERENT: {}\n", graph.file, outcome.problem);
  return same ? exit_good : exit_difference;
}

}  // namespace smelt::tools
