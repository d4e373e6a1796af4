// SPDX-License-Identifier: Apache-2.0
//
// Operators that repeat or rearrange whole blocks, made of reshape, transpose and slice.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/trilu.h"

namespace smelt::onnx_import {
namespace {

constexpr std::int64_t max_extent = INT32_MAX;

std::optional<Shape> positive_shape(Operator& op, const std::vector<std::int64_t>& values) {
  Shape shape;
  for (const std::int64_t value : values) {
    if (value < 1 || value > max_extent) {
      op.error(fmt::format("has the numbers [{}]", fmt::join(values, ", ")),
               "they must be positive");
      return std::nullopt;
    }
    shape.push_back(static_cast<std::int32_t>(value));
  }
  return shape;
}

/// Every dimension `repeats` times, one after the other.
TensorId repeat(Operator& op, TensorId id, const std::vector<std::int32_t>& repeats) {
  const Shape from = op.shape(id);
  Shape apart, result;  // with a dimension of 1 before each that is repeated
  ops::SliceAttributes attributes;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (std::int64_t{from[i]} * repeats[i] > max_extent) {
      op.error(fmt::format("makes a dimension of {} times {} elements", repeats[i], from[i]),
               "use smaller images or batches");
      return no_tensor;
    }
    result.push_back(from[i] * repeats[i]);
    if (repeats[i] > 1) apart.push_back(1), attributes.size.push_back(repeats[i]);
    const bool joins = repeats[i] == 1 && i > 0 && repeats[i - 1] == 1;
    if (joins)
      apart.back() *= from[i], attributes.size.back() *= from[i];
    else
      apart.push_back(from[i]), attributes.size.push_back(from[i]);
  }
  for (std::size_t i = 0; i < apart.size(); ++i) {
    attributes.begin.push_back(0);
    attributes.stride.push_back(attributes.size[i] == apart[i] ? 1 : 0);
  }
  return op.reshape(slice_of(op, op.reshape(id, apart), attributes), result);
}

}  // namespace

void expand(Operator& op) {
  if (!op.takes(2, 2)) return;
  const auto values = op.constant(1, "shape");
  const auto stated = values ? positive_shape(op, *values) : std::nullopt;
  if (!stated) return;
  Shape from = op.input(0).shape;
  const auto shape = broadcast_shape(from, *stated);
  if (!shape)
    return op.error(fmt::format("expands {} to {}", to_string(from), to_string(*stated)),
                    damaged_file);
  from.insert(from.begin(), shape->size() - from.size(), 1);
  ops::SliceAttributes attributes = everything(*shape);
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != (*shape)[i]) attributes.stride[i] = 0;
  op.result(slice_of(op, op.reshape(op.inputs[0], from), attributes));
}

void tile(Operator& op) {
  if (!op.takes(2, 2)) return;
  const auto values = op.constant(1, "repeats");
  const auto repeats = values ? positive_shape(op, *values) : std::nullopt;
  if (!repeats) return;
  const std::size_t rank = op.input(0).shape.size();
  if (repeats->size() != rank)
    return op.error(fmt::format("has {} repeats for an input {}", repeats->size(),
                                to_string(op.input(0).shape)),
                    damaged_file);
  // Each that is repeated takes two dimensions of a slice, which has no more than six.
  const std::size_t at_once = rank <= 4 ? 2 : 1;
  TensorId id = op.inputs[0];
  std::vector<std::int32_t> some(rank, 1);
  std::size_t several = 0;
  for (std::size_t i = rank; i-- > 0 && id != no_tensor;) {
    some[i] = (*repeats)[i];
    if (some[i] > 1) ++several;
    if (i > 0 && several < at_once) continue;
    id = repeat(op, id, some);
    some.assign(rank, 1);
    several = 0;
  }
  op.result(id);
}

namespace {

/// The block size, if the dimensions of the image NCHW are multiples of what they must be.
std::optional<std::int32_t> read_block(Operator& op, bool of_channels) {
  const std::int64_t block = op.integer("blocksize", 0);
  const Shape& shape = op.input(0).shape;
  const bool fits = shape.size() == 4 && block > 0 && block < 1 << 15 &&
                    (of_channels ? shape[1] % (block * block) == 0
                                 : shape[2] % block == 0 && shape[3] % block == 0) &&
                    element_count(shape) > 0;
  if (fits) return static_cast<std::int32_t>(block);
  op.error(fmt::format("has blocks of {} in an input {}", block, to_string(shape)), damaged_file);
  return std::nullopt;
}

}  // namespace

void depth_to_space(Operator& op) {
  const std::string mode = op.text("mode", "DCR");
  if (!op.takes(1, 1)) return;
  const auto block = read_block(op, true);
  if (!block) return;
  if (mode != "DCR" && mode != "CRD")
    return op.error(fmt::format("mode \"{}\" is not supported", mode), "use DCR or CRD");
  const Shape s = op.input(0).shape;
  const std::int32_t b = *block, depth = s[1] / (b * b);
  const bool blocks_first = mode == "DCR";
  const TensorId apart =
      op.reshape(op.inputs[0], blocks_first ? Shape{s[0], b, b, depth, s[2], s[3]}
                                            : Shape{s[0], depth, b, b, s[2], s[3]});
  if (apart == no_tensor) return;
  const TensorId joined =
      op.transpose(apart, blocks_first ? Shape{0, 3, 4, 1, 5, 2} : Shape{0, 1, 4, 2, 5, 3});
  op.result(op.reshape(joined, {s[0], depth, s[2] * b, s[3] * b}));
}

void space_to_depth(Operator& op) {
  if (!op.takes(1, 1)) return;
  const auto block = read_block(op, false);
  if (!block) return;
  const Shape s = op.input(0).shape;
  const std::int32_t b = *block;
  const TensorId apart = op.reshape(op.inputs[0], {s[0], s[1], s[2] / b, b, s[3] / b, b});
  if (apart == no_tensor) return;
  const TensorId joined = op.transpose(apart, {0, 3, 5, 1, 2, 4});
  op.result(op.reshape(joined, {s[0], s[1] * b * b, s[2] / b, s[3] / b}));
}

void trilu(Operator& op) {
  const bool upper = op.integer("upper", 1) != 0;
  if (!op.takes(1, 2)) return;
  const auto k = op.has(1) ? op.constant(1, "k") : std::vector<std::int64_t>{0};
  if (!k) return;
  if (k->size() != 1) return op.error(fmt::format("has {} numbers k", k->size()), damaged_file);
  // Any matrix ends before.
  constexpr std::int64_t far = 1 << 28;
  const auto diagonal = static_cast<std::int32_t>(std::clamp((*k)[0], -far, far));
  op.result(op.apply(ops::trilu, ops::TriluAttributes{.diagonal = diagonal, .upper = upper},
                     {op.inputs[0]}));
}

}  // namespace smelt::onnx_import
