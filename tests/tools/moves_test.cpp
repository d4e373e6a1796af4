// SPDX-License-Identifier: Apache-2.0
#include "tools/tune/moves.h"

#include <catch2/catch.hpp>

using namespace smelt;
using namespace smelt::tools;

TEST_CASE("moves that cost least for a byte come first, and those that save nothing are left out") {
  std::vector<Move> moves = {{.layers = {"dear"}, .bytes = 100, .cycles = 1000},
                             {.layers = {"none"}, .bytes = 0, .cycles = 1},
                             {.layers = {"cheap"}, .bytes = 10, .cycles = 20},
                             {.layers = {"faster"}, .bytes = 5, .cycles = -1},
                             {.layers = {"larger"}, .bytes = -7, .cycles = -100}};
  sort_by_cost(moves);
  REQUIRE(moves.size() == 3);
  CHECK(moves[0].layers == std::set<std::string>{"faster"});
  CHECK(moves[1].layers == std::set<std::string>{"cheap"});
  CHECK(moves[2].layers == std::set<std::string>{"dear"});
}

TEST_CASE("a move codes the weights of its layer, or lets its layers share kernels") {
  LayerChoices choices;
  apply({.layers = {"conv"}, .coding = Coding::runs}, choices);
  apply({.layers = {"conv", "dense"}}, choices);
  CHECK(choices.codings == std::map<std::string, Coding>{{"conv", Coding::runs}});
  CHECK(choices.shared == std::set<std::string>{"conv", "dense"});
}
