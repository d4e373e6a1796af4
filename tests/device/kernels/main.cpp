// SPDX-License-Identifier: Apache-2.0
//
//   smelt_device_kernels TARGET FOLDER SEED COUNT ELEMENTS BYTES
//
// Writes models.cpp, a program for a board of the target: COUNT models of one layer with inputs and
// what the portable kernels make of them on this machine. Tensors have at most ELEMENTS elements, a
// model's constants and vectors at most BYTES. The program prints the numbers of the models that
// are wrong, and "END"; the last model is wrong on purpose, in one byte.
//
// Prints a line for each model: its number, and the functions of smelt:: that it calls. Beside it,
// FOLDER gets the models as text.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "codegen/emit.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/text.h"
#include "compiler/ops/ops.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/device/kernels/draw.h"
#include "tests/support/builder.h"
#include "tests/support/one_unit.h"
#include "tools/files.h"

namespace smelt::test {
namespace {

struct Model {
  std::string name;
  Graph graph;
  std::set<std::string> kernels;
  std::vector<OutputFile> files;
};

struct Request {
  const Target& target;
  Limits limits;
  std::int64_t bytes = 0;
};

/// All of the least, and random ones, in which extremes are frequent.
std::vector<GoldenVector> vectors_of(const Graph& graph, Random& random) {
  std::vector<GoldenVector> vectors;
  Evaluation evaluation(graph, KernelChoice::portable);
  for (const bool least : {false, true}) {
    GoldenVector vector;
    for (const TensorId id : graph.inputs) {
      const ElementType type = graph[id].type;
      Bytes bytes = random.elements(type, element_count(graph[id].shape));
      if (least && type == ElementType::s8) std::fill(bytes.begin(), bytes.end(), 0x80);
      vector.inputs.push_back(std::move(bytes));
    }
    evaluation.reset();
    vector.outputs = evaluation.run(vector.inputs);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

/// Whole layers, or the input by rows where that is possible: kernels have a form for each.
Program compiled(const Graph& graph, const Target& target, Random& random) {
  Diagnostics diagnostics;
  PipelineOptions options{.optimize = random.coin() ? Optimize::speed : Optimize::ram,
                          .exact = true};
  const auto passed = run_passes(graph, options, diagnostics);
  if (!passed) throw std::invalid_argument(to_string(diagnostics.all().front()));
  if (random.coin()) {
    options.stream = Stream::rows;
    Program program = lower_and_plan(*passed, target, options);
    if (program.streamed) return program;
    options.stream = Stream::none;
  }
  return lower_and_plan(*passed, target, options);
}

std::int64_t size_of(const Program& program, const std::vector<GoldenVector>& vectors) {
  std::int64_t bytes = 0;
  for (const Constant& constant : program.constants)
    bytes += static_cast<std::int64_t>(constant.bytes.size());
  for (const GoldenVector& vector : vectors)
    for (const auto* side : {&vector.inputs, &vector.outputs})
      for (const Bytes& each : *side) bytes += static_cast<std::int64_t>(each.size());
  return bytes;
}

std::int64_t macs_of(const Program& program) {
  std::int64_t macs = 0;
  for (const Step& step : program.steps) macs += step.macs;
  return macs;
}

void refuse_what_is_too_large(const Program& program, const std::vector<GoldenVector>& vectors,
                              const Request& request) {
  const std::int64_t ram = request.target.ram_bytes;
  if (size_of(program, vectors) > request.bytes || macs_of(program) > request.limits.macs ||
      (ram > 0 && program.arena_bytes + program.state_bytes > ram / 2))
    throw std::invalid_argument("too large");
}

/// Throws std::invalid_argument if what was drawn is no model, or too large a one.
Model drawn(Random& random, int number, const Request& request, bool wrong) {
  Model model{fmt::format("case{}", number), draw_case(random, number, request.limits), {}, {}};
  for (std::size_t i = 0; i < model.graph.tensors.size(); ++i)
    model.graph.tensors[i].origin.tensor = static_cast<std::int32_t>(i);
  model.graph.name = model.name;
  std::vector<GoldenVector> vectors = vectors_of(model.graph, random);
  Program program = compiled(model.graph, request.target, random);
  if (program.steps.empty()) throw std::invalid_argument("nothing to run");
  refuse_what_is_too_large(program, vectors, request);
  program.name = model.name;
  for (const Step& step : program.steps) model.kernels.insert(step.kernel.name);
  if (wrong) vectors[0].outputs[0].back() ^= 0x40;
  const EmitOptions options{.version = "test", .max_array_bytes = request.target.max_array_bytes};
  model.files = emit(program, options);
  model.files.push_back(emit_golden(program, options, vectors));
  return model;
}

/// Until one is drawn that is good.
Model model_of(Random& random, int number, const Request& request, bool wrong) {
  std::string refusal;
  for (int attempt = 0; attempt < 1000; ++attempt) try {
      return drawn(random, number, request, wrong);
    } catch (const std::invalid_argument& error) {
      refusal = error.what();
    }
  throw std::runtime_error(fmt::format("no case of kind {}: {}", number % kinds(), refusal));
}

std::string main_of(const std::vector<Model>& models) {
  std::string text = "\n#include \"board.h\"\n\nnamespace {\n\nunion {\n";
  for (const Model& model : models) text += fmt::format("  in_{0}::{0}_model {0};\n", model.name);
  text +=
      "} memory;\n\nvoid check(int32_t failed, const char *name) {\n"
      "  if (failed == 0) return;\n  board_print(name);\n  board_print(\"\\n\");\n}\n\n"
      "}  // namespace\n\nint main() {\n  board_count_begin();\n";
  for (const Model& model : models)
    text += fmt::format("  check(in_{0}::{0}_golden_check(&memory.{0}), \"WRONG {1}\");\n",
                        model.name, model.name.substr(4));
  return text + "  board_count_end();\n  board_print(\"END\\n\");\n  return 0;\n}\n";
}

std::vector<OutputFile> program_of(const std::vector<Model>& models) {
  std::vector<EmittedModel> emitted;
  for (const Model& model : models) emitted.push_back({model.name, &model.files});
  std::vector<OutputFile> files = one_unit(emitted);
  std::string defines;
  for (const Model& model : models)
    defines += fmt::format("#define CASE{}_GOLDEN_NO_MAIN\n", model.name.substr(4));
  for (OutputFile& file : files)
    if (file.path == "models.cpp") file.text = defines + file.text + main_of(models);
  for (const Model& model : models)
    files.push_back({model.name + ".graph", print(model.graph, {.max_values = 64})});
  return files;
}

int run(const std::vector<std::string>& arguments) {
  const Target* target = arguments.size() == 7 ? find_target(arguments[1]) : nullptr;
  if (!target) throw std::invalid_argument("smelt_device_kernels: wrong arguments");
  const int seed = std::stoi(arguments[3]), count = std::stoi(arguments[4]);
  const Request request{*target, {std::stoi(arguments[5]), 60'000}, std::stoi(arguments[6])};
  Random random(static_cast<std::uint32_t>(seed));
  std::vector<Model> models;
  for (int i = 0; i <= count; ++i) {
    models.push_back(model_of(random, seed * count + i, request, i == count));
    models.back().kernels.erase("");
    fmt::print("{} {}\n", models.back().name.substr(4), fmt::join(models.back().kernels, " "));
  }
  Diagnostics diagnostics;
  if (tools::write_files(arguments[2], program_of(models), diagnostics)) return 0;
  throw std::runtime_error(to_string(diagnostics.all().front()));
}

}  // namespace
}  // namespace smelt::test

int main(int argc, char** argv) {
  try {
    return smelt::test::run({argv, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
