// SPDX-License-Identifier: Apache-2.0
//
// RISC-V's instructions of 16 bits are short for some of 32 bits.
#pragma once

#include <cstdint>

namespace smelt::tools::machine {

/// The instruction of 32 bits that does the same; 0, which is none, if there is none.
std::uint32_t decompressed(std::uint16_t instruction);

}  // namespace smelt::tools::machine
