// SPDX-License-Identifier: Apache-2.0
//
// The front end, by its program, against the oracle's integers and real numbers, on noise and on
// extreme sounds; and what cannot be a front end.
#include "compiler/features/log_mel.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <functional>
#include <numbers>
#include <random>

#include "compiler/evaluate/evaluate.h"
#include "tests/oracle/log_mel.h"

using namespace smelt;

namespace {

using Samples = std::vector<std::int16_t>;

Samples sound(std::size_t count, const std::function<double(std::size_t)>& value) {
  Samples samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<std::int16_t>(std::clamp(std::floor(value(i) + 0.5), -32768., 32767.));
  return samples;
}

/// Silence, steady, square and pure sounds of full scale, a click, and noises.
std::vector<Samples> sounds(std::size_t count, std::mt19937& random) {
  std::vector<Samples> all;
  const auto add = [&](const std::function<double(std::size_t)>& value) {
    all.push_back(sound(count, value));
  };
  add([](std::size_t) { return 0; });
  add([](std::size_t) { return 32767; });
  add([](std::size_t) { return -32768; });
  for (const std::size_t period : {2, 7, 64})
    add([=](std::size_t i) { return i % period < period / 2 ? 32767 : -32768; });
  add([](std::size_t i) { return 32767 * std::sin(0.3 * static_cast<double>(i)); });
  add([=](std::size_t i) { return i == count / 2 ? 32767 : 0; });
  for (const double level : {1.0, 30.0, 3000.0, 30000.0}) {
    std::uniform_real_distribution<double> noise(-level, level);
    add([&](std::size_t) { return noise(random); });
  }
  return all;
}

/// The rows of a sound, run by run.
std::vector<Samples> rows(const LogMelOptions& options, const Samples& samples) {
  Evaluation evaluation(log_mel(options));
  const auto stride = static_cast<std::size_t>(options.stride);
  std::vector<Samples> result;
  for (std::size_t at = 0; at + stride <= samples.size(); at += stride) {
    Bytes input(stride * 2);
    std::memcpy(input.data(), &samples[at], input.size());
    const Bytes output = evaluation.run({input})[0];
    Samples row(output.size() / 2);
    std::memcpy(row.data(), output.data(), output.size());
    result.push_back(row);
  }
  return result;
}

/// The window of a row: it ends with the row's samples and begins with zeros before all of them.
Samples window_of(const LogMelOptions& options, const Samples& samples, std::size_t row) {
  Samples window(static_cast<std::size_t>(options.window));
  const std::size_t end = (row + 1) * static_cast<std::size_t>(options.stride);
  for (std::size_t i = 0; i < window.size(); ++i)
    if (end + i >= window.size()) window[i] = samples[end + i - window.size()];
  return window;
}

oracle::LogMelShape shape_of(const LogMelOptions& options) {
  std::int32_t size = 1;
  while (size < options.window) size *= 2;
  return {options.rate, size, options.bands, options.low, options.high};
}

bool possible(const LogMelOptions& options) {
  Diagnostics diagnostics;
  return check(options, diagnostics);
}

LogMelOptions random_options(std::mt19937& random) {
  const auto draw = [&](std::int32_t least, std::int32_t most) {
    return std::uniform_int_distribution<std::int32_t>(least, most)(random);
  };
  while (true) {
    LogMelOptions options;
    options.rate = draw(1, 6) * 8000;
    options.window = draw(8, draw(0, 1) == 0 ? 64 : 1100);
    options.stride = draw(1, 2 * options.window);
    options.bands = draw(1, 50);
    options.low = draw(0, 1) * draw(0, 300);
    options.high = draw(0, 2) == 0 ? options.rate / 2 : draw(1, options.rate / 2);
    if (possible(options)) return options;
  }
}

void expect_oracle(const LogMelOptions& options, const Samples& samples) {
  const std::vector<Samples> got = rows(options, samples);
  REQUIRE(!got.empty());
  for (std::size_t row = 0; row < got.size(); ++row) {
    const Samples window = window_of(options, samples, row);
    if (got[row] != oracle::log_mel(shape_of(options), window))
      FAIL("row " << row << " of window " << options.window << " stride " << options.stride
                  << " bands " << options.bands << " at " << options.rate);
  }
}

/// Roundings on the way are worth an amplitude of so much, and of so much of the line that a sound
/// of the window's peak can have.
constexpr double absolute_error = 1.0, relative_error = 1.0 / (1 << 18);
/// Of the logarithm: half a step of rounding, and its table.
constexpr double step_error = 0.6;

void expect_real(const LogMelOptions& options, const Samples& window) {
  LogMelOptions whole = options;
  whole.stride = options.window;
  const Samples row = rows(whole, window)[0];
  const std::vector<double> energies = oracle::mel_energies(shape_of(options), window);
  double peak = 0;
  for (const std::int16_t sample : window) peak = std::max(peak, std::abs(sample * 512.0));
  const double error = absolute_error + relative_error * peak;
  for (std::size_t band = 0; band < row.size(); ++band) {
    const double amplitude = std::sqrt(energies[band]);
    const double least = std::max(amplitude - error, 0.0), most = amplitude + error;
    INFO("band " << band << ", amplitude " << amplitude << ", peak " << peak);
    CHECK(row[band] >= 512 * std::log2(1 + least * least) - step_error);
    CHECK(row[band] <= 512 * std::log2(1 + most * most) + step_error);
  }
}

std::string problem(const LogMelOptions& options) {
  Diagnostics diagnostics;
  CHECK(!check(options, diagnostics));
  return diagnostics.all().empty() ? "" : to_string(diagnostics.all()[0]);
}

}  // namespace

TEST_CASE("features are the oracle's, bit for bit, of random windows and bands", "[features]") {
  std::mt19937 random(1);
  for (int trial = 0; trial < 60; ++trial) {
    const LogMelOptions options = random_options(random);
    const auto count = static_cast<std::size_t>(2 * options.window + 2 * options.stride);
    const std::vector<Samples> all = sounds(count, random);
    expect_oracle(options, all[static_cast<std::size_t>(trial) % all.size()]);
  }
}

TEST_CASE("features of extreme sounds are the oracle's", "[features]") {
  std::mt19937 random(2);
  LogMelOptions largest{.window = 4096, .stride = 4096, .bands = 80, .high = 8000};
  for (const LogMelOptions& options : {LogMelOptions{}, largest})
    for (const Samples& samples : sounds(static_cast<std::size_t>(2 * options.window), random))
      expect_oracle(options, samples);
}

TEST_CASE("features are near those of real arithmetic", "[features]") {
  std::mt19937 random(3);
  for (const LogMelOptions& options :
       {LogMelOptions{}, LogMelOptions{.rate = 8000, .window = 200, .bands = 20, .high = 4000},
        LogMelOptions{.window = 1024, .bands = 64, .low = 0, .high = 8000}})
    for (const Samples& samples : sounds(static_cast<std::size_t>(options.window), random))
      expect_real(options, samples);
}

TEST_CASE("silence is zero, and full scale stays below 48 octaves", "[features]") {
  const LogMelOptions options;
  const Samples silent = rows(options, Samples(480))[0];
  CHECK(silent == Samples(40));
  const double step = 2 * std::numbers::pi * 1000 / 16000;
  const Samples loud =
      sound(960, [&](std::size_t i) { return 32767 * std::sin(step * static_cast<double>(i)); });
  const Samples row = rows(options, loud).back();
  const auto most = *std::max_element(row.begin(), row.end());
  CHECK(most > 45 * 512);
  CHECK(most < 48 * 512);
}

TEST_CASE("what cannot be a front end is refused", "[features]") {
  CHECK(problem({.rate = 10}) ==
        "--rate: error: 10 Hz is out of range\n"
        "  note: supported: 1000 to 192000 Hz\n");
  CHECK(problem({.window = 7}).starts_with("--window: error: 7 samples is out of range"));
  CHECK(problem({.window = 5000}).starts_with("--window: error: 5000 samples is out of range"));
  CHECK(problem({.stride = 0}).starts_with("--stride: error: 0 samples is out of range"));
  CHECK(problem({.bands = 0}).starts_with("--bands: error: 0 bands is out of range"));
  CHECK(problem({.high = 8001}) ==
        "--high: error: 8001 Hz is out of range\n"
        "  note: supported: 1 to 8000 Hz\n");
  CHECK(problem({.low = 7600}).starts_with("--low: error: 7600 Hz is out of range"));
  CHECK(problem({.bands = 160}) ==
        "--bands: error: band 5 of 160 is so narrow that no bin of the transform lies in it\n"
        "  note: bins are 31.2 Hz apart: fewer bands, or a longer window\n");
}
