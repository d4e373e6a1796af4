// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/shrink.h"

#include <algorithm>
#include <set>

#include "compiler/graph/text.h"
#include "tests/graphs/simplify.h"

namespace smelt::test {
namespace {

/// Graphs tried in all: shrinking ends in seconds, or what is left is small anyway.
constexpr std::size_t budget = 600;
/// Graphs tried at once: one call of the host's compiler.
constexpr std::size_t chunk = 12;

constexpr Simplification simplifications[] = {
    with_fewer_outputs,      with_tensors_as_inputs, with_earlier_outputs,
    with_nodes_bypassed,     with_fewer_operands,    with_smaller_tensors,
    with_simpler_attributes, with_plain_constants,   with_plain_quantization,
};

class Shrinking {
 public:
  Shrinking(const Case& failing, const Failure& failure, Setting setting)
      : best_{failing, failure}, setting_(std::move(setting)) {
    setting_.modes = {failure.mode};
    setting_.emitted = failure.problem.stage >= Stage::stray;
    tried_.insert(print(failing.graph));
  }

  Shrunk run() {
    for (bool smaller = true; smaller;) {
      smaller = false;
      for (const Simplification simplify : simplifications)
        while (improve(simplify(best_.smallest.graph))) smaller = true;
    }
    return std::move(best_);
  }

 private:
  /// Takes the first of the graphs that still fails.
  bool improve(std::vector<Graph> graphs) {
    std::erase_if(graphs, [&](const Graph& graph) { return !tried_.insert(print(graph)).second; });
    for (std::size_t begin = 0; begin < graphs.size() && tried_.size() < budget; begin += chunk)
      if (improve_by(graphs, begin, std::min(begin + chunk, graphs.size()))) return true;
    return false;
  }

  bool improve_by(const std::vector<Graph>& graphs, std::size_t begin, std::size_t end) {
    std::vector<Case> cases;
    for (std::size_t i = begin; i < end; ++i) cases.push_back({graphs[i], best_.smallest.seed});
    const auto found = failures(cases, setting_);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (found[i] && found[i]->problem.stage == best_.failure.problem.stage) {
        best_ = {std::move(cases[i]), *found[i]};
        return true;
      }
    return false;
  }

  Shrunk best_;
  Setting setting_;
  std::set<std::string> tried_;  // textual forms
};

}  // namespace

Shrunk shrink(const Case& failing, const Failure& failure, Setting setting) {
  return Shrinking(failing, failure, std::move(setting)).run();
}

}  // namespace smelt::test
