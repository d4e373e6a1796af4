// SPDX-License-Identifier: Apache-2.0
//
// How an operator becomes steps: the rows of its kernel table, and the builder that a row's
// `lower` function writes its constants, scratch and call into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/program/invoke.h"
#include "compiler/program/program.h"
#include "compiler/targets/target.h"

namespace smelt {

class StepBuilder;

/// One kernel that can run an operator, under a condition.
struct KernelRow {
  std::string_view name;  ///< for --print and tests: "conv2d_s8"
  bool (*admits)(const NodeView&, const Target&);
  void (*lower)(const NodeView&, StepBuilder&);
  Coding coding = Coding::plain;  ///< of the weights, which lowering is told
};

/// Condition of a row that runs whatever the check lets pass.
inline bool always(const NodeView&, const Target&) {
  return true;
}

/// Collects the steps of one node into a program.
class StepBuilder {
 public:
  /// `tensors[i]` is the buffer of tensor i, where it has one.
  StepBuilder(Program& program, const NodeView& view, std::vector<std::optional<BufferId>>& tensors)
      : program_(program), view_(view), tensors_(tensors) {}

  /// Data of the device, named after the layer. `per_channel`: elements per output channel.
  template <typename T>
  ConstantId constant(std::string_view suffix, const std::vector<T>& values,
                      std::int64_t per_channel = 0) {
    return constant(suffix, type_of<T>(), to_bytes(values), per_channel);
  }
  ConstantId constant(std::string_view suffix, ElementType type, std::vector<std::uint8_t> bytes,
                      std::int64_t per_channel = 0);
  /// Per output channel, or one for all.
  template <typename T>
  ConstantId scaling(std::string_view suffix, const std::vector<T>& values, bool per_channel) {
    const ConstantId id = constant(suffix, values);
    program_[id].single = !per_channel;
    return id;
  }
  /// A lookup table: not counted as weights.
  template <typename T>
  ConstantId table(std::string_view suffix, const std::vector<T>& values) {
    const ConstantId id = constant(suffix, values);
    program_[id].table = true;
    return id;
  }

  /// Makes a constant lie at a multiple of so many bytes.
  void align(ConstantId id, std::int64_t bytes) {
    program_[id].alignment = static_cast<std::int32_t>(bytes);
  }
  /// Operand i of the node: its buffer, or the constant of that tensor.
  Operand input(std::size_t i);
  Operand output(std::size_t i = 0);
  /// An operand that is a state variable, read and written.
  Operand state(std::size_t i);
  /// Memory for this step alone; aligned to so many bytes, or as its type.
  Operand scratch(std::string_view suffix, ElementType type, std::int64_t count,
                  std::int32_t alignment = 1);

  /// Appends a call. Names, MACs and origin are the node's; returns it for what else is to be set.
  Step& step(Kernel kernel, Struct arguments, std::vector<Operand> operands);
  Step& step(Kernel kernel, Struct shape, Struct arguments, std::vector<Operand> operands);
  /// A call of a function that takes pointers only.
  Step& call(Kernel kernel, std::vector<Operand> operands);

 private:
  template <typename T>
  static constexpr ElementType type_of() {
    if constexpr (std::is_same_v<T, float>)
      return ElementType::f32;
    else if constexpr (std::is_same_v<T, std::int8_t>)
      return ElementType::s8;
    else if constexpr (std::is_same_v<T, std::uint8_t>)
      return ElementType::u8;
    else if constexpr (std::is_same_v<T, std::int16_t>)
      return ElementType::s16;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return ElementType::s64;
    else {
      static_assert(std::is_same_v<T, std::int32_t>);
      return ElementType::s32;
    }
  }

  Program& program_;
  const NodeView& view_;
  std::vector<std::optional<BufferId>>& tensors_;
  std::vector<std::pair<TensorId, ConstantId>> constants_;
};

/// Whether a tensor is an image NHWC of one batch and several rows.
bool has_rows(const Shape& shape);

/// The rows of any tensor: the first dimension that counts, if there is more inside.
struct TensorRows {
  std::size_t dimension = 0;
  std::int32_t height = 0;
  std::int64_t elements = 0;  ///< of a row
};
std::optional<TensorRows> rows_of(const Shape& shape);

/// The row form of a step of (input, output) that adds up the rows of its input in `sums`: the
/// kernel of the same name with `_collect`.
RowForm collecting(const Step& step, const TensorRows& rows, Operand sums);

/// An operand that the kernel reads by load().
inline Operand by_load(Operand operand) {
  operand.by_load = true;
  return operand;
}

/// A field of one value: `int_field("stride", 2)`.
Field int_field(std::string_view name, std::int64_t value);
Field float_field(std::string_view name, float value);
Field constant_field(std::string_view name, ConstantId constant);
/// A nested struct's values, each with a word for the reader ("" continues the one before, "x[]"
/// begins an array).
using LabelledValue = std::pair<std::string_view, Value>;
Field labelled_field(std::string_view name, const std::vector<LabelledValue>& values);
/// An array field.
Field ints_field(std::string_view name, const std::vector<std::int32_t>& values);

}  // namespace smelt
