// SPDX-License-Identifier: Apache-2.0
//
// How far a student's answers are from its teacher's: squared differences, and, of scores, the
// divergence of the probabilities that they stand for, softened by a temperature T so that those of
// wrong answers count (knowledge distillation: G. Hinton et al., 2015). With p the teacher's and q
// the student's probabilities the loss is T^2 sum of p log(p / q), its gradient T (q - p).
#pragma once

#include <vector>

#include "compiler/compress/correspondence.h"

namespace smelt {

/// The samples' inputs as one batch.
std::vector<Bytes> batch_of(const std::vector<const Sample*>& samples);

/// The loss at the boundaries, summed over the samples of a batch.
double boundary_loss(const std::vector<Match>& matches, const NetworkRun& student,
                     const NetworkRun& teacher);
/// Adds the gradient of the whole loss times `factor`.
void add_gradients(const std::vector<Match>& matches, NetworkRun& student,
                   const NetworkRun& teacher, double factor);

}  // namespace smelt
