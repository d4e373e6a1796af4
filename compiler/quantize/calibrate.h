// SPDX-License-Identifier: Apache-2.0
//
// Runs a float graph on samples and chooses for every group of tensors the range that its scale
// resolves.
#pragma once

#include <optional>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/quantize/range.h"
#include "compiler/quantize/scheme.h"

namespace smelt {

/// The values of one run: one per input of the model, each all its bytes.
using Sample = std::vector<Bytes>;

struct Calibrated {
  Range range;
  Observer observer = Observer::min_max;
};

/// By tensor of `graph`; those of a group have the same. `observer`: the one for all tensors;
/// none: for each group the one whose range changes least in what reads the tensors.
std::vector<Calibrated> calibrate(const Graph& graph, const std::vector<Sample>& samples,
                                  const Scheme& scheme, std::optional<Observer> observer);

}  // namespace smelt
