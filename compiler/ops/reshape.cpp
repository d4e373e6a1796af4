// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reshape.h"

#include <fmt/format.h>

#include "compiler/diagnostics.h"
#include "compiler/ops/channels.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Shape& shape = view.attributes<ReshapeAttributes>().shape;
  if (checked_count(shape, INT32_MAX) == element_count(view.input(0).shape)) return;
  diagnostics.error(place_of(view.graph, view.node),
                    fmt::format("shape {} has not as many elements as the input {}",
                                to_string(shape), to_string(view.input(0).shape)));
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(0).type, view.attributes<ReshapeAttributes>().shape}};
}

/// Flattened, the channels of all places stand one behind the other.
const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          const std::int32_t count = channel_count(view.input(0));
          return count > 0 && channel_count(view.output()) % count == 0;
        },
    .source = [](const NodeView& view, std::size_t,
                 std::int32_t output) { return output % channel_count(view.input(0)); },
    .resize =
        [](std::any& attributes, std::int32_t count) {
          std::any_cast<ReshapeAttributes&>(attributes).shape.back() = count;
        },
};

}  // namespace

const OpDef reshape = {
    .name = "reshape",
    .operands = {"input"},
    .attributes = attribute_table<ReshapeAttributes>(),
    .check = check,
    .infer = infer,
    .channels = &channels,
    .quantization = &scale_keeping,
    .selects = true,
};

}  // namespace smelt::ops
