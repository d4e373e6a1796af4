// SPDX-License-Identifier: Apache-2.0
//
// What terminals record is full of other things.
#include "tools/crc_log.h"

#include <catch2/catch.hpp>

using namespace smelt::tools;

namespace {

std::vector<CrcRun> runs_of(std::string_view text, bool input_first = true) {
  return parse_crc_log(text, "kws", input_first).runs;
}

using Runs = std::vector<CrcRun>;
CrcRun steps(std::map<std::int32_t, std::uint32_t> crcs) {
  return {.input = {}, .steps = std::move(crcs)};
}

}  // namespace

TEST_CASE("runs follow one another") {
  CHECK(runs_of("smelt kws input 00000001\nsmelt kws 0 8f2a11c0\nsmelt kws 12 FFFFFFFF\n"
                "smelt kws input 00000002\nsmelt kws 0 8f2a11c1\n") ==
        Runs{{.input = 1, .steps = {{0, 0x8f2a11c0U}, {12, 0xffffffffU}}},
             {.input = 2, .steps = {{0, 0x8f2a11c1U}}}});
  // Without inputs, whatever comes again.
  CHECK(runs_of("smelt kws 1 00000001\nsmelt kws 0 00000002\nsmelt kws 1 00000003\n") ==
        Runs{steps({{1, 1}, {0, 2}}), steps({{1, 3}})});
  // A run that ended early.
  CHECK(runs_of("smelt kws input 00000001\nsmelt kws 0 00000002\nsmelt kws input 00000003\n"
                "smelt kws 1 00000004") ==
        Runs{{.input = 1, .steps = {{0, 2}}}, {.input = 3, .steps = {{1, 4}}}});
}

TEST_CASE("an input that comes in rows may follow the first layers") {
  const std::string_view text =
      "smelt kws 0 00000001\nsmelt kws input 00000002\nsmelt kws 1 00000003\n"
      "smelt kws 0 00000004\nsmelt kws input 00000005\n";
  CHECK(runs_of(text, false) ==
        Runs{{.input = 2, .steps = {{0, 1}, {1, 3}}}, {.input = 5, .steps = {{0, 4}}}});
  CHECK(runs_of(text, true).size() == 3);
}

TEST_CASE("what stands around a line does not matter") {
  const Runs wanted = {steps({{3, 0x8f2a11c0U}})};
  for (const std::string_view text :
       {"smelt kws 3 8f2a11c0", "smelt kws 3 8f2a11c0\r\n", "\r\nsmelt kws 3 8f2a11c0\r",
        "[00:01:02.345] <inf> app: smelt kws 3 8f2a11c0\x1b[0m\n",
        "boot\nsmelt kws 3 8f2a11c0 ok\n", "smelt kwsmelt kws 3 8f2a11c0\n",
        "smelt kws 2 8f2a1smelt kws 3 8f2a11c0\n", "smelt kws 3 8F2A11C0\n",
        "smelt vww 0 8f2a11c0\nsmelt kws 3 8f2a11c0\n", "smelt kws 3 8f2a11c0\nsmelt kws 4 8f2a"}) {
    CAPTURE(text);
    CHECK(runs_of(text) == wanted);
  }
  CHECK(runs_of(std::string_view("\0\xff\0smelt kws 3 8f2a11c0\n", 24)) == wanted);
}

TEST_CASE("what is no line is none") {
  for (const std::string_view text : {"",
                                      "smelt",
                                      "smelt ",
                                      "smelt kws",
                                      "smelt kws ",
                                      "smelt kws 3",
                                      "smelt kws 3 ",
                                      "smelt kws 3 8f2a11c",
                                      "smelt kws 3 8f2a11c00",
                                      "smelt kws 3 8f2a11cg",
                                      "smelt kws 3 -8f2a11c",
                                      "smelt kws 3 0x8f2a11",
                                      "smelt kws -3 8f2a11c0",
                                      "smelt kws +3 8f2a11c0",
                                      "smelt kws 3.0 8f2a11c0",
                                      "smelt kws  3 8f2a11c0",
                                      "smelt kws x 8f2a11c0",
                                      "smelt kws 3\n8f2a11c0",
                                      "smelt\nkws 3 8f2a11c0",
                                      "smelt kws3 8f2a11c0",
                                      "smelt kws_ 3 8f2a11c0",
                                      "Smelt kws 3 8f2a11c0",
                                      "smelt k/s 3 8f2a11c0"}) {
    CAPTURE(text);
    CHECK(runs_of(text).empty());
  }
}

TEST_CASE("a step that no number holds is one that no model has") {
  CHECK(runs_of("smelt kws 99999999999999999999 8f2a11c0") ==
        Runs{steps({{2147483647, 0x8f2a11c0U}})});
}

TEST_CASE("other models are named") {
  const CrcLog log = parse_crc_log(
      "smelt vww 0 8f2a11c0\nsmelt kws 0 8f2a11c0\nsmelt gesture input 8f2a11c0\nsmelt x/y 0 "
      "8f2a11c0\n",
      "kws", true);
  CHECK(log.others == std::set<std::string>{"gesture", "vww"});
  CHECK(log.runs.size() == 1);
}
