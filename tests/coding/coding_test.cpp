// SPDX-License-Identifier: Apache-2.0
//
// Weights come back from every coding as they were, and decoders stay within what is encoded: all
// arrays are exactly as long as they must be, so that sanitizers see what is read beyond.
#include "compiler/coding/coding.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>

#include "smelt/coding.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using Weights = std::vector<std::int8_t>;

/// A copy on the heap with nothing behind it.
template <typename From>
std::unique_ptr<std::int16_t[]> exact(const std::vector<From>& values) {
  auto array = std::make_unique<std::int16_t[]>(values.size());
  std::transform(values.begin(), values.end(), array.get(),
                 [](From value) { return static_cast<std::int16_t>(value); });
  return array;
}

template <typename Order>
Weights decoded(const CodedWeights& coded, std::size_t count, std::size_t taps) {
  const auto stream = exact(coded.stream), values = exact(coded.values.entries),
             runs = exact(coded.runs.entries);
  const coded_weights weights{stream.get(), values.get(), coded.values.bits, runs.get(),
                              coded.runs.bits};
  Weights result;
  bit_reader reader = begin(weights);
  while (result.size() < count) {
    const auto row = std::make_unique<std::int8_t[]>(taps);
    std::fill_n(row.get(), taps, std::int8_t{0x55});
    decode_row<Order>(reader, weights, static_cast<std::int32_t>(taps), row.get());
    result.insert(result.end(), row.get(), row.get() + taps);
  }
  CHECK(reader.next - stream.get() == static_cast<std::ptrdiff_t>(coded.stream.size()));
  return result;
}

void check_round_trip(const Weights& weights, std::size_t taps) {
  for (const Coding coding : {Coding::values, Coding::runs}) {
    CAPTURE(to_string(coding));
    const CodedWeights coded = encode(weights, taps, coding);
    CHECK(coded.runs.entries.empty() == (coding == Coding::values));
    const Weights found = coding == Coding::values
                              ? decoded<all_weights>(coded, weights.size(), taps)
                              : decoded<runs_and_weights>(coded, weights.size(), taps);
    CHECK(found == weights);
  }
}

/// A weight for each of the levels; the larger the more seldom, or all alike.
std::int8_t draw_weight(Random& random, std::int32_t levels, bool alike) {
  const std::int32_t most = alike ? levels : random.integer(1, levels);
  return static_cast<std::int8_t>(random.integer(-most / 2, (most - 1) / 2));
}

/// Zeros but for some, whose share is given in thousandths.
Weights sparse(Random& random, std::size_t count, std::int32_t nonzero, std::int32_t levels,
               bool alike) {
  Weights weights(count);
  for (std::int8_t& weight : weights)
    if (random.integer(1, 1000) <= nonzero) weight = draw_weight(random, levels, alike);
  return weights;
}

double stream_bits(const CodedWeights& coded) {
  return 16.0 * static_cast<double>(coded.stream.size());
}

}  // namespace

TEST_CASE("weights come back as they were", "[coding]") {
  for (std::uint32_t seed = 0; seed < 1500; ++seed) {
    Random random(seed);
    const auto taps = static_cast<std::size_t>(random.integer(0, 3) == 0 ? random.integer(1, 4)
                                                                         : random.integer(1, 300));
    const auto channels = static_cast<std::size_t>(random.integer(1, 12));
    const std::int32_t levels =
        random.of<std::int32_t>({1, 2, 3, 5, 16, random.integer(2, 255), 256});
    const std::int32_t nonzero = random.of<std::int32_t>({0, 1, 5, 20, 100, 300, 700, 1000});
    CAPTURE(seed, taps, channels, levels, nonzero);
    check_round_trip(sparse(random, taps * channels, nonzero, levels, random.coin()), taps);
  }
}

TEST_CASE("all weights may be the same", "[coding]") {
  for (const std::size_t taps : {std::size_t{1}, std::size_t{7}, std::size_t{200}})
    for (const int value : {0, 1, -128, 127})
      check_round_trip(Weights(3 * taps, static_cast<std::int8_t>(value)), taps);
}

TEST_CASE("runs of zeros reach over codes, channels and their ends", "[coding]") {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    const auto taps = static_cast<std::size_t>(random.integer(100, 900));
    Weights weights;
    while (weights.size() < 4 * taps) {
      const std::int32_t zeros =
          random.of<std::int32_t>({0, 1, 3, 4, 127, 128, 129, 255, 256, 257,
                                   static_cast<std::int32_t>(taps), random.integer(0, 700)});
      weights.insert(weights.end(), static_cast<std::size_t>(zeros), std::int8_t{0});
      weights.push_back(static_cast<std::int8_t>(random.integer(-128, 127)));
    }
    weights.resize(4 * taps);
    CAPTURE(seed, taps);
    check_round_trip(weights, taps);
  }
}

TEST_CASE("rare weights take the long way through the table", "[coding]") {
  // Each half as frequent as the last: lengths are limited.
  Weights weights;
  for (std::int32_t level = 0; level < 15; ++level)
    weights.insert(weights.end(), std::size_t{1} << (15 - level),
                   static_cast<std::int8_t>(level % 2 == 0 ? level : -level));
  Random random(1);
  for (std::size_t i = weights.size() - 1; i > 0; --i)
    std::swap(weights[i],
              weights[static_cast<std::size_t>(random.integer(0, static_cast<std::int32_t>(i)))]);
  weights.resize(weights.size() / 100 * 100);
  const CodedWeights coded = encode(weights, 100, Coding::values);
  CHECK(coded.values.bits < max_code_length);
  check_round_trip(weights, 100);
}

TEST_CASE("streams are within 5 % of the entropy of their symbols", "[coding]") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const std::int32_t levels = random.of<std::int32_t>({7, 15, 31, 63, 255});
    const std::int32_t nonzero = random.integer(30, 400);
    CAPTURE(seed, levels, nonzero);
    const Weights pruned = sparse(random, 20'000, nonzero, levels, false);
    const CodedWeights runs = encode(pruned, 200, Coding::runs);
    CHECK(stream_bits(runs) <= 1.05 * runs.entropy_bits);
    CHECK(stream_bits(runs) >= runs.entropy_bits);
    const Weights clustered = sparse(random, 20'000, 1000, levels, false);
    const CodedWeights values = encode(clustered, 200, Coding::values);
    CHECK(stream_bits(values) <= 1.05 * values.entropy_bits);
    CHECK(stream_bits(values) >= values.entropy_bits);
  }
}
