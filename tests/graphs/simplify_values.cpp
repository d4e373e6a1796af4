// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "tests/graphs/rebuild.h"
#include "tests/graphs/simplify.h"

namespace smelt::test {
namespace {

/// The graph with one attribute of a node edited.
template <typename Edit>
void add_edited(std::vector<Graph>& result, const Graph& graph, std::size_t node, std::size_t field,
                const Edit& edit) {
  Graph edited = graph;
  Node& at = edited.nodes[node];
  std::any plain = at.op->attributes.make();
  const auto fields = at.op->attributes.fields(at.attributes);
  const auto plain_fields = at.op->attributes.fields(plain);
  std::visit(
      [&](auto* value) {
        using Value = std::remove_pointer_t<decltype(value)>;
        const Value before = *value;
        edit(*value, *std::get<Value*>(plain_fields[field].value));
        if (!(*value == before)) add_rebuilt(result, std::move(edited), graph);
      },
      fields[field].value);
}

/// One step towards the default, number by number.
struct OneNumber {
  std::size_t index;
  std::int32_t wanted;

  template <typename T>
  void operator()(T& value, const T& plain) const {
    if constexpr (std::is_same_v<T, std::vector<std::int32_t>>) {
      if (index < value.size()) value[index] = wanted;
    } else if constexpr (std::is_same_v<T, Extent2>) {
      (index == 0 ? value.height : value.width) = 1;
    } else if constexpr (std::is_same_v<T, Pads>) {
      const std::array<std::int32_t*, 4> sides{&value.top, &value.left, &value.bottom,
                                               &value.right};
      if (index < sides.size()) *sides[index] = 0;
    } else {
      value = plain;
    }
  }
};

bool is_constant_with_data(const Tensor& tensor) {
  return tensor.constant && !tensor.data.empty();
}

/// All elements are `value`, which is a number of the type.
void fill(Tensor& tensor, std::int32_t value) {
  const auto width = static_cast<std::size_t>(byte_size(tensor.type));
  const float real = static_cast<float>(value);
  std::uint64_t bits = static_cast<std::uint64_t>(value);
  if (tensor.type == ElementType::f32) {
    bits = 0;
    std::memcpy(&bits, &real, sizeof(real));
  }
  for (std::size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] = static_cast<std::uint8_t>(bits >> (8 * (i % width)));
}

}  // namespace

std::vector<Graph> with_simpler_attributes(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = graph.nodes[i];
    const std::size_t fields = node.op->attributes.fields(node.attributes).size();
    for (std::size_t field = 0; field < fields; ++field) {
      add_edited(result, graph, i, field, [](auto& value, const auto& plain) { value = plain; });
      for (std::size_t index = 0; index < 4; ++index)
        for (const std::int32_t wanted : {0, 1})
          add_edited(result, graph, i, field, OneNumber{index, wanted});
    }
  }
  return result;
}

std::vector<Graph> with_smaller_tensors(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const auto id = static_cast<TensorId>(i);
    const Tensor& tensor = graph[id];
    const bool input =
        std::find(graph.inputs.begin(), graph.inputs.end(), id) != graph.inputs.end();
    if (!input && !tensor.constant && !tensor.variable) continue;
    for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) {
      const std::int32_t extent = tensor.shape[axis];
      for (const std::int32_t smaller : {1, extent / 2, extent - 1}) {
        if (smaller < 1 || smaller >= extent) continue;
        Graph edited = graph;
        cut(edited[id], axis, smaller);
        add_rebuilt(result, std::move(edited), graph);
      }
    }
  }
  return result;
}

std::vector<Graph> with_plain_constants(const Graph& graph) {
  std::vector<Graph> result;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    if (!is_constant_with_data(graph.tensors[i])) continue;
    const std::vector<std::uint8_t>& data = graph.tensors[i].data;
    Graph zeros = graph, ones = graph;
    fill(zeros.tensors[i], 0);
    fill(ones.tensors[i], 1);
    if (zeros.tensors[i].data == data) continue;
    if (ones.tensors[i].data != data) add_rebuilt(result, std::move(ones), graph);
    add_rebuilt(result, std::move(zeros), graph);
  }
  return result;
}

/// Tensors that share a quantization may have to: they change together.
std::vector<Graph> with_plain_quantization(const Graph& graph) {
  std::vector<Graph> result;
  for (const Tensor& tensor : graph.tensors) {
    const Quantization& old = tensor.quantization;
    if (!old.present()) continue;
    for (const Quantization& plain :
         {Quantization{{1}, {0}, 0}, Quantization{{old.scale()}, {old.zero_point()}, 0},
          Quantization{{1}, {old.zero_point()}, 0}, Quantization{{old.scale()}, {0}, 0}}) {
      if (plain == old) continue;
      Graph edited = graph;
      for (Tensor& each : edited.tensors)
        if (each.quantization == old) each.quantization = plain;
      add_rebuilt(result, std::move(edited), graph);
    }
  }
  return result;
}

}  // namespace smelt::test
