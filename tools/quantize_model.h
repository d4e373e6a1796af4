// SPDX-License-Identifier: Apache-2.0
//
// From a float model and the command line's options to an integer model.
#pragma once

#include <optional>

#include "compiler/quantize/quantize.h"
#include "tools/commands.h"

namespace smelt::tools {

/// `graph` is as the file has it. Reports models, data and options that do not go together.
std::optional<Quantized> quantize_model(const Graph& graph, const QuantizationOptions& options,
                                        Diagnostics& diagnostics);

}  // namespace smelt::tools
