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
    // An operand that is absent at the end need not be there.
    while (!node.inputs.empty() && node.inputs.back() == no_tensor) node.inputs.pop_back();
  }
  return print(graph);
}

}  // namespace smelt::test
