// SPDX-License-Identifier: Apache-2.0
//
// What compression cost is trained away, without labels: the compressed network learns to answer as
// the original does (knowledge distillation: G. Hinton et al., 2015).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/compress/compressed.h"
#include "compiler/diagnostics.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

struct RecoverOptions {
  std::int32_t epochs = 120;  ///< passes over the samples
  std::function<void(std::size_t done, std::size_t of)> progress;
};

/// The samples that what is recovered is judged by, and the others.
struct HeldOut {
  std::vector<Sample> learnt_from, held_out;  ///< the same, where there are few
};
HeldOut hold_out(const std::vector<Sample>& samples);

/// Trains the weights that compression left against the original's activations. Zeros that are not
/// kept stay, and weights with levels stay levels; these and their scales may become others. The
/// graph is as it was where training makes it no better on samples that are held out, which the
/// steps before must not have seen either: what fits them already seems good.
/// `teacher`: the float graph that `compressed` was made of; its tensors are found by name.
void recover(Compressed& compressed, const Graph& teacher, const HeldOut& samples,
             const RecoverOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
