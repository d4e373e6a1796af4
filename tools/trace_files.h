// SPDX-License-Identifier: Apache-2.0
//
// What a run of the emitted code computed, as files.
#pragma once

#include <string>
#include <vector>

#include "codegen/context.h"
#include "tools/host_model.h"

namespace smelt::tools {

/// A .npy file of every input, output and traced buffer of a run, in a folder: "input.npy",
/// "003_conv_2_out.npy" of step 3, each under its name in the emitted code and of its own shape.
std::vector<OutputFile> trace_files(const EmitContext& context, const std::string& folder,
                                    const std::vector<Bytes>& inputs,
                                    const std::vector<TracedBuffer>& trace,
                                    const std::vector<Bytes>& outputs);

}  // namespace smelt::tools
