// SPDX-License-Identifier: Apache-2.0
//
// Which tensors of a student are which of its teacher's. Students may have fewer channels.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/compress/network.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

/// A tensor that is to be the teacher's.
struct Match {
  TensorId student = no_tensor, teacher = no_tensor;
  std::vector<std::int32_t> channels;  ///< of the teacher's, by channel of the student's
  std::int32_t teacher_channels = 1;
  bool boundary = false;  ///< an output, or what a node without a derivative reads
  bool scores = false;    ///< an output of which the largest element is the answer
  double weight = 0;      ///< of the mean squared difference

  /// The teacher's element that element `i` of the student's should be.
  std::size_t element(std::size_t i) const {
    const std::size_t count = channels.size();
    return i / count * static_cast<std::size_t>(teacher_channels) +
           static_cast<std::size_t>(channels[i % count]);
  }
};

/// Tensors whose gradient `student` wants and that `teacher` has by the same name. Boundaries that
/// are probabilities stand for what these were made of.
std::vector<Match> find_matches(const Network& student, const Network& teacher);

/// Sets weights such that squared differences are relative to how much the teacher's tensor varies.
/// Matches of no finite power are removed.
void weigh(std::vector<Match>& matches, const Network& teacher,
           const std::vector<const Sample*>& samples);

}  // namespace smelt
