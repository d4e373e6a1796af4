// SPDX-License-Identifier: Apache-2.0
//
// The feature front end of models that listen: from samples to rows of log-mel features, as a
// program like a model's. A run takes one stride of samples and gives one row; the samples that
// windows share are its state. The arithmetic is that of smelt/log_mel.h.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/diagnostics.h"
#include "compiler/program/program.h"

namespace smelt {

struct LogMelOptions {
  std::string name = "log_mel";
  std::int32_t rate = 16000;  ///< samples a second
  std::int32_t window = 480;  ///< samples
  std::int32_t stride = 320;  ///< samples
  std::int32_t bands = 40;
  std::int32_t low = 80;     ///< Hz, where the first band begins
  std::int32_t high = 7600;  ///< Hz, where the last band ends
};

/// Whether there is such a front end; reports why not.
bool check(const LogMelOptions& options, Diagnostics& diagnostics);

/// The front end, not planned yet. `options` have been checked.
Program log_mel(const LogMelOptions& options);

}  // namespace smelt
