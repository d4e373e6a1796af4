// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/take.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "compiler/ops/channels.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "smelt/take.h"

namespace smelt::ops {
namespace {

/// By dimension.
using Places = std::vector<std::vector<std::int32_t>>;

Places places_of(const TakeAttributes& attributes) {
  Places result;
  auto at = attributes.places.begin();
  for (const std::int32_t size : attributes.sizes) {
    result.emplace_back(at, at + size);
    at += size;
  }
  return result;
}

TakeAttributes attributes_of(const Places& places) {
  TakeAttributes result;
  for (const auto& each : places) {
    result.sizes.push_back(static_cast<std::int32_t>(each.size()));
    result.places.insert(result.places.end(), each.begin(), each.end());
  }
  return result;
}

/// Every element of a dimension, in order.
bool is_everything(const std::vector<std::int32_t>& places, std::int32_t extent) {
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i] != static_cast<std::int32_t>(i)) return false;
  return places.size() == static_cast<std::size_t>(extent);
}

bool check_sizes(const NodeView& view, Diagnostics& diagnostics) {
  const auto& [sizes, places] = view.attributes<TakeAttributes>();
  const Shape& input = view.input(0).shape;
  const bool positive =
      std::all_of(sizes.begin(), sizes.end(), [](std::int32_t size) { return size > 0; });
  if (sizes.size() == input.size() && positive &&
      std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0}) ==
          static_cast<std::int64_t>(places.size()) &&
      checked_count(sizes, INT32_MAX / byte_size(view.input(0).type)))
    return true;
  diagnostics.error(place_of(view.graph, view.node),
                    fmt::format("{} places do not make {} of the input {}", places.size(),
                                to_string(sizes), to_string(input)));
  return false;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_movable(view, input, "input", diagnostics) || !check_sizes(view, diagnostics)) return;
  const Places places = places_of(view.attributes<TakeAttributes>());
  for (std::size_t d = 0; d < places.size(); ++d)
    for (const std::int32_t place : places[d])
      if (place < 0 || place >= input.shape[d]) {
        diagnostics.error(place_of(view.graph, view.node),
                          fmt::format("place {} is outside of dimension {} of the input {}", place,
                                      d, to_string(input.shape)));
        return;
      }
  check_same_quantization(view, input, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.attributes<TakeAttributes>().sizes}};
}

/// What is taken whole from the back on is one run.
void lower(const NodeView& view, const std::vector<Operand>& operands, StepBuilder& builder) {
  const Tensor& input = view.input(0);
  const std::vector<std::int64_t> strides = row_major_strides(input.shape);
  Places places = places_of(view.attributes<TakeAttributes>());
  const std::int32_t width = byte_size(input.type);
  std::int32_t run = width;
  while (!places.empty() && is_everything(places.back(), input.shape[places.size() - 1])) {
    run *= input.shape[places.size() - 1];
    places.pop_back();
  }
  const std::size_t unused = max_move_rank - places.size();
  std::vector<std::int32_t> extents(unused, 1), offsets(unused, 0);
  for (std::size_t d = 0; d < places.size(); ++d) {
    extents.push_back(static_cast<std::int32_t>(places[d].size()));
    for (const std::int32_t place : places[d])
      offsets.push_back(static_cast<std::int32_t>(place * strides[d] * width));
  }
  builder.step({"take", "smelt/take.h", invoke<&smelt::take>},
               {"take_layer",
                {ints_field("extents", extents), int_field("run", run),
                 constant_field("offsets", builder.table("offsets", offsets))},
                {}},
               {operands[0], builder.output()});
}

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          const auto& attributes = view.attributes<TakeAttributes>();
          return !attributes.sizes.empty() &&
                 is_everything(places_of(attributes).back(), channel_count(view.input(0)));
        },
    .resize =
        [](std::any& attributes, std::int32_t count) {
          Places places = places_of(std::any_cast<TakeAttributes&>(attributes));
          places.back().resize(static_cast<std::size_t>(count));
          attributes = attributes_of(places);
        },
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  const Places places = places_of(view.attributes<TakeAttributes>());
  Places before;
  for (const std::int32_t d : inverse(p)) before.push_back(places[static_cast<std::size_t>(d)]);
  return {attributes_of(before), p};
}

}  // namespace

const OpDef take = {
    .name = "take",
    .operands = {"input"},
    .attributes = attribute_table<TakeAttributes>(),
    .check = check,
    .infer = infer,
    .channels = &channels,
    .untranspose = untranspose,
    .kernels = kernels_on_operands<lower>,
};

}  // namespace smelt::ops
