// SPDX-License-Identifier: Apache-2.0
//
// Log-mel features written from the formulas in smelt/fft.h and smelt/log_mel.h, one window at a
// time: once in their integers, by recursion and with tables of its own, and once in real numbers,
// from the definitions of the transform and the mel scale alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace smelt::oracle {

struct LogMelShape {
  std::int32_t rate, size, bands, low, high;  ///< size: of the transform
};

/// The features of a window of samples.
std::vector<std::int16_t> log_mel(const LogMelShape& shape, std::span<const std::int16_t> window);

/// The energies in real arithmetic, of which features are 512 log2(1 + energy).
std::vector<double> mel_energies(const LogMelShape& shape, std::span<const std::int16_t> window);

}  // namespace smelt::oracle
