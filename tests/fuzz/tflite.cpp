// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a .tflite file: the way from there to C++, and a run of what it computes where that
// is little work. Whatever the file says, nothing crashes, and what is refused has a reason.
#include "compiler/export/tflite.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/text.h"
#include "compiler/import/tflite.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/check_plan.h"

namespace {

using namespace smelt;

/// One run of more than this is not worth a fuzzer's time.
constexpr std::int64_t max_macs = 1'000'000, max_tensor_bytes = 1 << 18;
/// The same for emitting weights as text.
constexpr std::int64_t max_constant_bytes = 1 << 20;

const ImportOptions import_options{.custom = {{"user_op", {"user.h", "user_op"}}}};

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

bool is_small(const Graph& graph) {
  std::int64_t macs = 0, bytes = 0;
  for (const Tensor& tensor : graph.tensors)
    bytes += element_count(tensor.shape) * byte_size(tensor.type);
  for (const Node& node : graph.nodes)
    if (node.op->macs) macs += node.op->macs({graph, node});
  return macs <= max_macs && bytes <= max_tensor_bytes;
}

bool is_opaque(const Graph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [](const Node& node) { return node.op->opaque; });
}

/// The same graph comes back from the file that is written of it.
void check_export(const Graph& graph) {
  Diagnostics diagnostics;
  const auto bytes = export_tflite(graph, diagnostics);
  require(bytes.has_value() != diagnostics.failed(), "an export fails with a reason");
  if (!bytes) return;
  const auto again = import_tflite(*bytes, graph.file, import_options, diagnostics);
  for (const Diagnostic& each : diagnostics.all())
    if (!again) std::fputs(to_string(each).c_str(), stderr);
  require(again.has_value(), "what is exported can be imported");
}

/// The portable kernels, and the best ones where they must agree to the bit.
void run(const Graph& graph) {
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph[id];
    inputs.emplace_back(
        static_cast<std::size_t>(element_count(tensor.shape) * byte_size(tensor.type)), 0x3f);
  }
  const std::vector<Bytes> outputs = Evaluation(graph).run(inputs);
  require(outputs.size() == graph.outputs.size(), "every output is computed");
  const std::vector<Bytes> best = Evaluation(graph, KernelChoice::best).run(inputs);
  const bool has_floats = std::any_of(graph.tensors.begin(), graph.tensors.end(),
                                      [](const Tensor& t) { return t.type == ElementType::f32; });
  require(has_floats || best == outputs, "a faster kernel computes the same");
}

void compile(const Graph& model, Optimize optimize) {
  const PipelineOptions options{.optimize = optimize};
  Diagnostics diagnostics;
  const auto graph = run_passes(model, options, diagnostics);
  require(graph && !diagnostics.failed(), "an imported graph is valid");
  const Program program = lower_and_plan(*graph, generic, options);
  if (is_small(*graph)) {
    const std::string problem = test::plan_problem(program, {});
    require(problem.empty(), problem.c_str());
  }
  std::size_t constants = 0;
  for (const Constant& constant : program.constants) constants += constant.bytes.size();
  if (constants <= max_constant_bytes) require(!emit(program, {}).empty(), "code is emitted");
  if (is_small(*graph) && !is_opaque(*graph)) run(*graph);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  auto graph = import_tflite({data, size}, "fuzz.tflite", import_options, diagnostics);
  require(graph.has_value() != diagnostics.failed(), "a model is refused with a reason");
  for (const Diagnostic& each : diagnostics.all())
    require(!to_string(each).empty(), "a diagnostic has a text");
  if (!graph) return 0;
  graph->name = "fuzz";
  print(*graph, {.elide = true});
  check_export(*graph);
  for (const Optimize optimize : {Optimize::none, Optimize::balanced}) compile(*graph, optimize);
  return 0;
}
