// SPDX-License-Identifier: Apache-2.0
//
// How operators on sequences are drawn.
#include <algorithm>
#include <cmath>

#include "compiler/ops/lstm.h"
#include "compiler/ops/tanh.h"
#include "tests/graphs/rows.h"

namespace smelt::test {
namespace {

using enum ElementType;

// --- sequences ---------------------------------------------------------------------------------

struct LstmDraw {
  Sketch& s;
  ElementType type;
  std::int32_t units = s.random.integer(1, 6);

  Quantization weight_scale() const {
    return type == f32 ? Quantization{} : per_tensor(s.random.real(5e-4F, 0.02F), 0);
  }

  /// Such that gates are not saturated all the time, which would hide what they compute.
  TensorId reals(Shape shape, float largest) const {
    std::vector<float> values;
    for (std::int64_t i = 0; i < element_count(shape); ++i)
      values.push_back(s.random.real(-largest, largest));
    return s.constant(f32, std::move(shape), to_bytes(values));
  }

  TensorId weights(std::int32_t columns) const {
    const std::int32_t count = units * columns;
    if (type == s8)
      return s.constant(s8, {units, columns}, s.random.elements(s8, count), weight_scale());
    return reals({units, columns}, 1 / std::sqrt(static_cast<float>(columns)));
  }

  TensorId bias() const {
    if (type != f32) return bias_of(s, type, units);
    return s.random.integer(0, 3) == 0 ? no_tensor : reals({units}, 2);
  }

  TensorId hidden(std::int32_t batches) const {
    return s.variable(type, {batches, units}, s.random.quantization(type, 0.004F, 0.02F));
  }

  TensorId cell(std::int32_t batches) const {
    const int power =
        s.random.integer(0, 3) == 0 ? s.random.integer(-29, 2) : s.random.integer(-16, -9);
    return s.variable(type == f32 ? f32 : s16, {batches, units},
                      type == f32 ? Quantization{} : per_tensor(std::ldexp(1.0F, power), 0));
  }
};

/// The tensor, brought to [-1, 1] if it is a computed one of any size.
TensorId bounded(Sketch& s, TensorId x) {
  const std::vector<TensorId>& inputs = s.graph().inputs;
  const bool given = std::find(inputs.begin(), inputs.end(), x) != inputs.end();
  return s[x].type != f32 || given ? x : s.node(ops::tanh, {}, {x});
}

void lstm(Sketch& s) {
  const TensorId x = bounded(s, s.pick({s8, f32}, 3, 3));
  const LstmDraw draw{s, s[x].type};
  const bool time_major = s.random.coin();
  const float clip = s.random.coin() ? 0.0F : s.random.real(0.001F, 4);
  std::vector<TensorId> operands = {x};
  for (const std::int32_t columns : {s[x].shape[2], draw.units})
    for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.weights(columns));
  for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.bias());
  const std::int32_t batches = s[x].shape[time_major ? 1 : 0];
  operands.push_back(draw.hidden(batches));
  operands.push_back(draw.cell(batches));
  const Quantization quantization = s[operands[ops::LstmOperand::hidden]].quantization;
  s.node(ops::lstm, ops::LstmAttributes{.cell_clip = clip, .time_major = time_major}, operands,
         quantization);
}

}  // namespace

std::vector<GeneratorRow> sequence_rows() {
  return {
      {ops::lstm, lstm},
  };
}

}  // namespace smelt::test
