// SPDX-License-Identifier: Apache-2.0
//
// ONNX's conformance tests, as libonnx-testdata installs them:
//
//   smelt_onnx_conformance DATA LIST [--rebase]
//
// Every test under DATA/SUITE is unsupported, for the reason that LIST states, or the evaluator,
// before the passes, and the emitted code give its outputs. --rebase writes LIST anew.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>

#include "codegen/emit.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/conformance/onnx_case.h"
#include "tests/support/one_unit.h"
#include "tools/files.h"
#include "tools/host_model.h"

using namespace smelt;
using namespace smelt::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* suites[] = {"node", "pytorch-converted", "pytorch-operator", "simple"};
/// Models that are built in one go.
constexpr std::size_t batch_size = 64;

/// A case that is supported: what its code is built from.
struct Compiled {
  OnnxCase source;
  Program program;
  std::vector<OutputFile> files;
};

struct Counts {
  int passed = 0, bound = 0, unsupported = 0, failed = 0;
};

class Conformance {
 public:
  explicit Conformance(fs::path data) : data_(std::move(data)) {}

  void run(const std::string& suite) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(data_ / suite))
      if (fs::exists(entry.path() / "model.onnx")) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& folder : folders) add(folder, suite);
    flush(suite);
    const Counts& counts = counts_[suite];
    fmt::print("{}: {} passed ({} with inputs bound), {} unsupported, {} failed\n", suite,
               counts.passed, counts.bound, counts.unsupported, counts.failed);
  }

  const std::map<std::string, std::string>& unsupported() const { return unsupported_; }
  bool failed() const { return failed_; }

 private:
  void add(const fs::path& folder, const std::string& suite) {
    OnnxCase each = read_onnx_case(folder, suite + "/" + folder.filename().string());
    if (!each.graph) {
      unsupported_[each.name] = each.reason;
      ++counts_[suite].unsupported;
      return;
    }
    each.graph->name = fmt::format("case{}", batch_.size());
    const Graph& graph = *each.graph;
    for (const OnnxData& data : each.data) {
      Evaluation evaluation(graph);
      const std::string words = difference(graph, evaluation.run(data.inputs), data);
      if (!words.empty()) return fail(suite, each.name, "evaluator: " + words);
    }
    compile(std::move(each), suite);
    if (batch_.size() == batch_size) flush(suite);
  }

  void compile(OnnxCase each, const std::string& suite) {
    const PipelineOptions options;
    Diagnostics diagnostics;
    const auto graph = run_passes(*each.graph, options, diagnostics);
    if (!graph) return fail(suite, each.name, to_string(diagnostics.all().front()));
    auto compiled = std::make_unique<Compiled>(
        Compiled{std::move(each), lower_and_plan(*graph, generic, options), {}});
    compiled->files =
        emit(compiled->program,
             {.model_file = "model.onnx", .sha256 = std::string(64, '0'), .version = "test"});
    batch_.push_back(std::move(compiled));
  }

  void flush(const std::string& suite) {
    if (batch_.empty()) return;
    std::vector<const Program*> programs;
    std::vector<EmittedModel> emitted;
    for (const auto& each : batch_) {
      programs.push_back(&each->program);
      emitted.push_back({each->program.name, &each->files});
    }
    Diagnostics diagnostics;
    auto models = tools::HostModel::build(programs, one_unit(emitted), "", diagnostics);
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      const OnnxCase& source = batch_[i]->source;
      if (models)
        run_emitted(suite, source, (*models)[i]);
      else
        fail(suite, source.name, to_string(diagnostics.all().front()));
    }
    batch_.clear();
  }

  void run_emitted(const std::string& suite, const OnnxCase& source, tools::HostModel& model) {
    for (const OnnxData& data : source.data) {
      model.reset();
      const std::string words = difference(*source.graph, model.run(data.inputs), data);
      if (!words.empty()) return fail(suite, source.name, "emitted code: " + words);
    }
    if (source.data.empty()) return fail(suite, source.name, "has no data");
    ++counts_[suite].passed;
    counts_[suite].bound += source.bound ? 1 : 0;
  }

  void fail(const std::string& suite, const std::string& name, const std::string& words) {
    fmt::print("FAILED {}: {}\n", name, words);
    ++counts_[suite].failed;
    failed_ = true;
  }

  fs::path data_;
  std::vector<std::unique_ptr<Compiled>> batch_;
  std::map<std::string, Counts> counts_;
  std::map<std::string, std::string> unsupported_;  // why, by name
  bool failed_ = false;
};

std::string list_of(const std::map<std::string, std::string>& unsupported) {
  std::string text;
  for (const auto& [name, reason] : unsupported) text += fmt::format("{}: {}\n", name, reason);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    lines.push_back(text.substr(at, end - at));
  return lines;
}

/// Prints lines that are in one list only.
void print_missing(const std::vector<std::string>& of, const std::vector<std::string>& in,
                   std::string_view words) {
  for (const std::string& line : of)
    if (std::find(in.begin(), in.end(), line) == in.end()) fmt::print("{}: {}\n", words, line);
}

bool same_list(const fs::path& path, const std::string& text) {
  Diagnostics diagnostics;
  const auto bytes = tools::read_file(path, diagnostics);
  const std::string listed = bytes ? std::string(bytes->begin(), bytes->end()) : std::string();
  if (listed == text) return true;
  print_missing(lines_of(listed), lines_of(text), "listed, but not so");
  print_missing(lines_of(text), lines_of(listed), "not listed");
  fmt::print("{} differs; look at it, then run again with --rebase\n", path.string());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const bool rebase = argc == 4 && std::string_view(argv[3]) == "--rebase";
  if (argc != 3 && !rebase) {
    fmt::print(stderr, "usage: smelt_onnx_conformance DATA LIST [--rebase]\n");
    return 64;
  }
  Conformance conformance(argv[1]);
  for (const char* suite : suites) conformance.run(suite);
  const std::string list = list_of(conformance.unsupported());
  if (rebase) std::ofstream(argv[2]) << list;
  const bool same = rebase || same_list(argv[2], list);
  return same && !conformance.failed() ? 0 : 1;
}
