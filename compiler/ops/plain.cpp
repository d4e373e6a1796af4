// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/plain.h"

#include <algorithm>

namespace smelt {

bool is_plain(const NodeView& view) {
  const ElementType type = view.input(0).type;
  if (type == ElementType::f32) return false;
  if (byte_size(type) > 2 || type == ElementType::boolean) return true;
  const auto has_scale = [&](TensorId id) {
    return id != no_tensor && view.graph[id].quantization.present();
  };
  return std::none_of(view.node.inputs.begin(), view.node.inputs.end(), has_scale) &&
         std::none_of(view.node.outputs.begin(), view.node.outputs.end(), has_scale);
}

}  // namespace smelt
