// SPDX-License-Identifier: Apache-2.0
//
// All checks on many graphs: what the code emitted for them does is built by one call of the host's
// compiler.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/graphs/checks.h"

namespace smelt::test {

/// As HostModel::build has it: takes a quarter of the default's time, for very many graphs.
inline constexpr const char* quickest_build = "clang -O0";

/// What is tested.
struct Setting {
  std::vector<Mode> modes = all_modes();
  bool core_of_seed = true;  ///< core_modes() of each graph as well
  std::string with;          ///< as HostModel::build has it
  const Bug* bug = nullptr;
  bool emitted = true;  ///< whether the emitted code is built and run
};

/// A graph, and the seed of its inputs.
struct Case {
  Graph graph;
  std::uint32_t seed = 0;
};

struct Failure {
  Mode mode;
  Problem problem;
};

/// The first problem of each case, in the order of stages and modes.
std::vector<std::optional<Failure>> failures(const std::vector<Case>& cases,
                                             const Setting& setting);

/// A case in the textual form, as the files of tests/graphs/cases are written.
std::string to_string(const Case& failing, const Failure& failure);

/// The case of such a file. Throws if it cannot be read.
Case read_case(const std::filesystem::path& path);

}  // namespace smelt::test
