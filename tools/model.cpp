// SPDX-License-Identifier: Apache-2.0
#include "tools/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "codegen/names.h"
#include "compiler/lower/lower.h"
#include "tools/files.h"
#include "tools/import_model.h"
#include "tools/quantize_model.h"
#include "tools/target_file.h"
#include "tools/version.h"

namespace smelt::tools {
namespace {

/// NAME=folder/file.npy without the folder.
std::string without_folder(const std::string& bind) {
  const std::size_t path = bind.rfind('=') + 1;
  return bind.substr(0, path) + std::filesystem::path(bind.substr(path)).filename().string();
}

/// What the header states of how the model became integers.
std::string quantization_command(const QuantizationOptions& options) {
  if (options.precision.empty()) return {};
  std::string command = " --quantize " + options.precision;
  const auto give = [&](const char* option, const std::string& value) {
    if (!value.empty()) command += fmt::format(" {} {}", option, value);
  };
  const auto file_name = [](const std::string& path) {
    return std::filesystem::path(path).filename().string();
  };
  const auto give_all = [&](const char* option, const std::vector<std::string>& values) {
    for (const std::string& value : values) give(option, value);
  };
  const CompressionOptions& compression = options.compression;
  give("--calibrate", file_name(options.calibrate));
  give("--calibrate-labels", file_name(options.calibrate_labels));
  give("--max-drop", options.max_drop);
  give_all("--keep-float", options.keep_float);
  give("--input-type", options.input_type);
  give("--output-type", options.output_type);
  give("--observer", options.observer);
  give_all("--prune", compression.prune);
  give_all("--prune-channels", compression.prune_channels);
  give("--prune-kind", compression.prune_kind);
  give("--saliency", compression.saliency);
  give_all("--cluster", compression.cluster);
  give("--cluster-by", compression.cluster_by);
  give("--cluster-rate", compression.cluster_rate);
  if (options.nearest) command += " --nearest";
  if (options.no_bias_correction) command += " --no-bias-correction";
  if (options.no_equalization) command += " --no-equalization";
  if (compression.recover)
    command += compression.recover->empty() ? " --recover" : " --recover " + *compression.recover;
  return command;
}

/// What the header states as the command: no paths, only what changes the output.
std::string normalized_command(const ModelOptions& options, const std::string& target,
                               const std::string& file) {
  std::string command = fmt::format("smelt compile {} --target {}", file, target);
  if (options.optimize != "balanced") command += " --optimize " + options.optimize;
  if (!options.name.empty()) command += " --name " + options.name;
  if (!options.schedule.empty()) command += " --schedule " + options.schedule;
  if (!options.specialise.empty()) command += " --specialise " + options.specialise;
  if (!options.stream.empty()) command += " --stream " + options.stream;
  if (!options.ram.empty()) command += " --ram " + options.ram;
  if (!options.flash.empty()) command += " --flash " + options.flash;
  if (options.coding != "auto") command += " --coding " + options.coding;
  if (options.keep_input) command += " --keep-input";
  for (const std::string& custom : options.custom) command += " --custom " + custom;
  for (const std::string& shape : options.shape) command += " --shape " + shape;
  for (const std::string& bind : options.bind) command += " --bind " + without_folder(bind);
  return command + quantization_command(options.quantization);
}

std::optional<Schedule> schedule_of(const ModelOptions& options, Diagnostics& diagnostics) {
  if (options.schedule.empty()) return std::nullopt;
  if (options.schedule == "layers") return Schedule::layers;
  if (options.schedule == "rows") return Schedule::rows;
  diagnostics
      .error({.file = "--schedule"}, fmt::format("there is no schedule \"{}\"", options.schedule))
      .note("schedules are layers and rows");
  return std::nullopt;
}

std::optional<bool> specialise_of(const ModelOptions& options, Diagnostics& diagnostics) {
  if (options.specialise.empty()) return std::nullopt;
  if (options.specialise == "shapes") return true;
  if (options.specialise == "none") return false;
  diagnostics
      .error({.file = "--specialise"},
             fmt::format("kernels cannot be specialised by \"{}\"", options.specialise))
      .note("they can be by shapes, or none");
  return std::nullopt;
}

Stream stream_of(const ModelOptions& options, Diagnostics& diagnostics) {
  if (options.stream == "rows") return Stream::rows;
  if (options.stream == "time") return Stream::time;
  if (!options.stream.empty())
    diagnostics
        .error({.file = "--stream"}, fmt::format("there is no stream of \"{}\"", options.stream))
        .note("the input can come as rows, or as time: rows without end");
  return Stream::none;
}

void report_not_streamed(const Graph& graph, const Target& target, Stream stream,
                         Diagnostics& diagnostics) {
  auto& error = diagnostics.error({.file = graph.file}, "cannot take its input row by row");
  if (graph.inputs.size() != 1) {
    error.note(fmt::format("it has {} inputs; --stream is for one", graph.inputs.size()));
    return;
  }
  for (const std::string& reason : stream_obstacles(lower(graph, target), stream))
    error.note(reason);
  if (stream == Stream::time)
    error.note("train it without padding in time, or leave the window to --stream rows");
  else
    error.note("leave out --stream: --optimize ram keeps all but the input small");
}

CodingMode coding_of(const ModelOptions& options, Diagnostics& diagnostics) {
  if (options.coding == "plain") return CodingMode::plain;
  if (options.coding == "smallest") return CodingMode::smallest;
  if (options.coding != "auto")
    diagnostics
        .error({.file = "--coding"}, fmt::format("there is no coding \"{}\"", options.coding))
        .note("weights can be plain, smallest or auto, which is as --flash demands");
  return CodingMode::fastest;
}

std::optional<std::int64_t> budget_of(const std::string& text, const char* option,
                                      Diagnostics& diagnostics) {
  if (text.empty()) return std::nullopt;
  return size_of(text, option, diagnostics);
}

/// What the options ask of every model.
struct Settings {
  Target target;
  PipelineOptions pipeline;
};

std::optional<Settings> settings_of(const ModelOptions& options, Diagnostics& diagnostics) {
  auto target = target_of(options.target, diagnostics);
  const auto optimize = parse_optimize(options.optimize);
  if (!optimize)
    diagnostics
        .error({.file = "--optimize"}, fmt::format("there is no mode \"{}\"", options.optimize))
        .note("modes are none, speed, balanced, ram and size");
  const auto schedule = schedule_of(options, diagnostics);
  const auto specialise = specialise_of(options, diagnostics);
  const auto ram = budget_of(options.ram, "--ram", diagnostics);
  const auto flash = budget_of(options.flash, "--flash", diagnostics);
  const CodingMode coding = coding_of(options, diagnostics);
  const Stream stream = stream_of(options, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  return Settings{*std::move(target),
                  {.optimize = *optimize,
                   .keep_input = options.keep_input,
                   .schedule = schedule,
                   .specialise = specialise,
                   .ram = ram,
                   .stream = stream,
                   .coding = coding,
                   .flash = flash}};
}

std::optional<Compiled> compile_with(Settings settings, const ModelOptions& options, Model model,
                                     Diagnostics& diagnostics) {
  const PipelineOptions& pipeline = settings.pipeline;
  auto graph = run_passes(model.graph, pipeline, diagnostics);
  if (!graph) return std::nullopt;
  Program program = lower_and_plan(*graph, settings.target, pipeline);
  if (pipeline.stream != Stream::none && !program.streamed) {
    report_not_streamed(*graph, settings.target, pipeline.stream, diagnostics);
    return std::nullopt;
  }
  EmitOptions emit{.model_file = model.graph.file,
                   .sha256 = model.sha256,
                   .version = std::string(version),
                   .command = normalized_command(options, settings.target.name, model.graph.file),
                   .passes = pass_names(pipeline),
                   .ram_budget = pipeline.ram,
                   .max_array_bytes = settings.target.max_array_bytes};
  return Compiled{std::move(model), std::move(settings.target), *std::move(graph),
                  std::move(program), std::move(emit)};
}

/// Reports compression of what is not quantized.
bool check_compressible(const QuantizationOptions& options, Diagnostics& diagnostics) {
  if (!options.compression.any() || !options.precision.empty()) return true;
  const CompressionOptions& compression = options.compression;
  const char* option = !compression.prune.empty()            ? "--prune"
                       : !compression.prune_channels.empty() ? "--prune-channels"
                       : !compression.cluster.empty()        ? "--cluster"
                                                             : "--recover";
  diagnostics.error({.file = option}, "compresses models that are being quantized")
      .note("give --quantize int8 and --calibrate as well");
  return false;
}

}  // namespace

std::optional<std::int64_t> size_of(const std::string& text, const char* option,
                                    Diagnostics& diagnostics) {
  const auto bytes = parse_bytes(text);
  if (!bytes)
    diagnostics.error({.file = option}, fmt::format("\"{}\" is not a size", text))
        .note("write bytes, or 32K, or 1M");
  return bytes;
}

bool check_prefix(const std::string& name, Diagnostics& diagnostics) {
  if (is_prefix(name)) return true;
  diagnostics.error({.file = "--name"}, fmt::format("\"{}\" cannot be a C prefix", name))
      .note(
          "use lower-case letters, digits and underscores, a letter first, 40 at most, and no "
          "name of a C header");
  return false;
}

std::optional<Model> load_model(const ModelOptions& options, Diagnostics& diagnostics) {
  const std::filesystem::path path = options.model;
  const auto bytes = read_file(path, diagnostics);
  if (!bytes) return std::nullopt;
  auto graph = import_model(options, *bytes, diagnostics);
  if (!graph) return std::nullopt;
  if (!options.name.empty() && !check_prefix(options.name, diagnostics)) return std::nullopt;
  graph->name = options.name.empty() ? prefix_for(path.stem().string()) : options.name;
  Model model{std::move(*graph), sha256(*bytes), std::nullopt, std::nullopt};
  if (!check_compressible(options.quantization, diagnostics)) return std::nullopt;
  if (options.quantization.precision.empty()) return model;
  auto result = quantize_model(model.graph, options.quantization, diagnostics);
  if (!result) return std::nullopt;
  model.graph = std::move(result->quantized.graph);
  model.quantized = std::move(result->quantized);
  model.compression = std::move(result->compression);
  return model;
}

std::optional<Compiled> compile_model(
    const ModelOptions& options, Diagnostics& diagnostics, const std::string& stop_after,
    std::function<void(std::string_view, const Graph&, double)> observe) {
  auto settings = settings_of(options, diagnostics);
  auto model = load_model(options, diagnostics);
  if (!model || diagnostics.failed()) return std::nullopt;
  settings->pipeline.stop_after = stop_after;
  settings->pipeline.observe = std::move(observe);
  return compile_with(*std::move(settings), options, *std::move(model), diagnostics);
}

std::optional<Compiled> compile_loaded(Model model, const ModelOptions& options,
                                       Diagnostics& diagnostics,
                                       const std::function<void(PipelineOptions&)>& adjust) {
  auto settings = settings_of(options, diagnostics);
  if (!settings) return std::nullopt;
  if (adjust) adjust(settings->pipeline);
  return compile_with(*std::move(settings), options, std::move(model), diagnostics);
}

}  // namespace smelt::tools
