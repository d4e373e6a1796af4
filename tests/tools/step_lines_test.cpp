// SPDX-License-Identifier: Apache-2.0
#include "tools/price/step_lines.h"

#include <catch2/catch.hpp>

using namespace smelt::tools;
using machine::SourcePlace;

namespace {

const StepLines& lines() {
  static const StepLines lines("kws.cpp",
                               "constexpr int table = 3;\n"         // 1
                               "void stage_conv(void *arena) {\n"   // 2
                               "  // 4  conv, 9,216 MACs\n"         // 3
                               "  smelt::conv<shape>(conv);\n"      // 4
                               "}\n"                                // 5
                               "int other() {\n"                    // 6
                               "}\n"                                // 7
                               "void run(void *arena) {\n"          // 8
                               "  // 0-4  input to conv, by row\n"  // 9
                               "  pipeline_0(arena);\n"             // 10
                               "  // 5  dense, 96 MACs\n"           // 11
                               "  smelt::dense(dense);\n"           // 12
                               "}\n");                              // 13
  return lines;
}

}  // namespace

TEST_CASE("a line is of the step that the comment above it names") {
  CHECK(lines().step_of({{"stage_conv", "kws.cpp", 4}}) == 4);
  CHECK(lines().step_of({{"run", "kws.cpp", 12}}) == 5);
}

TEST_CASE("what pipelines and run do themselves is between steps") {
  CHECK(lines().step_of({{"run", "kws.cpp", 8}}) == StepLines::between);
  CHECK(lines().step_of({{"run", "kws.cpp", 10}}) == StepLines::between);
}

TEST_CASE("an inlined function is of the step that it is inlined in") {
  // conv, inlined in stage_conv, inlined in run
  CHECK(lines().step_of({{"_ZN5smelt4convE", "conv.h", 30},
                         {"stage_conv", "kws.cpp", 4},
                         {"run", "kws.cpp", 10}}) == 4);
}

TEST_CASE("what is no layer's own is of none") {
  CHECK_FALSE(lines().step_of({}));
  CHECK_FALSE(lines().step_of({{"other", "kws.cpp", 6}}));
  CHECK_FALSE(lines().step_of({{"table", "kws.cpp", 1}}));
  CHECK_FALSE(lines().step_of({{"run", "kws.cpp", 1000}}));
  CHECK_FALSE(lines().step_of({{"run", "other.cpp", 12}}));
  // A function that layers share: some compilers say that it is of the file that includes it.
  CHECK_FALSE(lines().step_of({{"_ZN5smelt7softmaxE", "kws.cpp", 12}}));
}
