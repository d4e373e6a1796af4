// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/graph.h"

#include <cassert>

namespace smelt {
namespace {

template <typename T>
std::vector<std::int64_t> widened(const Tensor& tensor) {
  const std::vector<T> values = elements<T>(tensor);
  return {values.begin(), values.end()};
}

}  // namespace

std::vector<std::int64_t> integers(const Tensor& tensor) {
  switch (tensor.type) {
    case ElementType::s4:
    case ElementType::s8: return widened<std::int8_t>(tensor);
    case ElementType::boolean:
    case ElementType::u8: return widened<std::uint8_t>(tensor);
    case ElementType::s16: return widened<std::int16_t>(tensor);
    case ElementType::s32: return widened<std::int32_t>(tensor);
    case ElementType::s64: return widened<std::int64_t>(tensor);
    case ElementType::f32: break;
  }
  assert(false && "integers() of a float tensor");
  return {};
}

std::string_view to_string(Activation activation) {
  switch (activation) {
    case Activation::relu: return "relu";
    case Activation::relu_n1_to_1: return "relu_n1_to_1";
    case Activation::relu6: return "relu6";
    case Activation::none: break;
  }
  return "none";
}

std::int64_t total_macs(const Graph& graph) {
  std::int64_t sum = 0;
  for (const Node& node : graph.nodes)
    if (node.op->macs) sum += node.op->macs({graph, node});
  return sum;
}

}  // namespace smelt
