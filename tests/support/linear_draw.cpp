// SPDX-License-Identifier: Apache-2.0
#include "tests/support/linear_draw.h"

namespace smelt::test {

TensorId draw_weights(Random& random, Builder& b, const LinearTypes& types, const Shape& shape,
                      std::int32_t axis) {
  const ElementType type = types.weights;
  Quantization q = random.quantization(type, 1e-3F, 0.1F);
  if (type != ElementType::f32 && type != ElementType::u8) {
    const std::int32_t scales = random.coin() ? shape[static_cast<std::size_t>(axis)] : 1;
    q.axis = axis;
    q.zero_points.assign(static_cast<std::size_t>(scales), 0);
    q.scales.resize(1, 0.01F);
    for (std::int32_t c = 1; c < scales; ++c) q.scales.push_back(random.real(1e-3F, 0.1F));
  }
  return b.constant_bytes(type, shape, random.elements(type, element_count(shape)), q);
}

TensorId draw_bias(Random& random, Builder& b, const LinearTypes& types, std::int32_t channels) {
  if (random.integer(0, 3) == 0) return no_tensor;
  const ElementType type = types.bias;
  if (type == ElementType::f32)
    return b.constant_bytes(type, {channels}, random.elements(type, channels), {});
  std::vector<std::int32_t> narrow;
  std::vector<std::int64_t> wide;
  const std::int64_t unit = random.coin() ? 1 : 1 << 14;
  for (std::int32_t c = 0; c < channels; ++c) {
    narrow.push_back(random.integer(-200'000, 200'000));
    wide.push_back(narrow.back() * unit);
  }
  return type == ElementType::s64 ? b.constant(type, {channels}, wide)
                                  : b.constant(type, {channels}, narrow);
}

Quantization draw_output(Random& random, const Builder& b, const LinearTypes& types, TensorId input,
                         TensorId weights) {
  if (types.input == ElementType::f32) return {};
  // Sums of 64 bits must become outputs of 32 before they are clamped.
  const bool wide = types.input == ElementType::s16;
  const float finest = types.bias == ElementType::s64 ? 200.0F : wide ? 20.0F : 0.3F;
  const float coarsest = wide ? 1e5F : 3000;
  Quantization q = random.quantization(types.input, finest, coarsest);
  q.scales[0] *= b.graph[input].quantization.scale() * b.graph[weights].quantization.scale();
  return q;
}

void prune(Random& random, Bytes& weights) {
  const std::int32_t kept = random.of<std::int32_t>({0, 1, 5, 20, 50, 100});
  for (std::uint8_t& weight : weights)
    if (random.integer(1, 100) > kept) weight = 0;
  if (!random.coin()) return;
  const std::int32_t levels = random.integer(1, 15);
  for (std::uint8_t& weight : weights)
    weight = static_cast<std::uint8_t>(static_cast<std::int8_t>(weight) % levels * 8);
}

}  // namespace smelt::test
