// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/rows.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "compiler/ops/tanh.h"

namespace smelt::test {

using enum ElementType;

const std::vector<ElementType> numbers = {s8, s8, s8, u8, s16, f32, f32};
const std::vector<ElementType> narrow_numbers = {s8, s8, s8, u8, f32, f32};
const std::vector<ElementType> all_types = {s8, s8, u8, f32, s16, s32, s64, boolean};

const std::vector<ElementType> arithmetic = {s8, s8, s8, u8, s16, f32, f32, s32, s64};

Extent2 extent(Random& random, std::int32_t max) {
  return {random.integer(1, max), random.integer(1, max)};
}

double scale_of(const Tensor& tensor) {
  return tensor.quantization.present() ? static_cast<double>(tensor.quantization.scale()) : 1;
}

Quantization coarser(Sketch& s, ElementType type, double scale) {
  Quantization q = s.random.quantization(type, 0.3F, s.random.integer(0, 4) == 0 ? 30.0F : 2.0F);
  if (q.present()) q.scales[0] *= static_cast<float>(scale);
  return q;
}

Shape repeated(Random& random, Shape shape) {
  if (random.coin()) return shape;
  const std::int32_t seldom = random.integer(0, 3);
  for (std::int32_t& extent : shape)
    if (random.integer(0, seldom) == 0) extent = 1;
  if (random.coin())
    shape.erase(shape.begin(),
                shape.begin() + random.integer(0, static_cast<std::int32_t>(shape.size())));
  return shape;
}

Pair pair(Sketch& s, const std::vector<ElementType>& types, bool same_quantization) {
  const TensorId x = s.pick(types, 0, max_rank);
  if (s.random.integer(0, 9) == 0) return {x, x};
  const Tensor tensor = s[x];
  const bool same = same_quantization || !tensor.quantization.present();
  const TensorId y = s.operand(tensor.type, repeated(s.random, tensor.shape),
                               same ? std::optional(tensor.quantization) : std::nullopt);
  return s.random.coin() ? Pair{x, y} : Pair{y, x};
}

TensorId bias_of(Sketch& s, ElementType type, std::int32_t channels) {
  if (s.random.integer(0, 3) == 0) return no_tensor;
  if (type == f32) return s.constant(f32, {channels}, s.random.elements(f32, channels));
  const auto largest = s.random.of<std::int32_t>({0, 1000, 200'000});
  std::vector<std::int32_t> values;
  for (std::int32_t c = 0; c < channels; ++c) values.push_back(s.random.integer(-largest, largest));
  if (type == s64) {
    // Now and then too large for sums of 32 bits.
    const std::int64_t unit = s.random.integer(0, 3) == 0 ? 1 << 16 : 1;
    std::vector<std::int64_t> wide;
    for (const std::int32_t value : values) wide.push_back(value * unit);
    return s.constant(s64, {channels}, to_bytes(wide));
  }
  return s.constant(s32, {channels}, to_bytes(values));
}

TensorId bounded(Sketch& s, TensorId x) {
  const std::vector<TensorId>& inputs = s.graph().inputs;
  const bool given = std::find(inputs.begin(), inputs.end(), x) != inputs.end();
  return s[x].type != f32 || given ? x : s.node(ops::tanh, {}, {x});
}

const std::vector<GeneratorRow>& generator_rows() {
  static const std::vector<GeneratorRow> rows = [] {
    std::map<std::string_view, GeneratorRow> by_name;
    const auto add = [&](const std::vector<GeneratorRow>& group, bool seldom) {
      for (const GeneratorRow& row : group)
        by_name.emplace(row.op.name, GeneratorRow{row.op, row.draw, seldom});
    };
    for (const auto& group :
         {product_rows(), elementwise_rows(), movement_rows(), indexing_rows(), sequence_rows()})
      add(group, false);
    for (const auto& group : {function_rows(), arithmetic_rows()}) add(group, true);
    std::vector<GeneratorRow> all;
    for (const auto& [name, row] : by_name) all.push_back(row);
    return all;
  }();
  return rows;
}

}  // namespace smelt::test
