// SPDX-License-Identifier: Apache-2.0
#include "compiler/coding/prefix_code.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "smelt/coding.h"

namespace smelt {
namespace {

constexpr std::int32_t word_bits = 16;
constexpr std::int32_t largest_table_bits = 8;
/// Of symbols, that may take the long way.
constexpr double few = 1.0 / 50;
/// Of the stream, that a table may take beyond the smallest there is.
constexpr std::int64_t small_part = 24;

/// A symbol, or two packages, of package-merge: how often it occurs, and the symbols in it.
struct Package {
  std::int64_t weight = 0;
  std::vector<std::uint8_t> symbols;
};

std::vector<Package> pairs_of(const std::vector<Package>& packages) {
  std::vector<Package> pairs;
  for (std::size_t i = 0; i + 1 < packages.size(); i += 2) {
    Package pair = packages[i];
    pair.weight += packages[i + 1].weight;
    pair.symbols.insert(pair.symbols.end(), packages[i + 1].symbols.begin(),
                        packages[i + 1].symbols.end());
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

bool lighter(const Package& a, const Package& b) {
  return a.weight < b.weight;
}

/// A symbol's code is as long as it is often in the lightest 2n - 2 packages.
std::array<std::int32_t, 256> code_lengths(const Histogram& histogram) {
  std::vector<Package> symbols;
  for (std::size_t s = 0; s < histogram.size(); ++s)
    if (histogram[s] > 0) symbols.push_back({histogram[s], {static_cast<std::uint8_t>(s)}});
  assert(!symbols.empty());
  std::stable_sort(symbols.begin(), symbols.end(), lighter);
  std::array<std::int32_t, 256> lengths{};
  if (symbols.size() == 1) {
    lengths[symbols[0].symbols[0]] = 1;
    return lengths;
  }
  std::vector<Package> packages = symbols;
  for (std::int32_t i = 1; i < max_code_length; ++i) {
    const std::vector<Package> pairs = pairs_of(packages);
    packages.clear();
    std::merge(symbols.begin(), symbols.end(), pairs.begin(), pairs.end(),
               std::back_inserter(packages), lighter);
  }
  for (std::size_t i = 0; i < 2 * symbols.size() - 2; ++i)
    for (const std::uint8_t symbol : packages[i].symbols) ++lengths[symbol];
  return lengths;
}

}  // namespace

double entropy_bits(const Histogram& histogram) {
  const auto total =
      static_cast<double>(std::accumulate(histogram.begin(), histogram.end(), std::int64_t{0}));
  double bits = 0;
  for (const std::int64_t count : histogram)
    if (count > 0)
      bits -= static_cast<double>(count) * std::log2(static_cast<double>(count) / total);
  return bits;
}

void BitWriter::write(std::uint32_t code, std::int32_t length) {
  for (std::int32_t i = length - 1; i >= 0; --i, ++bits_) {
    if (bits_ % word_bits == 0) words_.push_back(0);
    if ((code >> i & 1) != 0)
      words_.back() = static_cast<std::uint16_t>(
          words_.back() | 1U << (word_bits - 1 - static_cast<std::int32_t>(bits_ % word_bits)));
  }
}

PrefixCode::PrefixCode(const Histogram& histogram) : lengths_(code_lengths(histogram)) {
  for (std::size_t s = 0; s < lengths_.size(); ++s)
    if (lengths_[s] > 0) order_.push_back(static_cast<std::uint8_t>(s));
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return lengths_[a] < lengths_[b]; });
  std::uint32_t next = 0;
  std::int32_t length = lengths_[order_.front()];
  for (const std::uint8_t symbol : order_) {
    next <<= lengths_[symbol] - length;
    length = lengths_[symbol];
    codes_[symbol] = next++;
  }
}

std::int64_t PrefixCode::cost(const Histogram& histogram) const {
  std::int64_t bits = 0;
  for (std::size_t s = 0; s < histogram.size(); ++s) bits += histogram[s] * lengths_[s];
  return bits;
}

std::vector<std::int16_t> PrefixCode::table(std::int32_t bits) const {
  const auto entry = [&](std::uint8_t symbol) {
    return static_cast<std::int16_t>(static_cast<std::int8_t>(symbol) * 256 + lengths_[symbol]);
  };
  // What no code begins with is never read; it is as the first symbol, so that bits are taken.
  std::vector<std::int16_t> table(std::size_t{1} << bits, entry(order_.front()));
  const std::int32_t longest = lengths_[order_.back()];
  const auto lengths = static_cast<std::size_t>(std::max(0, longest - bits));
  const std::size_t symbols = table.size() + 2 * lengths;
  table.resize(symbols);
  std::vector<std::int64_t> last(lengths, -1), shift(lengths, 0);
  for (const std::uint8_t symbol : order_) {
    const std::int32_t length = lengths_[symbol];
    if (length <= bits) {
      const std::size_t first = std::size_t{codes_[symbol]} << (bits - length);
      std::fill_n(table.begin() + static_cast<std::ptrdiff_t>(first),
                  std::size_t{1} << (bits - length), entry(symbol));
      continue;
    }
    const auto row = static_cast<std::size_t>(length - bits - 1);
    table[codes_[symbol] >> (length - bits)] = 0;
    if (last[row] < 0) shift[row] = static_cast<std::int64_t>(table.size()) - codes_[symbol];
    last[row] = ((std::int64_t{codes_[symbol]} + 1) << (word_bits - length)) - 1;
    table.push_back(entry(symbol));
  }
  std::int64_t before = 0;
  for (std::size_t row = 0; row < lengths; ++row) {
    before = std::max(before, last[row]);
    table[(std::size_t{1} << bits) + 2 * row] = static_cast<std::int16_t>(before);
    table[(std::size_t{1} << bits) + 2 * row + 1] = static_cast<std::int16_t>(shift[row]);
  }
  // Nothing is longer than the longest.
  if (lengths > 0) table[symbols - 2] = -1;
  return table;
}

std::int32_t PrefixCode::table_bits(const Histogram& histogram, std::int64_t stream_bits) const {
  const std::int32_t longest = lengths_[order_.back()];
  const std::int64_t total = std::accumulate(histogram.begin(), histogram.end(), std::int64_t{0});
  const auto longer = [&](std::int32_t bits) {
    std::int64_t count = 0;
    for (std::size_t s = 0; s < histogram.size(); ++s)
      if (lengths_[s] > bits) count += histogram[s];
    return static_cast<double>(count) <= few * static_cast<double>(total);
  };
  const auto size = [&](std::int32_t bits) {
    return static_cast<std::int64_t>(table(bits).size()) * word_bits;
  };
  const std::int32_t largest = std::min(longest, largest_table_bits);
  std::int32_t best = std::min(lengths_[order_.front()], largest);
  for (std::int32_t bits = best + 1; bits <= largest; ++bits)
    if (size(bits) < size(best)) best = bits;
  const std::int64_t most = size(best) + stream_bits / small_part;
  while (best < largest && !longer(best) && size(best + 1) <= most) ++best;
  return best;
}

}  // namespace smelt
