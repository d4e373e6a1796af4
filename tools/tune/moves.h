// SPDX-License-Identifier: Apache-2.0
//
// What can be changed about a way of compiling to save flash, and what each costs.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/tune/tuner.h"

namespace smelt::tools {

/// Codes the weights of one layer, or lets layers of one shape share their kernel.
struct Move {
  std::set<std::string> layers;
  Coding coding = Coding::plain;  ///< plain: it is about kernels
  std::int64_t bytes = 0;         ///< of flash that it saves, estimated
  double cycles = 0;              ///< that it costs
};

/// What it takes to code the weights of each layer, given what both ways take.
std::vector<Move> codings_between(const Trial& plain, const Trial& coded,
                                  const std::map<std::string, Coding>& codings);

/// Likewise to let the layers of each shape share kernels with others.
std::vector<Move> sharing_between(const Trial& made_for_shapes, const Trial& shared);

/// Those that cost least for a byte first; none that saves nothing.
void sort_by_cost(std::vector<Move>& moves);

/// Makes a move.
void apply(const Move& move, LayerChoices& choices);

}  // namespace smelt::tools
