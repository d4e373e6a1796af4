// SPDX-License-Identifier: Apache-2.0
//
//   smelt_device_kernels TARGET FOLDER KERNELS SEED COUNT ELEMENTS BYTES MACS EACH
//
// Writes FOLDER/N/models.cpp, programs for a board of the target: COUNT models of a layer or two,
// and some more for the kernels that those do not call but others would, with inputs and what the
// portable kernels make of them on this machine. Tensors have at most ELEMENTS elements, a model's
// constants and vectors at most BYTES, and it takes at most MACS; EACH program has so many models,
// and one that is wrong on purpose, in one byte. It prints the numbers of the models that are
// wrong, and "END".
//
// Prints a line for each model: the number of its program and its own, "wrong" or "right", and the
// functions of smelt:: that it calls. Beside the programs are the models as text.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "codegen/emit.h"
#include "codegen/runtime_files.h"
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
  std::set<std::string> kernels = {};
  std::vector<OutputFile> files = {};
  bool wrong = false;  ///< on purpose
};

struct Request {
  const Target& target;
  Limits limits;
  std::int64_t bytes = 0;
  std::size_t each = 0;   ///< models of a program
  bool variants = false;  ///< no model is added for other kernels
};

using Names = std::set<std::string>;

/// All of the least, all of the largest, and random inputs, in which both are frequent.
std::vector<GoldenVector> vectors_of(const Graph& graph, Random& random) {
  std::vector<GoldenVector> vectors;
  Evaluation evaluation(graph, KernelChoice::portable);
  for (const int all : {0x80, 0x7F, 0}) {
    GoldenVector vector;
    for (const TensorId id : graph.inputs) {
      const ElementType type = graph[id].type;
      Bytes bytes = random.elements(type, element_count(graph[id].shape));
      if (all != 0 && type == ElementType::s8)
        std::fill(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(all));
      vector.inputs.push_back(std::move(bytes));
    }
    evaluation.reset();
    vector.outputs = evaluation.run(vector.inputs);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

/// Weights are plain, or coded where they can be.
Codings codings_of(const Graph& graph, Random& random) {
  return Codings(graph.nodes.size(),
                 random.of<Coding>({Coding::plain, Coding::plain, Coding::values, Coding::runs}));
}

/// Whole layers, or the input by rows where that is possible: kernels have a form for each.
Program compiled(const Graph& graph, const Target& target, Random& random) {
  Diagnostics diagnostics;
  PipelineOptions options{.optimize = random.coin() ? Optimize::speed : Optimize::ram,
                          .exact = true};
  const auto passed = run_passes(graph, options, diagnostics);
  if (!passed) throw std::invalid_argument(to_string(diagnostics.all().front()));
  const Codings codings = codings_of(*passed, random);
  if (random.coin()) {
    options.stream = Stream::rows;
    Program program = lower_and_plan(*passed, target, options, codings);
    if (program.streamed) return program;
    options.stream = Stream::none;
  }
  return lower_and_plan(*passed, target, options, codings);
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

void refuse_if(bool holds, const char* why) {
  if (holds) throw std::invalid_argument(why);
}

/// "smelt/conv2d_dsp.h" is of a variant, since there is "smelt/arch/dsp.h"; so are kernels for
/// coded weights, of which every core has its own.
bool is_variant(const Kernel& kernel) {
  const std::size_t begin = kernel.header.rfind('_') + 1;
  return kernel.header.substr(begin) == "coded.h" ||
         !runtime_file("smelt/arch/" + kernel.header.substr(begin)).empty();
}

Names kernels_of(const Program& program, bool variants) {
  Names names;
  for (const Step& step : program.steps)
    if (!variants || is_variant(step.kernel)) names.insert(step.kernel.name);
  return names;
}

/// A random model, or std::invalid_argument if what was drawn is none, is too large, or calls
/// nothing but `known` kernels.
Model drawn(Random& random, int number, const Request& request, const Names& known, bool wrong) {
  Model model{fmt::format("case{}", number), draw_case(random, number, request.limits)};
  for (std::size_t i = 0; i < model.graph.tensors.size(); ++i)
    model.graph.tensors[i].origin.tensor = static_cast<std::int32_t>(i);
  model.graph.name = model.name;
  Program program = compiled(model.graph, request.target, random);
  program.name = model.name;
  model.kernels = kernels_of(program, false);
  model.wrong = wrong;
  const std::int64_t ram = program.arena_bytes + program.state_bytes;
  const Names wanted = kernels_of(program, request.variants);
  refuse_if(
      !known.empty() && std::includes(known.begin(), known.end(), wanted.begin(), wanted.end()),
      "no other kernel");
  refuse_if(macs_of(program) > request.limits.macs, "too much to compute");
  refuse_if(request.target.ram_bytes > 0 && ram > request.target.ram_bytes / 2, "too much memory");
  std::vector<GoldenVector> vectors = vectors_of(model.graph, random);
  refuse_if(size_of(program, vectors) > request.bytes, "too much data");
  if (wrong) vectors[0].outputs[0].back() ^= 0x40;
  const EmitOptions options{.version = "test", .max_array_bytes = request.target.max_array_bytes};
  model.files = emit(program, options);
  model.files.push_back(emit_golden(program, options, vectors));
  return model;
}

/// Of the kind of that number. Throws if none of many draws is good.
Model model_of(Random& random, int number, const Request& request, bool wrong) {
  std::string refusal;
  for (int attempt = 0; attempt < 1000; ++attempt) try {
      return drawn(random, number, request, {}, wrong);
    } catch (const std::invalid_argument& error) {
      refusal = error.what();
    }
  throw std::runtime_error(fmt::format("no case of kind {}: {}", number % kinds(), refusal));
}

/// COUNT models; and for each kernel that so few of them call, but one of many others would, some.
std::vector<Model> models_of(Random& random, int first, int count, const Request& request) {
  constexpr int draws = 30'000;
  const int enough = request.variants ? 3 : 1;
  std::vector<Model> models;
  std::map<std::string, int> calls;
  Names known;
  const auto add = [&](Model model) {
    for (const std::string& kernel : model.kernels)
      if (++calls[kernel] == enough) known.insert(kernel);
    models.push_back(std::move(model));
  };
  for (int i = 0; i < count; ++i) add(model_of(random, first + i, request, false));
  for (int i = count; i < draws; ++i) try {
      add(drawn(random, first + i, request, known, false));
    } catch (const std::invalid_argument&) {
      continue;
    }
  return models;
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

/// Of the model that is wrong on purpose: of a kind that is small everywhere, and no other's.
int wrong_number(std::size_t program) {
  return (1'000'000 + static_cast<int>(program)) * kinds() + pointwise_kind;
}

/// Prints the models of a program and writes it.
void write_program(const std::string& folder, std::size_t number,
                   const std::vector<Model>& models) {
  for (const Model& model : models)
    fmt::print("{} {} {} {}\n", number, model.name.substr(4), model.wrong ? "wrong" : "right",
               fmt::join(model.kernels, " "));
  Diagnostics diagnostics;
  if (!tools::write_files(fmt::format("{}/{}", folder, number), program_of(models), diagnostics))
    throw std::runtime_error(to_string(diagnostics.all().front()));
}

int run(const std::vector<std::string>& arguments) {
  const Target* target = arguments.size() == 10 ? find_target(arguments[1]) : nullptr;
  if (!target) throw std::invalid_argument("smelt_device_kernels: wrong arguments");
  std::vector<int> numbers;
  for (std::size_t i = 4; i < arguments.size(); ++i) numbers.push_back(std::stoi(arguments[i]));
  const auto [seed, count] = std::pair(numbers[0], numbers[1]);
  const Request request{*target,
                        {numbers[2], numbers[4]},
                        numbers[3],
                        static_cast<std::size_t>(numbers[5]),
                        arguments[3] == "variants"};
  Random random(static_cast<std::uint32_t>(seed));
  std::vector<Model> models = models_of(random, seed * count, count, request);
  for (std::size_t i = 0; i < models.size(); i += request.each) {
    const auto begin = models.begin() + static_cast<std::ptrdiff_t>(i);
    const auto end =
        models.begin() + static_cast<std::ptrdiff_t>(std::min(i + request.each, models.size()));
    std::vector<Model> part(std::make_move_iterator(begin), std::make_move_iterator(end));
    part.push_back(model_of(random, wrong_number(i / request.each), request, true));
    write_program(arguments[2], i / request.each, part);
  }
  return 0;
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
