// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a model file to a graph: the file's name and content choose the importer.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "tools/commands.h"

namespace smelt::tools {

/// Reports options that are not understood and all that is wrong with the model.
std::optional<Graph> import_model(const ModelOptions& options,
                                  const std::vector<std::uint8_t>& bytes, Diagnostics& diagnostics);

}  // namespace smelt::tools
