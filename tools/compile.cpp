// SPDX-License-Identifier: Apache-2.0
//
// smelt compile: a model in, C++ out.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "codegen/cpp_writer.h"
#include "codegen/export/exports.h"
#include "compiler/graph/text.h"
#include "tools/budget.h"
#include "tools/depfile.h"
#include "tools/files.h"
#include "tools/model.h"
#include "tools/sections.h"
#include "tools/tuning.h"
#include "tools/vectors.h"
#include "tools/weights_in_flash.h"

namespace smelt::tools {
namespace {

std::optional<std::vector<std::string>> read_labels(const std::string& path, std::int64_t classes,
                                                    Diagnostics& diagnostics) {
  const auto bytes = read_file(path, diagnostics);
  if (!bytes) return std::nullopt;
  std::vector<std::string> labels(1);
  for (const std::uint8_t byte : *bytes) {
    if (byte == '\n')
      labels.emplace_back();
    else if (byte != '\r')
      labels.back() += static_cast<char>(byte);
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  if (static_cast<std::int64_t>(labels.size()) == classes) return labels;
  diagnostics
      .error({.file = path}, fmt::format("has {} labels, the model's output has {} classes",
                                         labels.size(), classes))
      .note("write one class name per line");
  return std::nullopt;
}

bool known_pass(const std::string& name, std::string_view option, Diagnostics& diagnostics) {
  for (const Pass& pass : all_passes())
    if (pass.name == name) return true;
  auto& error = diagnostics.error({.file = std::string(option)},
                                  fmt::format("there is no pass \"{}\"", name));
  for (const Pass& pass : all_passes()) error.note(std::string(pass.name));
  return false;
}

/// Passes are printed and timed as the options ask.
auto observer(const CompileOptions& options) {
  return [&options](std::string_view name, const Graph& graph, double seconds) {
    const auto& wanted = options.print_after;
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end())
      fmt::print("# after {}\n{}", name, print(graph, {.elide = true}));
    if (options.time_passes) fmt::print(stderr, "{:<24} {:8.3f} ms\n", name, seconds * 1e3);
  };
}

/// `tried`: by tuning; null: it was not asked for.
void report(const Compiled& compiled, const nlohmann::json& tried, const CompileOptions& options) {
  const Program& program = compiled.program;
  const ConstantBytes constants = constant_bytes(program);
  if (options.json) {
    nlohmann::json json = {{"model", compiled.emit.model_file},
                           {"name", program.name},
                           {"target", compiled.target.name},
                           {"arena_bytes", program.arena_bytes},
                           {"state_bytes", program.state_bytes},
                           {"weights_bytes", constants.weights},
                           {"tables_bytes", constants.tables},
                           {"single_bytes", constants.single},
                           {"macs", total_macs(compiled.graph)},
                           {"macs_of_file", total_macs(compiled.model.graph)},
                           {"overwrites_input", program.overwrites_input}};
    json["weights_in_flash"] = to_json(weights_in_flash(program));
    if (!tried.is_null()) json["tried"] = tried;
    if (compiled.model.compression) json["compression"] = to_json(*compiled.model.compression);
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{}: {} B RAM, {} B weights, {} B tables, {} multiply-accumulates per run\n",
             program.name, with_commas(program.arena_bytes + program.state_bytes),
             with_commas(constants.weights + constants.single), with_commas(constants.tables),
             with_commas(total_macs(compiled.graph)));
}

/// The golden vectors as the emitter wants them.
std::optional<std::vector<GoldenVector>> golden_vectors(const std::string& path,
                                                        const Compiled& compiled,
                                                        Diagnostics& diagnostics) {
  const auto sets = read_golden(path, compiled.model.graph, compiled.model.sha256, diagnostics);
  if (!sets) return std::nullopt;
  std::vector<GoldenVector> vectors;
  for (const GoldenSet& set : *sets)
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      const GoldenCase& golden = set.cases[i];
      if (golden.outputs.empty()) {
        diagnostics.error({.file = path}, fmt::format("{} has no outputs", golden.name))
            .note("smelt golden records them");
        return std::nullopt;
      }
      vectors.push_back({golden.inputs, golden.outputs, i == 0 || !set.sequence});
    }
  if (!vectors.empty()) return vectors;
  diagnostics.error({.file = path}, "holds no golden vectors").note("smelt golden records them");
  return std::nullopt;
}

/// Whether --export and what depends on it can be used together.
bool check_export(const CompileOptions& options, Diagnostics& diagnostics) {
  const Export* wanted = find_export(options.export_as);
  if (options.export_as.empty()) {
    if (!options.export_version.empty())
      diagnostics.error({.file = "--export-version"}, "there is no --export");
  } else if (!wanted) {
    auto& error = diagnostics.error({.file = "--export"},
                                    fmt::format("there is no export \"{}\"", options.export_as));
    for (const Export& each : all_exports())
      error.note(fmt::format("{}: {}", each.name, each.description));
  } else if (!wanted->golden && !options.golden.empty()) {
    auto& error = diagnostics.error(
        {.file = "--golden"}, fmt::format("{} cannot check golden vectors", wanted->description));
    error.note(
        "leave out --golden; or leave out --export and build the check as a sketch of yours");
  }
  if (!options.export_version.empty() && !is_version(options.export_version))
    diagnostics
        .error({.file = "--export-version"},
               fmt::format("\"{}\" is not a version", options.export_version))
        .note("write three numbers, without leading zeros: 1.0.0");
  return !diagnostics.failed();
}

/// Everything that goes to the output folder.
std::optional<std::vector<OutputFile>> output_files(const Compiled& compiled,
                                                    const CompileOptions& options,
                                                    Diagnostics& diagnostics) {
  std::vector<OutputFile> files = emit(compiled.program, compiled.emit);
  if (options.crc_log)
    for (OutputFile& file : emit_crc_log(compiled.program, compiled.emit))
      files.push_back(std::move(file));
  std::optional<OutputFile> golden;
  if (!options.golden.empty()) {
    const auto vectors = golden_vectors(options.golden, compiled, diagnostics);
    if (!vectors) return std::nullopt;
    golden = emit_golden(compiled.program, compiled.emit, *vectors);
  }
  if (!options.export_as.empty()) {
    const std::string version = options.export_version.empty() ? "1.0.0" : options.export_version;
    return find_export(options.export_as)
        ->write(make_library(compiled.program, compiled.emit, version, std::move(files),
                             std::move(golden)));
  }
  if (golden) files.push_back(*std::move(golden));
  return files;
}

}  // namespace

int compile(const CompileOptions& options) {
  Diagnostics diagnostics;
  const auto done = [&](int code) {
    print(diagnostics);
    return code;
  };
  bool known =
      options.stop_after.empty() || known_pass(options.stop_after, "--stop-after", diagnostics);
  for (const std::string& name : options.print_after)
    known = known_pass(name, "--print-after", diagnostics) && known;
  known = check_export(options, diagnostics) && known;
  known = check_tuning(options, diagnostics) && known;
  if (!known) return done(exit_bad_usage);
  std::optional<Compiled> compiled;
  nlohmann::json tried;
  if (!options.tune) {
    compiled = compile_model(options.model, diagnostics, options.stop_after, observer(options));
  } else if (auto tuned = compile_tuned(options, diagnostics)) {
    compiled = std::move(tuned->compiled);
    tried = std::move(tuned->tried);
  }
  if (!compiled) return done(exit_bad_input);
  if (!options.stop_after.empty()) return done(exit_good);
  if (!options.labels.empty()) {
    const Buffer& output = compiled->program[compiled->program.outputs[0].buffer];
    const auto labels = read_labels(options.labels, element_count(output.shape), diagnostics);
    if (!labels) return done(exit_bad_input);
    compiled->emit.labels = *labels;
    compiled->emit.command +=
        " --labels " + std::filesystem::path(options.labels).filename().string();
  }
  if (!set_sections(options.section, *compiled, diagnostics)) return done(exit_bad_usage);
  if (!check_budgets(*compiled, options.model.flash, diagnostics)) return done(exit_bad_input);
  const auto files = output_files(*compiled, options, diagnostics);
  if (!files) return done(exit_bad_input);
  if (!write_files(options.output, *files, diagnostics)) return done(exit_system);
  if (!write_depfile(options, diagnostics)) return done(exit_system);
  report(*compiled, tried, options);
  return done(exit_good);
}

}  // namespace smelt::tools
