// SPDX-License-Identifier: Apache-2.0
//
// Samples of sound from files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "compiler/diagnostics.h"

namespace smelt::tools {

/// The bytes of 16-bit samples, little-endian, of a .wav file of one channel at that rate, or of a
/// .npy file of int16; reports what cannot be used.
std::optional<std::vector<std::uint8_t>> read_sound(const std::filesystem::path& path,
                                                    std::int32_t rate, Diagnostics& diagnostics);

}  // namespace smelt::tools
