// SPDX-License-Identifier: Apache-2.0
#include "tests/support/essence.h"

#include "compiler/graph/text.h"

namespace smelt::test {

std::string essence(Graph graph, std::size_t tensors) {
  graph.name = graph.file = "";
  graph.tensors.resize(tensors);
  for (Tensor& tensor : graph.tensors) tensor.origin = {};
  for (Node& node : graph.nodes) {
    node.file_index = -1;
    node.file_kind = "";
  }
  return print(graph);
}

}  // namespace smelt::test
