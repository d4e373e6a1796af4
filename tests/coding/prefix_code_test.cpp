// SPDX-License-Identifier: Apache-2.0
//
// Prefix codes: as short as Huffman's, complete, and found in tables of every size.
#include "compiler/coding/prefix_code.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <queue>

#include "smelt/coding.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

/// So many symbols, as frequent as each other, or each `ratio` times as frequent as the last.
Histogram histogram_of(Random& random, std::int32_t symbols, double ratio) {
  Histogram histogram{};
  double count = random.integer(1, 50);
  for (std::int32_t i = 0; i < symbols; ++i, count = std::min(count * ratio, 1e15)) {
    std::size_t symbol = 0;
    do symbol = static_cast<std::size_t>(random.integer(0, 255));
    while (histogram[symbol] != 0);
    histogram[symbol] = static_cast<std::int64_t>(count);
  }
  return histogram;
}

/// Bits of all symbols and the longest code of an unlimited code.
struct Huffman {
  std::int64_t cost = 0;
  std::int32_t longest = 0;
};

Huffman huffman(const Histogram& histogram) {
  using Tree = std::pair<std::int64_t, std::int32_t>;  // weight, height
  std::priority_queue<Tree, std::vector<Tree>, std::greater<>> trees;
  for (const std::int64_t count : histogram)
    if (count > 0) trees.emplace(count, 0);
  Huffman result;
  while (trees.size() > 1) {
    const Tree a = trees.top();
    trees.pop();
    const Tree b = trees.top();
    trees.pop();
    trees.emplace(a.first + b.first, std::max(a.second, b.second) + 1);
    result.cost += a.first + b.first;
  }
  result.longest = trees.top().second;
  return result;
}

std::int32_t shortest(const PrefixCode& code) {
  std::int32_t length = max_code_length;
  for (std::int32_t s = 0; s < 256; ++s)
    if (const std::int32_t its = code.length(static_cast<std::uint8_t>(s)); its > 0)
      length = std::min(length, its);
  return length;
}

/// Reads all symbols, each behind some bits of another, by a table of so many bits that is exactly
/// as long as it is.
void check_table(const PrefixCode& code, const std::vector<std::uint8_t>& symbols,
                 std::int32_t bits) {
  const std::vector<std::int16_t> entries = code.table(bits);
  const auto table = std::make_unique<std::int16_t[]>(entries.size());
  std::copy(entries.begin(), entries.end(), table.get());
  for (const std::uint8_t symbol : symbols)
    for (const std::uint8_t next : {symbols.front(), symbols.back()}) {
      BitWriter writer;
      for (std::int32_t i = 0; i < 4; ++i) code.write(i == 0 ? symbol : next, writer);
      writer.write(0, 16);
      bit_reader reader{nullptr, std::uint32_t{writer.words()[0]} << 16 | writer.words()[1], 32};
      CHECK(take(reader, table.get(), bits) == static_cast<std::int8_t>(symbol));
      CHECK(reader.count == 32 - code.length(symbol));
    }
}

}  // namespace

TEST_CASE("prefix codes are complete, limited, and no longer than Huffman's", "[coding]") {
  std::int32_t limited = 0, free = 0;
  for (std::uint32_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    const std::int32_t symbols =
        random.of<std::int32_t>({1, 2, 3, random.integer(4, 40), random.integer(41, 255), 256});
    const double ratio = random.coin() ? 1.0 : static_cast<double>(random.real(1, 1.9F));
    const Histogram histogram = histogram_of(random, symbols, ratio);
    const PrefixCode code(histogram);
    CAPTURE(seed, symbols, ratio);
    double kraft = 0;
    for (std::size_t s = 0; s < 256; ++s) {
      const std::int32_t length = code.length(static_cast<std::uint8_t>(s));
      REQUIRE((length > 0) == (histogram[s] > 0));
      REQUIRE(length <= max_code_length);
      if (length > 0) kraft += std::ldexp(1.0, -length);
    }
    CHECK(kraft == (symbols == 1 ? 0.5 : 1.0));
    if (symbols == 1) continue;
    const Huffman unlimited = huffman(histogram);
    CHECK(static_cast<double>(code.cost(histogram)) >= entropy_bits(histogram) - 1e-3);
    if (unlimited.longest <= max_code_length) {
      ++free;
      CHECK(code.cost(histogram) == unlimited.cost);
    } else {
      ++limited;
      CHECK(code.cost(histogram) >= unlimited.cost);
      // The bound of Larmore and Hirschberg is far above what few symbols cost.
      if (symbols <= 40)
        CHECK(static_cast<double>(code.cost(histogram)) <=
              1.02 * static_cast<double>(unlimited.cost));
    }
  }
  CHECK(limited > 20);
  CHECK(free > 20);
}

TEST_CASE("tables of every size find every code", "[coding]") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const std::int32_t count = random.of<std::int32_t>({1, 2, 5, random.integer(6, 60), 200, 256});
    const Histogram histogram =
        histogram_of(random, count, random.of<double>({1.0, 1.05, 1.3, 2.0}));
    const PrefixCode code(histogram);
    std::vector<std::uint8_t> symbols;
    std::int32_t longest = 0;
    for (std::int32_t s = 0; s < 256; ++s)
      if (const auto symbol = static_cast<std::uint8_t>(s); code.length(symbol) > 0) {
        symbols.push_back(symbol);
        longest = std::max(longest, code.length(symbol));
      }
    for (std::int32_t bits = shortest(code); bits <= std::min(longest, 8); ++bits) {
      CAPTURE(seed, bits);
      check_table(code, symbols, bits);
    }
    const std::int32_t chosen = code.table_bits(histogram, code.cost(histogram));
    CHECK(chosen >= shortest(code));
    CHECK(chosen <= longest);
  }
}

TEST_CASE("bits are written from the highest to the lowest", "[coding]") {
  BitWriter writer;
  writer.write(0b101, 3);
  writer.write(0b1'1111'1111'1111'0, 14);
  CHECK(writer.bits() == 17);
  CHECK(writer.words() == std::vector<std::uint16_t>{0b1011'1111'1111'1111, 0});
}
