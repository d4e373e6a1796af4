// SPDX-License-Identifier: Apache-2.0
//
// The tester tested: it finds every bug of bugs.h, and shrinks what it finds. What that gave is
// kept in tests/graphs/bugs/NAME.graph; SMELT_REBASE=1 writes these files again. SMELT_BUG=NAME
// looks for that bug alone.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/graphs/networks.h"
#include "tests/graphs/shrink.h"
#include "tests/graphs/tester.h"

using namespace smelt;
using namespace smelt::test;

namespace {

constexpr std::uint32_t most_graphs = 2000;
constexpr std::size_t most_nodes = 4;
constexpr std::uint32_t batch_size = 32;

std::filesystem::path file_of(const Bug& bug) {
  return std::filesystem::path(GRAPHS_DIR) / "bugs" / fmt::format("{}.graph", bug.name);
}

/// Bugs of pipelines must show where there are most of them.
Setting setting_for(const Bug& bug) {
  Setting setting{.with = quickest_build, .bug = &bug};
  if (bug.draw == random_network) setting.modes = {{Optimize::ram, false}};
  return setting;
}

bool is_wanted(const Bug& bug) {
  const char* name = std::getenv("SMELT_BUG");
  return !name || bug.name == name;
}

/// The first of many random graphs that shows the bug.
std::optional<std::pair<Case, Failure>> find_failure(const Setting& setting) {
  for (std::uint32_t first = 0; first < most_graphs; first += batch_size) {
    std::vector<Case> cases;
    for (std::uint32_t seed = first; seed < std::min(first + batch_size, most_graphs); ++seed)
      cases.push_back({setting.bug->draw(seed), seed});
    const auto found = failures(cases, setting);
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (found[i]) return std::pair(cases[i], *found[i]);
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("kernels say what their bugs misprint", "[bugs]") {
  for (const Bug& bug : all_bugs()) {
    if (bug.kernel.header.empty()) continue;
    CAPTURE(bug.name);
    std::ifstream in(std::filesystem::path(RUNTIME_DIR) / bug.kernel.header);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    CHECK(text.find(bug.kernel.right) != std::string::npos);
  }
}

TEST_CASE("a small graph shows each bug, and works without it", "[bugs]") {
  for (const Bug& bug : all_bugs()) {
    CAPTURE(bug.name);
    const Case known = read_case(file_of(bug));
    CHECK(known.graph.nodes.size() <= most_nodes);
    CHECK(failures({known}, setting_for(bug)).front());
    CHECK_FALSE(failures({known}, {.with = quickest_build}).front());
  }
}

TEST_CASE("random graphs find each bug", "[.][long-bugs]") {
  for (const Bug& bug : all_bugs()) {
    if (!is_wanted(bug)) continue;
    const Setting setting = setting_for(bug);
    const auto found = find_failure(setting);
    CAPTURE(bug.name, bug.sentence);
    CHECK(found);
    if (!found) continue;
    const Shrunk shrunk = shrink(found->first, found->second, setting);
    const std::string text = to_string(shrunk.smallest, shrunk.failure);
    fmt::print("{}: found by graph {}, {} nodes shrunk to {}\n", bug.name, found->first.seed,
               found->first.graph.nodes.size(), shrunk.smallest.graph.nodes.size());
    INFO(text);
    CHECK(shrunk.smallest.graph.nodes.size() <= most_nodes);
    if (std::getenv("SMELT_REBASE")) std::ofstream(file_of(bug)) << text;
  }
}
