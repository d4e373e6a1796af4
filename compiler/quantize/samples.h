// SPDX-License-Identifier: Apache-2.0
//
// Calibration data: is it what a model would see?
#pragma once

#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/quantize/calibrate.h"

namespace smelt {

/// Reports samples that no scale can be chosen by (none, not a number, constant), and warns of few
/// and of those that look like something else (bytes that nobody normalised). `source` names the
/// data in messages.
void check_samples(const Graph& graph, const std::vector<Sample>& samples,
                   const std::string& source, Diagnostics& diagnostics);

/// At most so many, evenly spread.
std::vector<Sample> some_of(const std::vector<Sample>& samples, std::size_t count);

}  // namespace smelt
