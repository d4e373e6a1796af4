// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pad.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "compiler/ops/channels.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& attributes = view.attributes<PadAttributes>();
  const Tensor& input = view.input(0);
  const std::size_t rank = input.shape.size();
  const Place place = place_of(view.graph, view.node);
  if (!check_movable(view, input, "input", diagnostics)) return;
  if (attributes.before.size() != rank || attributes.after.size() != rank) {
    diagnostics.error(place, fmt::format("pads need one entry for each of the {} dimensions of "
                                         "the input",
                                         rank));
    return;
  }
  Shape padded;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t extent =
        std::int64_t{input.shape[i]} + attributes.before[i] + attributes.after[i];
    const bool negative = attributes.before[i] < 0 || attributes.after[i] < 0;
    padded.push_back(negative || extent > INT32_MAX ? -1 : static_cast<std::int32_t>(extent));
  }
  if (!checked_count(padded, INT32_MAX / byte_size(input.type)))
    diagnostics.error(place, "pads are negative or too large")
        .note("cut elements off with SLICE instead of negative pads");
  const IntegerRange range = range_of(input.type);
  if (input.type != ElementType::f32 &&
      (attributes.value < range.min || attributes.value > range.max))
    diagnostics.error(place, fmt::format("the value {} is outside the range of {}",
                                         attributes.value, to_string(input.type)));
  check_same_quantization(view, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const auto& attributes = view.attributes<PadAttributes>();
  TensorType output{view.input(0).type, view.input(0).shape};
  for (std::size_t i = 0; i < output.shape.size(); ++i)
    output.shape[i] += attributes.before[i] + attributes.after[i];
  return {output};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<PadAttributes>();
  const Shape& input = view.input(0).shape;
  const std::vector<std::int64_t> from = row_major_strides(input);
  const std::vector<std::int64_t> to = row_major_strides(view.output().shape);
  Movement movement;
  for (std::size_t i = 0; i < input.size(); ++i) {
    movement.dimensions.push_back({input[i], from[i], to[i]});
    movement.output_offset += attributes.before[i] * to[i];
  }
  const bool real = view.input(0).type == ElementType::f32;
  if (input != view.output().shape)
    lower_fill(view, real ? std::bit_cast<std::int32_t>(attributes.float_value) : attributes.value,
               builder);
  lower_movement(view, 0, movement, builder);
}

constexpr KernelRow kernels[] = {
    {"pad", [](const NodeView&, const Target&) { return true; }, lower},
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          const auto& attributes = view.attributes<PadAttributes>();
          return !attributes.before.empty() && attributes.before.back() == 0 &&
                 attributes.after.back() == 0;
        },
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<PadAttributes>();
  attributes.before = before(p, attributes.before);
  attributes.after = before(p, attributes.after);
  return {attributes, p};
}

/// What the value stands for must be that of the float tensor, not its bits.
void represent_value(std::any& attributes, ElementType type, const Quantization& q) {
  auto& pad = std::any_cast<PadAttributes&>(attributes);
  const IntegerRange range = range_of(type);
  const double level = std::round(double{pad.float_value} / double{q.scale()}) + q.zero_point();
  pad.value = static_cast<std::int32_t>(
      std::isnan(level) ? q.zero_point() : std::clamp<double>(level, range.min, range.max));
  pad.float_value = 0;
}

const QuantizationRule quantization = {.operands = {QuantizationRule::Role::shared},
                                       .attributes = represent_value};

}  // namespace

const OpDef pad = {
    .name = "pad",
    .operands = {"input"},
    .attributes = attribute_table<PadAttributes>(),
    .check = check,
    .infer = infer,
    .channels = &channels,
    .untranspose = untranspose,
    .quantization = &quantization,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
