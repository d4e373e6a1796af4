// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/slice.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [begin, stride, size] = view.attributes<SliceAttributes>();
  const Shape& input = view.input(0).shape;
  const Place place = place_of(view.graph, view.node);
  if (!check_movable(view, view.input(0), "input", diagnostics)) return;
  if (begin.size() != input.size() || stride.size() != input.size() ||
      size.size() != input.size()) {
    diagnostics.error(place, fmt::format("begin, stride and size need one entry for each of the "
                                         "{} dimensions of the input",
                                         input.size()));
    return;
  }
  for (std::size_t i = 0; i < input.size(); ++i) {
    const auto inside = [&](std::int64_t at) { return at >= 0 && at < input[i]; };
    const std::int64_t last = begin[i] + (std::int64_t{size[i]} - 1) * stride[i];
    if (size[i] > 0 && inside(begin[i]) && inside(last)) continue;
    diagnostics
        .error(place, fmt::format("dimension {} of {}: {} elements from {} at stride {} do not "
                                  "lie in the input",
                                  i, to_string(input), size[i], begin[i], stride[i]))
        .note("slices must be static and not empty");
    return;
  }
  // Many times the same element, with stride 0, could be more than the input.
  if (!checked_count(size, INT32_MAX / byte_size(view.input(0).type)))
    diagnostics.error(place, fmt::format("a slice of {} elements is too large", to_string(size)));
  check_same_quantization(view, view.input(0), diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.attributes<SliceAttributes>().size}};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& [begin, stride, size] = view.attributes<SliceAttributes>();
  const std::vector<std::int64_t> from = row_major_strides(view.input(0).shape);
  const std::vector<std::int64_t> to = row_major_strides(size);
  Movement movement;
  for (std::size_t i = 0; i < size.size(); ++i) {
    movement.dimensions.push_back({size[i], stride[i] * from[i], to[i]});
    movement.input_offset += begin[i] * from[i];
  }
  lower_movement(view, 0, movement, builder);
}

constexpr KernelRow kernels[] = {
    {"slice", [](const NodeView&, const Target&) { return true; }, lower},
};

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          const auto& attributes = view.attributes<SliceAttributes>();
          return !attributes.begin.empty() && attributes.begin.back() == 0 &&
                 attributes.stride.back() == 1 &&
                 attributes.size.back() == channel_count(view.input(0));
        },
    .resize =
        [](std::any& attributes, std::int32_t count) {
          std::any_cast<SliceAttributes&>(attributes).size.back() = count;
        },
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<SliceAttributes>();
  for (auto* each : {&attributes.begin, &attributes.stride, &attributes.size})
    *each = before(p, *each);
  return {attributes, p};
}

}  // namespace

const OpDef slice = {
    .name = "slice",
    .operands = {"input"},
    .attributes = attribute_table<SliceAttributes>(),
    .check = check,
    .infer = infer,
    .channels = &channels,
    .untranspose = untranspose,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .selects = true,
};

}  // namespace smelt::ops
