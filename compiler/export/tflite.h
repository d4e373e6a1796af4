// SPDX-License-Identifier: Apache-2.0
//
// Graph -> .tflite bytes, such that the importer reads the same graph back. The same graph gives
// the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

/// Whether the format has a counterpart of the operator.
bool tflite_has(const OpDef& op);

/// The file of a verified graph, or nothing and every operator that the format cannot hold. Tensors
/// keep their indices; operands that only the format has, such as axes, follow behind them.
std::optional<std::vector<std::uint8_t>> export_tflite(const Graph& graph,
                                                       Diagnostics& diagnostics);

}  // namespace smelt
