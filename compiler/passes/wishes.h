// SPDX-License-Identifier: Apache-2.0
//
// What quantize_linear nodes want of the tensors before them.
#pragma once

#include <optional>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt {

/// The activation that an operator is; none if it is something else.
Activation clamp_of(const OpDef& op);

/// Equal scales and zero points, whatever the axis.
bool same_numbers(const Quantization& a, const Quantization& b);

/// The scale and zero point of quantize_linear or dequantize_linear, if they are one of each and
/// the integers are bytes, as those of s8.
std::optional<Quantization> signed_quantization(const Graph& graph, const Node& node);

/// What each tensor is quantized to by all that read it, if only after operators that commute.
class Wishes {
 public:
  explicit Wishes(const Graph& graph);

  std::optional<Quantization> operator[](TensorId id) const {
    const Wish& wish = wishes_[static_cast<std::size_t>(id)];
    return wish.contested ? std::nullopt : wish.quantization;
  }
  std::int32_t readers(TensorId id) const { return readers_[static_cast<std::size_t>(id)]; }

 private:
  struct Wish {
    std::optional<Quantization> quantization;
    bool contested = false;
  };

  void add(TensorId id, const std::optional<Quantization>& wanted);

  std::vector<Wish> wishes_;
  std::vector<std::int32_t> readers_;
};

}  // namespace smelt
