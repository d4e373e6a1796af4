// SPDX-License-Identifier: Apache-2.0
//
// Which step of a program each line of its emitted code is part of, as its comments say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/machine/lines.h"

namespace smelt::tools {

class StepLines {
 public:
  /// What run and pipelines do themselves, between steps.
  static constexpr std::int32_t between = -1;

  /// The file's base name and its text.
  StepLines(std::string file, const std::string& text);

  /// The step of an instruction, or `between`, by what it comes from, the innermost first. Nothing
  /// of what is no layer's own: then it is part of what called it.
  std::optional<std::int32_t> step_of(const std::vector<machine::SourcePlace>& places) const;

 private:
  std::optional<std::int32_t> step_at(const machine::SourcePlace& place) const;

  std::string file_;
  std::vector<std::optional<std::int32_t>> steps_;  // by line
};

}  // namespace smelt::tools
