// SPDX-License-Identifier: Apache-2.0
//
// Weights of 8 bits without loss in fewer: what smelt/coding.h decodes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace smelt {

/// How the weights of a layer lie in flash.
enum class Coding : std::uint8_t {
  plain,   ///< as they are, or packed
  values,  ///< each in a prefix code: few values, or a few that are most frequent
  runs,    ///< those that are not zero, each behind the number of zeros before it: mostly zeros
};
inline constexpr Coding all_codings[] = {Coding::plain, Coding::values, Coding::runs};

std::string_view to_string(Coding coding);

/// A table of smelt::prefix_code.
struct CodeTable {
  std::vector<std::int16_t> entries;
  std::int32_t bits = 0;
};

struct CodedWeights {
  std::vector<std::uint16_t> stream;  ///< as many words as a reader takes, never more
  CodeTable values;
  CodeTable runs;            ///< of Coding::values: empty
  double entropy_bits = 0;   ///< of the symbols that are coded, by their frequencies
  std::int64_t symbols = 0;  ///< in the stream
};

/// Weights [output channel][taps], coded one channel after the other. `coding` is not plain.
CodedWeights encode(std::span<const std::int8_t> weights, std::size_t taps, Coding coding);

}  // namespace smelt
