// SPDX-License-Identifier: Apache-2.0
#include "compiler/features/log_mel.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>

#include "compiler/ops/kernel.h"
#include "smelt/fft.h"
#include "smelt/log_mel.h"

namespace smelt {
namespace {

constexpr std::int32_t min_window = 8, max_window = 4096, max_stride = 16384;

std::int32_t log2_size(const LogMelOptions& options) {
  return static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(options.window) - 1));
}
std::int32_t size(const LogMelOptions& options) {
  return std::int32_t{1} << log2_size(options);
}

/// S. S. Stevens, J. Volkmann, E. B. Newman, JASA 8, 1937, in the form of D. O'Shaughnessy, 1987.
double mel(double hertz) {
  return 1127 * std::log1p(hertz / 700);
}

/// Where bin k lies among the edges and centres of the bands: 0 is the low edge of the first, 1 its
/// centre, and so on to bands + 1.
double position(const LogMelOptions& options, std::int32_t k) {
  const double hertz = static_cast<double>(k) * options.rate / size(options);
  const double low = mel(options.low), high = mel(options.high);
  return (mel(hertz) - low) / (high - low) * (options.bands + 1);
}

struct MelTables {
  std::vector<std::int16_t> edges, slopes;
};

/// Bins 0 and N/2 are left out: no band gives them weight.
MelTables mel_tables(const LogMelOptions& options) {
  MelTables tables;
  std::int32_t k = 1;
  while (position(options, k) < 0) ++k;
  for (std::int32_t stretch = 0; stretch <= options.bands; ++stretch) {
    tables.edges.push_back(static_cast<std::int16_t>(k));
    for (; k < size(options) / 2 && position(options, k) < stretch + 1; ++k)
      tables.slopes.push_back(
          static_cast<std::int16_t>(std::lround((position(options, k) - stretch) * 16384)));
  }
  tables.edges.push_back(static_cast<std::int16_t>(k));
  return tables;
}

std::vector<std::int16_t> hann(const LogMelOptions& options) {
  std::vector<std::int16_t> half;
  for (std::int32_t i = 0; i < (options.window + 1) / 2; ++i) {
    const double phase = 2 * std::numbers::pi * (i + 0.5) / options.window;
    const long weight = std::lround(32768 * (0.5 - 0.5 * std::cos(phase)));
    half.push_back(static_cast<std::int16_t>(std::min(weight, 32767L)));
  }
  return half;
}

std::vector<std::int32_t> cosines(const LogMelOptions& options) {
  const std::int32_t quarter = size(options) / 4;
  std::vector<std::int32_t> table;
  for (std::int32_t i = 0; i <= quarter; ++i)
    table.push_back(static_cast<std::int32_t>(
        std::lround(std::cos(std::numbers::pi / 2 * i / quarter) * (1 << 30))));
  return table;
}

std::vector<std::int16_t> logarithms() {
  std::vector<std::int16_t> table;
  for (std::int32_t i = 0; i <= 64; ++i)
    table.push_back(static_cast<std::int16_t>(std::lround(std::log2(1 + i / 64.0) * 16384)));
  return table;
}

class Builder {
 public:
  explicit Builder(const LogMelOptions& options) : options_(options) {
    program_.name = options.name;
  }

  Program run() {
    const BufferId samples = buffer("samples", "in", ElementType::s16, options_.stride);
    const BufferId history = buffer("window", "history", ElementType::s16,
                                    std::max(options_.window - options_.stride, 0));
    program_[history].kind = BufferKind::state;
    const BufferId windowed = buffer("window", "out", ElementType::s32, size(options_));
    const BufferId spectrum = buffer("fft", "out", ElementType::s32, size(options_));
    const BufferId energies = buffer("mel", "out", ElementType::s64, options_.bands);
    const BufferId features = buffer("log", "out", ElementType::s16, options_.bands);
    program_[features].quantization = {{1.0F / 512}, {0}, 0};
    window(samples, history, windowed);
    transform(windowed, spectrum);
    bands(spectrum, energies);
    logarithm(energies, features);
    program_.inputs = {{"samples", samples}};
    program_.outputs = {{"features", features}};
    return std::move(program_);
  }

 private:
  BufferId buffer(std::string layer, std::string suffix, ElementType type, std::int32_t count) {
    program_.buffers.push_back({.layer = std::move(layer),
                                .suffix = std::move(suffix),
                                .type = type,
                                .shape = {count},
                                .bytes = std::int64_t{count} * byte_size(type),
                                .alignment = byte_size(type)});
    return static_cast<BufferId>(program_.buffers.size() - 1);
  }

  template <typename T>
  Field table(std::string_view layer, std::string_view name, const std::vector<T>& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    program_.constants.push_back({.layer = std::string(layer),
                                  .suffix = std::string(name),
                                  .type = sizeof(T) == 2 ? ElementType::s16 : ElementType::s32,
                                  .bytes = std::move(bytes),
                                  .table = true});
    return constant_field(name, static_cast<ConstantId>(program_.constants.size() - 1));
  }

  Step& step(std::string layer, std::string summary, Kernel kernel, std::vector<Field> fields,
             std::vector<Operand> operands) {
    const std::string type = kernel.name + "_layer";
    return program_.steps.emplace_back(Step{.layer = std::move(layer),
                                            .summary = std::move(summary),
                                            .kernel = std::move(kernel),
                                            .shape = {},
                                            .arguments = Struct{type, std::move(fields), {}},
                                            .operands = std::move(operands)});
  }

  void window(BufferId samples, BufferId history, BufferId windowed) {
    step("window", fmt::format("Hann, {} samples", options_.window),
         {"window_s16", "smelt/log_mel.h", invoke<&window_s16>},
         {int_field("samples", options_.window), int_field("fresh", options_.stride),
          int_field("log2_size", log2_size(options_)), table("window", "weights", hann(options_))},
         {{samples, Access::read}, {history, Access::state}, {windowed, Access::write}})
        .macs = options_.window;
  }

  void transform(BufferId windowed, BufferId spectrum) {
    Step& made = step(
        "fft", fmt::format("of {} real numbers", size(options_)),
        {"fft_s32", "smelt/fft.h", invoke<&fft_s32>},
        {int_field("log2_size", log2_size(options_)), table("fft", "cosines", cosines(options_))},
        {{windowed, Access::read}, {spectrum, Access::write}});
    made.in_place = true;
    // Complex products: N/4 in each of log2 N - 1 stages, N/4 to take the halves apart.
    made.macs = std::int64_t{4} * (size(options_) / 4) * log2_size(options_);
  }

  void bands(BufferId spectrum, BufferId energies) {
    const MelTables tables = mel_tables(options_);
    step("mel", fmt::format("{} bands, {} to {} Hz", options_.bands, options_.low, options_.high),
         {"mel_s64", "smelt/log_mel.h", invoke<&mel_s64>},
         {int_field("bands", options_.bands), table("mel", "edges", tables.edges),
          table("mel", "slopes", tables.slopes)},
         {{spectrum, Access::read}, {energies, Access::write}})
        .macs = 4 * static_cast<std::int64_t>(tables.slopes.size());
  }

  void logarithm(BufferId energies, BufferId features) {
    step("log", "512 steps to the octave of power",
         {"log2_s16", "smelt/log_mel.h", invoke<&log2_s16>},
         {int_field("count", options_.bands), table("log", "table", logarithms())},
         {{energies, Access::read}, {features, Access::write}});
  }

  const LogMelOptions& options_;
  Program program_;
};

bool check_range(const char* option, std::int32_t value, std::int32_t min, std::int32_t max,
                 std::string_view unit, Diagnostics& diagnostics) {
  if (value >= min && value <= max) return true;
  diagnostics.error({.file = option}, fmt::format("{} {} is out of range", value, unit))
      .note(fmt::format("supported: {} to {} {}", min, max, unit));
  return false;
}

/// Every band must have a bin in which it has weight.
void check_bands(const LogMelOptions& options, Diagnostics& diagnostics) {
  const MelTables tables = mel_tables(options);
  for (std::int32_t band = 0; band < options.bands; ++band) {
    const auto i = static_cast<std::size_t>(band);
    if (tables.edges[i] < tables.edges[i + 2]) continue;
    diagnostics
        .error({.file = "--bands"},
               fmt::format("band {} of {} is so narrow that no bin of the transform lies in it",
                           band + 1, options.bands))
        .note(fmt::format("bins are {:.1f} Hz apart: fewer bands, or a longer window",
                          static_cast<double>(options.rate) / size(options)));
    return;
  }
}

}  // namespace

bool check(const LogMelOptions& options, Diagnostics& diagnostics) {
  bool good = check_range("--rate", options.rate, 1000, 192000, "Hz", diagnostics);
  good &= check_range("--window", options.window, min_window, max_window, "samples", diagnostics);
  good &= check_range("--stride", options.stride, 1, max_stride, "samples", diagnostics);
  good &= check_range("--bands", options.bands, 1, 256, "bands", diagnostics);
  if (!good) return false;
  const std::int32_t half = options.rate / 2;
  good = check_range("--high", options.high, 1, half, "Hz", diagnostics);
  good &= check_range("--low", options.low, 0, std::max(options.high - 1, 0), "Hz", diagnostics);
  if (good) check_bands(options, diagnostics);
  return !diagnostics.failed();
}

Program log_mel(const LogMelOptions& options) {
  return Builder(options).run();
}

}  // namespace smelt
