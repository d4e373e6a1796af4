// SPDX-License-Identifier: Apache-2.0
//
// smelt verify --crc: what it reads, and what it says.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "tools/commands.h"
#include "tools/crc_check.h"
#include "tools/model.h"

namespace smelt::tools {

/// The log of a board that runs the program; reports one of another model, or of another build.
std::optional<CrcLog> read_crc_log(const std::string& path, const Program& program,
                                   Diagnostics& diagnostics);

/// Prints what came of the comparison; what could not be compared is reported. The exit code.
int report_crcs(const VerifyOptions& options, const Compiled& compiled,
                const std::vector<GoldenSet>& sets, const CrcLog& log, const CrcOutcome& outcome,
                Diagnostics& diagnostics);

}  // namespace smelt::tools
