// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/augment.h"

#include <algorithm>
#include <cmath>

#include "compiler/quantize/values.h"

namespace smelt {
namespace {

// What generalises best, as seen on the examples' test data.
constexpr float unchanged = 0.2F;      ///< share of samples that stay as they are
constexpr float mixed = 0.5F;          ///< share of the others that are mixed
constexpr float largest_share = 0.5F;  ///< of the second sample in a mix
constexpr std::int32_t reach = 1;      ///< of shifts
constexpr float noise = 0.05F;         ///< at most, relative to the element's deviation

/// Shorter dimensions are channels rather than places.
constexpr std::int32_t least_extent = 8;

std::vector<float> deviations(const std::vector<const Sample*>& samples, std::size_t input) {
  const std::size_t count = floats((*samples[0])[input]).size();
  const auto n = static_cast<double>(samples.size());
  std::vector<float> result;
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0, squares = 0;
    for (const Sample* sample : samples) {
      const auto value = static_cast<double>(floats((*sample)[input])[i]);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / n;
    result.push_back(static_cast<float>(std::sqrt(std::max(0.0, squares / n - mean * mean))));
  }
  return result;
}

}  // namespace

std::uint64_t Draws::integer() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

float Draws::normal() {
  float sum = -6;
  for (int i = 0; i < 12; ++i) sum += uniform();
  return sum;
}

Augmentation::Augmentation(const Graph& graph, const std::vector<const Sample*>& samples)
    : samples_(samples) {
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph[graph.inputs[i]];
    Input input{.real = tensor.type == ElementType::f32};
    if (input.real) input.deviation = deviations(samples, i);
    std::size_t stride = 1;
    for (std::size_t axis = tensor.shape.size(); axis-- > 1;) {
      const auto extent = static_cast<std::size_t>(tensor.shape[axis]);
      if (tensor.shape.size() > 2 && tensor.shape[axis] >= least_extent)
        input.axes.push_back({extent, stride});
      stride *= extent;
    }
    inputs_.push_back(std::move(input));
  }
}

Sample Augmentation::draw(std::size_t i, Draws& draws) const {
  Sample sample = *samples_[i];
  if (draws.uniform() < unchanged) return sample;
  const bool mix = draws.uniform() < mixed;
  const Sample& other = *samples_[draws.below(samples_.size())];
  const float share = mix ? largest_share * draws.uniform() : 0;
  for (std::size_t k = 0; k < sample.size(); ++k) {
    if (!inputs_[k].real) continue;
    const auto first = floats(sample[k]);
    std::vector<float> values(first.begin(), first.end());
    for (const Axis& axis : inputs_[k].axes) shift(values, axis, draws);
    const auto second = floats(other[k]);
    const float size = noise * draws.uniform();
    for (std::size_t e = 0; e < values.size(); ++e)
      values[e] +=
          share * (second[e] - values[e]) + size * inputs_[k].deviation[e] * draws.normal();
    sample[k] = to_bytes(values);
  }
  return sample;
}

/// Every element becomes its neighbour, those at the edge the edge.
void Augmentation::shift(std::vector<float>& values, const Axis& axis, Draws& draws) {
  const auto steps = static_cast<std::int32_t>(draws.below(2 * reach + 1)) - reach;
  if (steps == 0) return;
  const std::vector<float> from = values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto place = static_cast<std::int32_t>(i / axis.stride % axis.extent);
    const std::int32_t other =
        std::clamp(place + steps, 0, static_cast<std::int32_t>(axis.extent) - 1);
    values[i] = from[i - static_cast<std::size_t>(place) * axis.stride +
                     static_cast<std::size_t>(other) * axis.stride];
  }
}

}  // namespace smelt
