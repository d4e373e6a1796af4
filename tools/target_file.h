// SPDX-License-Identifier: Apache-2.0
//
// Devices that smelt does not know, described in JSON in the terms of compiler/targets/target.h:
//
//   { "name": "my-board", "based_on": "cortex-m4", "flash_bytes": "512K", "ram_bytes": 131072 }
//
// Keys: name, description, based_on [generic], features (a list of dsp, helium, fpu, armv6m, avr),
// pointer_bytes, max_alignment, unaligned_words, flash_bytes, ram_bytes, separate_flash,
// constant_reach, max_array_bytes, compiler, flags, emulator. What is missing is as in the target
// that it is based on.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "compiler/diagnostics.h"
#include "compiler/targets/target.h"

namespace smelt::tools {

/// The target of a name, or the one that a file ending in .json describes; reports all that is
/// wrong with it.
std::optional<Target> target_of(const std::string& name_or_path, Diagnostics& diagnostics);

/// A target in the same terms.
nlohmann::json target_json(const Target& target);

}  // namespace smelt::tools
