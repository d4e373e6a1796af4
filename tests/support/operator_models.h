// SPDX-License-Identifier: Apache-2.0
//
// One tiny model for every operator and number format: what the exporter is tested with, and what
// fuzzing starts from.
#pragma once

#include <string>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::test {

struct NamedModel {
  std::string name;  ///< "conv2d_s8"
  Graph graph;       ///< verified
};

std::vector<NamedModel> operator_models();

}  // namespace smelt::test
