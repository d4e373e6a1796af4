// SPDX-License-Identifier: Apache-2.0
//
// Mistakes such as could be made in smelt: five each in kernels, planner and passes, and seven in
// pipelines of rows. They were written down before the generator of random graphs was tuned: a
// tester that does not find them all would not find the next real ones either.
#pragma once

#include <string_view>
#include <vector>

#include "codegen/emit.h"
#include "compiler/graph/graph.h"
#include "compiler/plan/plan.h"
#include "compiler/program/program.h"
#include "tests/graphs/generator.h"

namespace smelt::test {

/// Text of a header of runtime-min, and what stands there instead. Empty: nothing is replaced.
struct Misprint {
  std::string_view header;  ///< "smelt/rows.h"
  std::string_view right, wrong;
};

/// One mistake; it sits in one of the three places.
struct Bug {
  std::string_view name;
  std::string_view sentence;  ///< what is wrong
  Misprint kernel = {};
  Program (*planner)(const Program&, const PlanOptions&) = nullptr;  ///< takes the place of plan()
  Graph (*pass)(Graph) = nullptr;                                    ///< runs before all others
  Graph (*draw)(std::uint32_t seed) = random_graph;                  ///< graphs that show it
};

const std::vector<Bug>& all_bugs();
/// Those that only pipelines can have.
std::vector<Bug> bugs_of_pipelines();

/// The emitted files with the misprint. Throws if the header is there, but not its right text.
std::vector<OutputFile> misprinted(std::vector<OutputFile> files, const Misprint& misprint);

}  // namespace smelt::test
