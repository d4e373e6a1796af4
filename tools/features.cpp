// SPDX-License-Identifier: Apache-2.0
//
// smelt features: C++ from samples to log-mel features, like a model's in use.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "codegen/cpp_writer.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/features/log_mel.h"
#include "compiler/plan/plan.h"
#include "tools/commands.h"
#include "tools/depfile.h"
#include "tools/files.h"
#include "tools/model.h"
#include "tools/sound.h"
#include "tools/version.h"

namespace smelt::tools {
namespace {

/// "30ms" or "480" in samples; 0, which is out of every range, if it is no such number.
std::int32_t samples_of(const std::string& text, std::int32_t rate, const char* option,
                        Diagnostics& diagnostics) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string_view unit = end;
  const double samples = unit == "ms" ? number * rate / 1000 : number;
  const double whole = std::round(samples);
  const bool known = end != text.c_str() && (unit.empty() || unit == "ms");
  if (known && std::abs(samples) < 1e9 && std::abs(samples - whole) < 1e-6)
    return static_cast<std::int32_t>(whole);
  auto& error = diagnostics.error(
      {.file = option},
      known ? fmt::format("{} at {} Hz is not a whole number of samples", text, rate)
            : fmt::format("\"{}\" is not a duration", text));
  error.note("write a number of samples, or of milliseconds that makes a whole one: 480, 30ms");
  return 0;
}

std::optional<LogMelOptions> parse(const FeaturesOptions& options, Diagnostics& diagnostics) {
  const LogMelOptions result{
      .name = options.name,
      .rate = options.rate,
      .window = samples_of(options.window, options.rate, "--window", diagnostics),
      .stride = samples_of(options.stride, options.rate, "--stride", diagnostics),
      .bands = options.bands,
      .low = options.low,
      .high = options.high == 0 ? options.rate / 2 : options.high};
  // Lengths that are not understood are not out of range besides.
  if (!diagnostics.failed()) check(result, diagnostics);
  check_prefix(options.name, diagnostics);
  if (diagnostics.failed()) return std::nullopt;
  return result;
}

std::string normalized_command(const LogMelOptions& options) {
  return fmt::format(
      "smelt features --name {} --rate {} --window {} --stride {} --bands {} --low {} --high {}",
      options.name, options.rate, options.window, options.stride, options.bands, options.low,
      options.high);
}

EmitOptions emit_options(const LogMelOptions& options) {
  const std::int32_t before = std::max(options.window - options.stride, 0);
  return {
      .version = std::string(version),
      .command = normalized_command(options),
      .about = fmt::format("from {} more samples, and {} from before, to {} log-mel features, each "
                           "512 log2(1 + energy) of a band from {} to {} Hz",
                           options.stride, before, options.bands, options.low, options.high)};
}

/// The features of all whole strides of a sound, one after another.
std::optional<std::vector<GoldenVector>> golden_vectors(const std::string& path,
                                                        const LogMelOptions& options,
                                                        Diagnostics& diagnostics) {
  const auto samples = read_sound(path, options.rate, diagnostics);
  if (!samples) return std::nullopt;
  const std::size_t stride = 2 * static_cast<std::size_t>(options.stride);
  if (samples->size() < stride) {
    diagnostics.error({.file = path}, fmt::format("has {} samples, a stride has {}",
                                                  samples->size() / 2, options.stride));
    return std::nullopt;
  }
  Evaluation evaluation(log_mel(options));
  std::vector<GoldenVector> vectors;
  for (std::size_t at = 0; at + stride <= samples->size(); at += stride) {
    const auto begin = samples->begin() + static_cast<std::ptrdiff_t>(at);
    GoldenVector vector{.inputs = {{begin, begin + static_cast<std::ptrdiff_t>(stride)}},
                        .outputs = {},
                        .fresh = at == 0};
    vector.outputs = evaluation.run(vector.inputs);
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::int64_t macs(const Program& program) {
  std::int64_t sum = 0;
  for (const Step& step : program.steps) sum += step.macs;
  return sum;
}

void report(const Program& program, bool as_json) {
  const std::int64_t tables = constant_bytes(program).tables;
  if (as_json) {
    // The keys of smelt compile.
    const nlohmann::json json = {{"name", program.name},
                                 {"arena_bytes", program.arena_bytes},
                                 {"state_bytes", program.state_bytes},
                                 {"weights_bytes", 0},
                                 {"tables_bytes", tables},
                                 {"single_bytes", 0},
                                 {"macs", macs(program)},
                                 {"overwrites_input", program.overwrites_input}};
    fmt::print("{}\n", json.dump(2));
    return;
  }
  fmt::print("{}: {} B RAM, {} B tables, {} multiply-accumulates per row\n", program.name,
             with_commas(program.arena_bytes + program.state_bytes), with_commas(tables),
             with_commas(macs(program)));
}

}  // namespace

int features(const FeaturesOptions& options) {
  Diagnostics diagnostics;
  const auto done = [&](int code) {
    print(diagnostics);
    return code;
  };
  const auto parsed = parse(options, diagnostics);
  if (!parsed) return done(exit_bad_usage);
  const Program program = plan(log_mel(*parsed), {.keep_input = options.keep_input});
  EmitOptions emitted = emit_options(*parsed);
  if (options.keep_input) emitted.command += " --keep-input";
  std::vector<OutputFile> files = emit(program, emitted);
  std::vector<std::filesystem::path> inputs;
  if (!options.golden.empty()) {
    const auto vectors = golden_vectors(options.golden, *parsed, diagnostics);
    if (!vectors) return done(exit_bad_input);
    files.push_back(emit_golden(program, emitted, *vectors));
    inputs.emplace_back(options.golden);
  }
  if (!write_files(options.output, files, diagnostics) ||
      !write_depfile(std::filesystem::path(options.depfile), inputs, diagnostics))
    return done(exit_system);
  report(program, options.json);
  return done(exit_good);
}

}  // namespace smelt::tools
