// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/channels.h"

namespace smelt {
namespace {

bool same_channels(const NodeView& view) {
  return channel_count(view.input(0)) == channel_count(view.output()) &&
         channel_count(view.output()) > 1;
}

std::vector<ChannelRule::Axes> last_axes(const NodeView& view) {
  std::vector<ChannelRule::Axes> axes;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) {
    if (!view.has_input(i) || !view.input(i).constant) continue;
    if (channel_count(view.input(i)) == channel_count(view.output()))
      axes.push_back(
          {.operand = i, .output = static_cast<std::int32_t>(view.input(i).shape.size()) - 1});
  }
  return axes;
}

}  // namespace

const ChannelRule channelwise = {
    .kind = ChannelRule::Kind::each, .applies = same_channels, .axes = last_axes};

std::int32_t channel_count(const Tensor& tensor) {
  return tensor.shape.empty() ? 0 : tensor.shape.back();
}

std::size_t index_along(const Shape& shape, std::int32_t axis, std::size_t i) {
  const auto place = shape.begin() + axis;
  const auto inner = static_cast<std::size_t>(element_count({place + 1, shape.end()}));
  return i / inner % static_cast<std::size_t>(*place);
}

std::size_t scale_index(const Tensor& tensor, std::size_t i) {
  if (!tensor.quantization.per_channel()) return 0;
  return index_along(tensor.shape, tensor.quantization.axis, i);
}

}  // namespace smelt
