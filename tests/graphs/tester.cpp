// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/tester.h"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "compiler/graph/text.h"
#include "compiler/ops/ops.h"
#include "tests/support/one_unit.h"
#include "tools/files.h"

namespace smelt::test {
namespace {

bool same_files(const CompiledTrial& a, const CompiledTrial& b) {
  const auto& x = a.files();
  const auto& y = b.files();
  return std::equal(x.begin(), x.end(), y.begin(), y.end(),
                    [](const OutputFile& f, const OutputFile& g) { return f.text == g.text; });
}

/// A case on its way: compiled in every mode, until a check fails.
class Attempt {
 public:
  Attempt(const Case& given, std::size_t index, const Setting& setting) : setting_(setting) {
    try {
      if (fails({}, text_problem(given.graph))) return;
      Graph graph = given.graph;
      graph.name = fmt::format("case{}", index);
      trial_ = std::make_unique<Trial>(std::move(graph), given.seed);
      if (fails({}, trial_->oracle_problem())) return;
      std::vector<Mode> modes = setting.modes;
      if (setting.core_of_seed)
        for (const Mode& mode : core_modes(given.seed)) modes.push_back(mode);
      for (const Mode& mode : modes)
        if (!compile(mode)) return;
    } catch (const std::exception& error) {
      fails({}, Problem{Stage::compiler, error.what()});
    }
  }

  const std::optional<Failure>& failure() const { return failure_; }
  /// What is to be built: modes that give the same code share it.
  const std::vector<std::unique_ptr<CompiledTrial>>& emitted() const { return emitted_; }
  /// Runs emitted()[i], unless the case has failed already.
  void run(std::size_t i, tools::HostModel& model) {
    if (!failure_) fails(modes_[i], emitted_[i]->run_problem(model));
  }

 private:
  bool fails(const Mode& mode, std::optional<Problem> problem) {
    if (problem) failure_ = Failure{mode, std::move(*problem)};
    return failure_.has_value();
  }

  /// A planner with a bug must be betrayed by what the code does: its plan is not looked at.
  bool compile(const Mode& mode) {
    auto compiled = std::make_unique<CompiledTrial>(*trial_, mode, setting_.bug);
    if (!compiled->possible()) return true;
    if (fails(mode, compiled->passes_problem())) return false;
    const bool planner_bug = setting_.bug && setting_.bug->planner;
    if (!planner_bug && fails(mode, compiled->plan_problem())) return false;
    if (fails(mode, compiled->bytes_problem())) return false;
    for (const auto& other : emitted_)
      if (same_files(*other, *compiled)) return true;
    emitted_.push_back(std::move(compiled));
    modes_.push_back(mode);
    return true;
  }

  const Setting& setting_;
  std::unique_ptr<Trial> trial_;
  std::vector<std::unique_ptr<CompiledTrial>> emitted_;
  std::vector<Mode> modes_;  // the first of each in emitted_
  std::optional<Failure> failure_;
};

std::vector<tools::HostModel> build(const std::vector<const CompiledTrial*>& trials,
                                    const std::string& with) {
  if (trials.empty()) return {};
  std::vector<const Program*> programs;
  std::vector<EmittedModel> emitted;
  for (const CompiledTrial* trial : trials) {
    programs.push_back(&trial->program());
    emitted.push_back({trial->program().name, &trial->files()});
  }
  Diagnostics diagnostics;
  auto models = tools::HostModel::build(programs, one_unit(emitted), with, diagnostics);
  if (!models) throw std::runtime_error(to_string(diagnostics.all().front()));
  return std::move(*models);
}

}  // namespace

std::vector<std::optional<Failure>> failures(const std::vector<Case>& cases,
                                             const Setting& setting) {
  std::vector<Attempt> attempts;
  std::vector<const CompiledTrial*> built;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Attempt& attempt = attempts.emplace_back(cases[i], i, setting);
    if (attempt.failure() || !setting.emitted) continue;
    for (std::size_t j = 0; j < attempt.emitted().size(); ++j) {
      CompiledTrial& each = *attempt.emitted()[j];
      each.rename(fmt::format("{}_{}", each.program().name, j));
      built.push_back(&each);
    }
  }
  std::vector<tools::HostModel> models = build(built, setting.with);
  std::vector<std::optional<Failure>> result;
  std::size_t next = 0;
  for (Attempt& attempt : attempts) {
    const bool ran = !attempt.failure() && setting.emitted;
    const std::size_t count = ran ? attempt.emitted().size() : 0;
    for (std::size_t j = 0; j < count; ++j) attempt.run(j, models[next++]);
    result.push_back(attempt.failure());
  }
  return result;
}

std::string to_string(const Case& failing, const Failure& failure) {
  std::string words = failure.problem.words;
  for (std::size_t at = 0; (at = words.find('\n', at)) != std::string::npos; at += 3)
    words.replace(at, 1, "\n# ");
  return fmt::format("# seed {}\n# {}: {}\n{}", failing.seed, to_string(failure.mode), words,
                     print(failing.graph, {.max_values = 1024}));
}

Case read_case(const std::filesystem::path& path) {
  constexpr std::string_view head = "# seed ";
  Diagnostics diagnostics;
  const auto bytes = tools::read_file(path, diagnostics);
  const std::string text = bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
  auto graph = parse(text, path.filename().string(), ops::find, diagnostics);
  if (!graph) throw std::invalid_argument(to_string(diagnostics.all().front()));
  if (!text.starts_with(head)) throw std::invalid_argument(path.string() + " gives no seed");
  return {std::move(*graph), static_cast<std::uint32_t>(std::stoul(text.substr(head.size())))};
}

}  // namespace smelt::test
