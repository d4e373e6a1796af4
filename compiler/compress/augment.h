// SPDX-License-Identifier: Apache-2.0
//
// More inputs from few, without labels: a teacher answers any input. Samples are mixed in pairs
// (H. Zhang et al., mixup, 2018), shifted along rows and columns, and given a little noise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "compiler/quantize/calibrate.h"

namespace smelt {

/// Draws that are the same everywhere (SplitMix64).
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}

  std::uint64_t integer();
  /// Less than `count`.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(integer() % count); }
  /// In [0, 1).
  float uniform() { return static_cast<float>(integer() >> 40) * 0x1p-24F; }
  /// Nearly normal, of variance 1.
  float normal();

 private:
  std::uint64_t state_;
};

class Augmentation {
 public:
  /// `samples` outlive it; there is one at least.
  Augmentation(const Graph& graph, const std::vector<const Sample*>& samples);

  /// Sample `i`, changed. Inputs that are no floats stay as they are.
  Sample draw(std::size_t i, Draws& draws) const;

 private:
  /// A dimension along which elements may move.
  struct Axis {
    std::size_t extent = 0, stride = 0;
  };
  struct Input {
    bool real = false;
    std::vector<Axis> axes;        ///< shifts make sense along these
    std::vector<float> deviation;  ///< of each element over the samples
  };

  static void shift(std::vector<float>& values, const Axis& axis, Draws& draws);

  const std::vector<const Sample*> samples_;
  std::vector<Input> inputs_;
};

}  // namespace smelt
