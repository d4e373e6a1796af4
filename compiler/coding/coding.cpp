// SPDX-License-Identifier: Apache-2.0
#include "compiler/coding/coding.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "compiler/coding/prefix_code.h"

namespace smelt {
namespace {

constexpr std::int32_t word_bits = 16;
/// The longest run that a code may know: symbols have 8 bits with a sign.
constexpr std::int32_t longest_runs[] = {1, 3, 7, 15, 31, 63, 127};

struct Symbol {
  bool run = false;  ///< else a weight
  std::uint8_t value = 0;
};
using Symbols = std::vector<Symbol>;

struct Histograms {
  Histogram values{}, runs{};
};

Histograms histograms_of(const Symbols& symbols) {
  Histograms histograms;
  for (const Symbol& symbol : symbols)
    ++(symbol.run ? histograms.runs : histograms.values)[symbol.value];
  return histograms;
}

Symbols values_of(std::span<const std::int8_t> weights) {
  Symbols symbols;
  for (const std::int8_t weight : weights)
    symbols.push_back({false, static_cast<std::uint8_t>(weight)});
  return symbols;
}

/// The symbol that ends a channel of which so many zeros are left: any that is not shorter.
std::uint8_t last_run(std::int32_t zeros, std::int32_t longest, const PrefixCode* code) {
  auto best = static_cast<std::uint8_t>(zeros);
  if (!code) return best;
  for (std::int32_t run = zeros; run <= longest; ++run) {
    const auto symbol = static_cast<std::uint8_t>(run);
    const std::int32_t length = code->length(symbol);
    if (length > 0 && (code->length(best) == 0 || length < code->length(best))) best = symbol;
  }
  return best;
}

/// `code`: one for the runs, by which channels are ended; null: there is none yet.
Symbols runs_of(std::span<const std::int8_t> weights, std::size_t taps, std::int32_t longest,
                const PrefixCode* code) {
  Symbols symbols;
  for (std::size_t first = 0; first < weights.size(); first += taps) {
    std::int32_t zeros = 0;
    for (const std::int8_t weight : weights.subspan(first, taps)) {
      if (weight == 0 && zeros++ < longest) continue;
      // A longer run is broken by a weight of zero.
      symbols.push_back({true, static_cast<std::uint8_t>(weight == 0 ? longest : zeros)});
      symbols.push_back({false, static_cast<std::uint8_t>(weight)});
      zeros = 0;
    }
    if (zeros > 0) symbols.push_back({true, last_run(zeros, longest, code)});
  }
  return symbols;
}

/// The number of words that a reader takes, which makes sure of 16 bits before every symbol.
std::size_t words_read(const std::vector<std::int32_t>& lengths) {
  std::size_t words = 0;
  std::int32_t bits = 0;
  for (const std::int32_t length : lengths) {
    if (bits < word_bits) {
      ++words;
      bits += word_bits;
    }
    bits -= length;
  }
  return words;
}

CodeTable table_of(const PrefixCode& code, const Histogram& histogram) {
  const std::int32_t bits = code.table_bits(histogram, code.cost(histogram));
  return {code.table(bits), bits};
}

CodedWeights coded(const Symbols& symbols) {
  const Histograms histograms = histograms_of(symbols);
  const auto code_of = [](const Histogram& histogram) -> std::optional<PrefixCode> {
    const bool any = std::any_of(histogram.begin(), histogram.end(),
                                 [](std::int64_t count) { return count > 0; });
    if (!any) return std::nullopt;
    return PrefixCode(histogram);
  };
  // Where all weights are zero, nobody reads the table.
  const std::optional<PrefixCode> values = code_of(histograms.values);
  const std::optional<PrefixCode> runs = code_of(histograms.runs);
  BitWriter writer;
  std::vector<std::int32_t> lengths;
  for (const Symbol& symbol : symbols) {
    const PrefixCode& code = symbol.run ? *runs : *values;
    code.write(symbol.value, writer);
    lengths.push_back(code.length(symbol.value));
  }
  CodedWeights result{
      .stream = writer.words(),
      .entropy_bits = entropy_bits(histograms.values) + entropy_bits(histograms.runs),
      .symbols = static_cast<std::int64_t>(symbols.size())};
  result.stream.resize(std::max(result.stream.size(), words_read(lengths)));
  if (values) result.values = table_of(*values, histograms.values);
  if (runs) result.runs = table_of(*runs, histograms.runs);
  return result;
}

std::size_t words_of(const CodedWeights& weights) {
  return weights.stream.size() + weights.values.entries.size() + weights.runs.entries.size();
}

}  // namespace

std::string_view to_string(Coding coding) {
  switch (coding) {
    case Coding::plain: break;
    case Coding::values: return "values";
    case Coding::runs: return "runs";
  }
  return "plain";
}

CodedWeights encode(std::span<const std::int8_t> weights, std::size_t taps, Coding coding) {
  assert(coding != Coding::plain && taps > 0 && weights.size() % taps == 0);
  if (coding == Coding::values) return coded(values_of(weights));
  std::optional<CodedWeights> best;
  for (const std::int32_t longest : longest_runs) {
    const PrefixCode first(histograms_of(runs_of(weights, taps, longest, nullptr)).runs);
    CodedWeights found = coded(runs_of(weights, taps, longest, &first));
    if (!best || words_of(found) < words_of(*best)) best = std::move(found);
  }
  return *std::move(best);
}

}  // namespace smelt
