// SPDX-License-Identifier: Apache-2.0
//
// A constant that is learnt, with what its elements are held to: zeros that stay, and levels.
//
// Of a layer with levels, every weight has a real number behind it, which is moved by the weight's
// gradient as if it were the weight (straight-through estimation: Y. Bengio et al., 2013); the
// weight is the nearest level times the channel's scale. Scales and levels are learnt as well.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/compress/adam.h"
#include "compiler/compress/compressed.h"

namespace smelt {

/// Steps sizes, each relative to the size of what is moved.
struct LearningRates {
  float values = 0, scales = 0, levels = 0;
};

class LearntConstant {
 public:
  /// `unit`: how large a change is that makes a difference.
  LearntConstant(std::vector<float> values, float unit);
  /// `channels`: by element, the output channel.
  LearntConstant(std::vector<float> values, const CompressedWeights& held,
                 std::vector<std::uint32_t> channels);

  const std::vector<float>& values() const { return values_; }
  void step(std::span<const float> gradient, const LearningRates& rates);
  /// Moves all that is learnt by `share` towards another state of the same constant.
  void approach(const LearntConstant& other, float share);
  /// Writes scales and levels as they are now.
  void tell(CompressedWeights& held) const;

 private:
  bool has_levels() const { return !scales_.empty(); }
  std::size_t list_of(std::size_t channel) const { return levels_.size() == 1 ? 0 : channel; }
  void begin_levels(const CompressedWeights& held);
  void step_levels(std::span<const float> gradient, const LearningRates& rates);
  void update_scales();
  void update();

  std::vector<float> values_;
  std::vector<float> latent_;  ///< of a layer with levels, in units of its scales
  std::vector<std::uint8_t> kept_;
  std::vector<std::uint32_t> channels_;
  std::vector<float> first_scales_, scales_, growth_;  ///< by channel; scale = first * growth
  std::vector<std::vector<float>> levels_;             ///< real numbers, rounded when used
  std::vector<std::uint8_t> nearest_;                  ///< by element, the index of its level
  bool levels_move_ = false;
  float unit_ = 1;
  float level_unit_ = 1;
  Adam of_values_, of_growth_;
  std::vector<Adam> of_levels_;
};

/// Root of the mean square of what is not zero; 0 if nothing is.
float typical_size(std::span<const float> values);

}  // namespace smelt
