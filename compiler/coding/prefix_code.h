// SPDX-License-Identifier: Apache-2.0
//
// Prefix codes of 8-bit symbols, and their tables as smelt/coding.h reads them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace smelt {

/// How often each symbol occurs.
using Histogram = std::array<std::int64_t, 256>;

/// Bits of all symbols at the entropy of their frequencies: no code that knows nothing but these
/// needs fewer.
double entropy_bits(const Histogram& histogram);

/// Bits, from the highest of each word to the lowest.
class BitWriter {
 public:
  void write(std::uint32_t code, std::int32_t length);
  std::int64_t bits() const { return bits_; }
  const std::vector<std::uint16_t>& words() const { return words_; }

 private:
  std::int64_t bits_ = 0;
  std::vector<std::uint16_t> words_;
};

/// The canonical Huffman code of limited length. Source: Larmore and Hirschberg, package-merge,
/// 1990; codes in order of length, then symbol.
class PrefixCode {
 public:
  /// A code for the symbols that occur, of which there is one at least.
  explicit PrefixCode(const Histogram& histogram);

  /// 0: the symbol does not occur.
  std::int32_t length(std::uint8_t symbol) const { return lengths_[symbol]; }
  void write(std::uint8_t symbol, BitWriter& to) const { to.write(codes_[symbol], length(symbol)); }
  /// Bits of all symbols.
  std::int64_t cost(const Histogram& histogram) const;

  /// The table whose first 2^bits entries are found by as many bits of the stream: those of the
  /// shortest code at least, and 8 at most.
  std::vector<std::int16_t> table(std::int32_t bits) const;
  /// The number of bits that is best: few symbols are left to longer codes, and the table is small
  /// beside so many bits of the stream.
  std::int32_t table_bits(const Histogram& histogram, std::int64_t stream_bits) const;

 private:
  std::array<std::int32_t, 256> lengths_{};
  std::array<std::uint32_t, 256> codes_{};
  std::vector<std::uint8_t> order_;  // symbols by code
};

}  // namespace smelt
