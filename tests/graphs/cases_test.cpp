// SPDX-License-Identifier: Apache-2.0
//
// Graphs that are checked one by one, tests/graphs/cases/*.graph: odd ones that are seldom drawn,
// and those on which something was wrong once, as the tester printed them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <vector>

#include "tests/graphs/tester.h"

using namespace smelt;
using namespace smelt::test;

TEST_CASE("graphs that deserve a look of their own", "[cases]") {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(GRAPHS_DIR "/cases"))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  REQUIRE(!paths.empty());
  std::vector<Case> cases;
  for (const auto& path : paths) cases.push_back(read_case(path));
  const auto found = failures(cases, {.with = quickest_build});
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO(paths[i] << "\n" << (found[i] ? to_string(cases[i], *found[i]) : ""));
    CHECK_FALSE(found[i]);
  }
}
