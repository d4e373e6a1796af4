// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/learnt_constant.h"

#include <algorithm>
#include <cmath>

namespace smelt {
namespace {

constexpr float largest_level = 127;
/// Levels of few steps are a grid: rounding would undo what is learnt of them.
constexpr float finest_grid = 31;
/// How far scales may move: a channel's sign is not to change.
constexpr float least_growth = 0.1F;

float as_level(float real) {
  return std::clamp(std::round(real), -largest_level, largest_level);
}

}  // namespace

float typical_size(std::span<const float> values) {
  double sum = 0, count = 0;
  for (const float value : values) {
    sum += static_cast<double>(value) * static_cast<double>(value);
    count += value != 0;
  }
  return count > 0 ? static_cast<float>(std::sqrt(sum / count)) : 0;
}

LearntConstant::LearntConstant(std::vector<float> values, float unit)
    : values_(std::move(values)), latent_(values_), unit_(unit), of_values_(values_.size()) {}

LearntConstant::LearntConstant(std::vector<float> values, const CompressedWeights& held,
                               std::vector<std::uint32_t> channels)
    : values_(std::move(values)),
      latent_(values_),
      kept_(held.kept),
      channels_(std::move(channels)),
      of_values_(values_.size()) {
  if (!held.scales.empty()) begin_levels(held);
  unit_ = typical_size(latent_);
}

void LearntConstant::begin_levels(const CompressedWeights& held) {
  first_scales_ = scales_ = held.scales;
  growth_.assign(scales_.size(), 1);
  of_growth_ = Adam(scales_.size());
  std::vector<float> all;
  for (const std::vector<std::int8_t>& list : held.levels) {
    levels_.emplace_back(list.begin(), list.end());
    of_levels_.emplace_back(list.size());
    all.insert(all.end(), list.begin(), list.end());
  }
  level_unit_ = typical_size(all);
  levels_move_ = std::any_of(all.begin(), all.end(),
                             [](float level) { return std::abs(level) > finest_grid; });
  for (std::size_t i = 0; i < latent_.size(); ++i) {
    const float scale = scales_[channels_[i]];
    latent_[i] = scale != 0 ? values_[i] / scale : 0;
  }
  nearest_.resize(latent_.size());
  update();
}

void LearntConstant::step(std::span<const float> gradient, const LearningRates& rates) {
  if (has_levels()) return step_levels(gradient, rates);
  of_values_.step(latent_, gradient, rates.values * unit_);
  update();
}

void LearntConstant::step_levels(std::span<const float> gradient, const LearningRates& rates) {
  std::vector<float> of_latent(latent_.size()), of_growth(scales_.size());
  std::vector<std::vector<float>> of_levels;
  for (const std::vector<float>& list : levels_) of_levels.emplace_back(list.size());
  for (std::size_t i = 0; i < latent_.size(); ++i) {
    if (!kept_.empty() && !kept_[i]) continue;
    const std::size_t channel = channels_[i], list = list_of(channel);
    const float level = as_level(levels_[list][nearest_[i]]);
    of_latent[i] = gradient[i] * scales_[channel];
    of_growth[channel] += gradient[i] * first_scales_[channel] * level;
    if (level != 0) of_levels[list][nearest_[i]] += gradient[i] * scales_[channel];
  }
  of_values_.step(latent_, of_latent, rates.values * unit_);
  of_growth_.step(growth_, of_growth, rates.scales);
  for (std::size_t list = 0; levels_move_ && list < levels_.size(); ++list)
    of_levels_[list].step(levels_[list], of_levels[list], rates.levels * level_unit_);
  update_scales();
  update();
}

void LearntConstant::update_scales() {
  for (std::size_t c = 0; c < scales_.size(); ++c) {
    growth_[c] = std::max(growth_[c], least_growth);
    scales_[c] = first_scales_[c] * growth_[c];
  }
}

void LearntConstant::update() {
  std::vector<std::vector<float>> rounded = levels_;
  for (std::vector<float>& list : rounded)
    for (float& level : list) level = as_level(level);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (!kept_.empty() && !kept_[i]) {
      values_[i] = latent_[i] = 0;
    } else if (has_levels()) {
      const std::vector<float>& list = rounded[list_of(channels_[i])];
      const auto nearest = std::min_element(list.begin(), list.end(), [&](float a, float b) {
        return std::abs(a - latent_[i]) < std::abs(b - latent_[i]);
      });
      nearest_[i] = static_cast<std::uint8_t>(nearest - list.begin());
      values_[i] = scales_[channels_[i]] * *nearest;
    } else {
      values_[i] = latent_[i];
    }
  }
}

void LearntConstant::approach(const LearntConstant& other, float share) {
  const auto blend = [&](std::vector<float>& values, const std::vector<float>& others) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += share * (others[i] - values[i]);
  };
  blend(latent_, other.latent_);
  blend(growth_, other.growth_);
  for (std::size_t list = 0; list < levels_.size(); ++list)
    blend(levels_[list], other.levels_[list]);
  update_scales();
  update();
}

void LearntConstant::tell(CompressedWeights& held) const {
  if (!has_levels()) return;
  held.scales = scales_;
  for (std::size_t list = 0; list < levels_.size(); ++list) {
    std::vector<std::int8_t>& levels = held.levels[list];
    levels.clear();
    for (const float level : levels_[list])
      levels.push_back(static_cast<std::int8_t>(as_level(level)));
    std::sort(levels.begin(), levels.end());
    levels.erase(std::unique(levels.begin(), levels.end()), levels.end());
  }
}

}  // namespace smelt
