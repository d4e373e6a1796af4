// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/machine/thumb.h"

namespace smelt::tools::machine::thumb_code {

/// To an offset from the program counter, under the instruction's condition.
bool is_branch(Instruction& instruction, Bits offset);
/// To the address in a register; `link`: as a call.
bool is_jump(Instruction& instruction, Bits to, bool link);
/// A short one, if a register is zero, or if it is not.
bool is_jump_at_zero(Instruction& instruction);

}  // namespace smelt::tools::machine::thumb_code
