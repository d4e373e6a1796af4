// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codegen/context.h"

namespace smelt {

/// Provenance, costs and memory maps, as comment lines.
void write_data_sheet(CppWriter& writer, const EmitContext& context);

}  // namespace smelt
