// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/samples.h"

#include <fmt/format.h>

#include <cmath>

#include "compiler/quantize/values.h"

namespace smelt {
namespace {

constexpr std::size_t few_samples = 50;

/// What one input holds over all samples.
struct Summary {
  Range range{std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};
  bool whole = true;           ///< no fractions
  std::ptrdiff_t broken = -1;  ///< the first sample with a NaN or an infinity
};

Summary summarize(const std::vector<Sample>& samples, std::size_t input) {
  Summary summary;
  for (std::size_t i = 0; i < samples.size(); ++i)
    for (const float value : floats(samples[i][input])) {
      if (!std::isfinite(value)) {
        summary.broken = static_cast<std::ptrdiff_t>(i);
        return summary;
      }
      summary.range.min = std::min(summary.range.min, value);
      summary.range.max = std::max(summary.range.max, value);
      summary.whole = summary.whole && value == std::floor(value);
    }
  return summary;
}

void check_input(const Tensor& input, const Summary& summary, const Place& place,
                 Diagnostics& diagnostics) {
  const auto& [min, max] = summary.range;
  if (summary.broken >= 0) {
    diagnostics
        .error(place, fmt::format("case {} of input \"{}\" holds a number that is not finite",
                                  summary.broken, input.name))
        .note("leave such cases out");
  } else if (min == max) {
    diagnostics.error(place, fmt::format("input \"{}\" is {} everywhere", input.name, min))
        .note("give data as the device will see it");
  } else if (summary.whole && min >= 0 && max > 100 && max <= 255) {
    diagnostics
        .warning(place, fmt::format("input \"{}\" holds whole numbers from {} to {}", input.name,
                                    min, max))
        .note(
            "these look like bytes that were not normalised as in training; ignore this if the "
            "model was trained on bytes");
  }
}

}  // namespace

void check_samples(const Graph& graph, const std::vector<Sample>& samples,
                   const std::string& source, Diagnostics& diagnostics) {
  const Place place{.file = source};
  if (samples.empty()) {
    diagnostics.error(place, "holds no case").note("about 200 typical inputs are enough");
    return;
  }
  if (samples.size() < few_samples)
    diagnostics.warning(place, fmt::format("holds {} cases", samples.size()))
        .note("scales and weights fit few cases too closely; about 200 typical inputs are enough");
  for (std::size_t i = 0; i < graph.inputs.size(); ++i)
    if (graph[graph.inputs[i]].type == ElementType::f32)
      check_input(graph[graph.inputs[i]], summarize(samples, i), place, diagnostics);
}

std::vector<Sample> some_of(const std::vector<Sample>& samples, std::size_t count) {
  count = std::min(samples.size(), count);
  std::vector<Sample> some;
  for (std::size_t i = 0; i < count; ++i) some.push_back(samples[i * samples.size() / count]);
  return some;
}

}  // namespace smelt
