// SPDX-License-Identifier: Apache-2.0
//
// The intermediate representation between import and lowering: a list of tensors and a list of
// nodes in execution order. A value: passes take it and return it.
#pragma once

#include <any>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "compiler/graph/op_def.h"
#include "compiler/graph/types.h"

namespace smelt {

enum class TensorId : std::int32_t {};
constexpr TensorId no_tensor{-1};  ///< an optional operand that is absent

/// Which tensor of the model file a tensor carries, so that layers can be compared after any pass.
struct Origin {
  std::int32_t tensor = -1;  ///< index in the file; -1: made by a pass
  /// For each index of the last axis, the index it had in the file's tensor. Empty: all, in order.
  std::vector<std::int32_t> channels;
  /// Channels of the file's tensor that a pass proved constant and removed, with their values.
  struct Removed {
    std::int32_t channel = 0;
    std::int32_t value = 0;
    bool operator==(const Removed&) const = default;
  };
  std::vector<Removed> removed;
  bool operator==(const Origin&) const = default;
};

struct Tensor {
  std::string name;
  ElementType type = ElementType::f32;
  Shape shape;
  Quantization quantization;
  bool constant = false;           ///< `data` holds its bytes, little-endian, row-major
  bool variable = false;           ///< state: kept between runs, set by reset
  std::vector<std::uint8_t> data;  ///< empty unless constant
  Origin origin;
};

struct Node {
  const OpDef* op = nullptr;
  std::any attributes;
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;
  std::string name;              ///< the layer's name: that of its first output
  std::int32_t file_index = -1;  ///< operator index in the model file; -1: made by a pass
  std::string file_kind;         ///< operator name in the model file: "CONV_2D"
};

struct Graph {
  std::string name;  ///< of the model: a C identifier
  std::string file;  ///< base name of the model file, for messages
  std::vector<Tensor> tensors;
  std::vector<Node> nodes;  ///< every input is written before it is read
  std::vector<TensorId> inputs;
  std::vector<TensorId> outputs;

  Tensor& operator[](TensorId id) { return tensors[static_cast<std::size_t>(id)]; }
  const Tensor& operator[](TensorId id) const { return tensors[static_cast<std::size_t>(id)]; }
  TensorId add(Tensor tensor) {
    tensors.push_back(std::move(tensor));
    return static_cast<TensorId>(tensors.size() - 1);
  }
};

/// A node with its tensors at hand: what operator functions are given.
struct NodeView {
  const Graph& graph;
  const Node& node;

  bool has_input(std::size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != no_tensor;
  }
  const Tensor& input(std::size_t i) const { return graph[node.inputs[i]]; }
  const Tensor& output(std::size_t i = 0) const { return graph[node.outputs[i]]; }
  template <typename A>
  const A& attributes() const {
    return std::any_cast<const A&>(node.attributes);
  }
};

/// The elements of a constant. The element type matches T, and data has been checked.
template <typename T>
std::vector<T> elements(const Tensor& tensor) {
  std::vector<T> values(tensor.data.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(T));
  return values;
}

/// The bytes of `values`, for Tensor::data.
template <typename T>
std::vector<std::uint8_t> to_bytes(std::span<const T> values) {
  std::vector<std::uint8_t> bytes(values.size_bytes());
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template <typename T>
std::vector<std::uint8_t> to_bytes(const std::vector<T>& values) {
  return to_bytes(std::span<const T>(values));
}

/// Elements of an integer constant (s4, s8, u8, s16, s32, s64) widened.
std::vector<std::int64_t> integers(const Tensor& tensor);

/// Multiply-accumulates of one run of a verified graph.
std::int64_t total_macs(const Graph& graph);

}  // namespace smelt
