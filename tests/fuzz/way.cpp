// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/way.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/text.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/check_plan.h"

namespace smelt::test {
namespace {

/// One run of more than this is not worth a fuzzer's time.
constexpr std::int64_t max_macs = 1'000'000, max_tensor_bytes = 1 << 18;
/// The same for emitting weights as text.
constexpr std::int64_t max_constant_bytes = 1 << 20;

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

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void require_reason(bool accepted, const Diagnostics& diagnostics) {
  require(accepted != diagnostics.failed(), "a model is refused with a reason");
  for (const Diagnostic& each : diagnostics.all())
    require(!to_string(each).empty(), "a diagnostic has a text");
}

void go_all_the_way(Graph graph) {
  graph.name = "fuzz";
  print(graph, {.elide = true});
  for (const Optimize optimize : {Optimize::none, Optimize::balanced}) compile(graph, optimize);
}

}  // namespace smelt::test
