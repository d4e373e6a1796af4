// SPDX-License-Identifier: Apache-2.0
//
// How operators on sequences are drawn.
#include <cmath>

#include "compiler/ops/lstm.h"
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

  TensorId weights(std::int32_t columns) const {
    const std::int32_t count = units * columns;
    if (type == s8)
      return s.constant(s8, {units, columns}, s.random.elements(s8, count), weight_scale());
    std::vector<float> values;
    for (std::int32_t i = 0; i < count; ++i) values.push_back(s.random.real(-1, 1));
    return s.constant(f32, {units, columns}, to_bytes(values));
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

void lstm(Sketch& s) {
  const TensorId x = s.pick({s8, f32}, 3, 3);
  const LstmDraw draw{s, s[x].type};
  const bool time_major = s.random.coin();
  const float clip = s.random.coin() ? 0.0F : s.random.real(0.001F, 4);
  std::vector<TensorId> operands = {x};
  for (const std::int32_t columns : {s[x].shape[2], draw.units})
    for (int gate = 0; gate < 4; ++gate) operands.push_back(draw.weights(columns));
  for (int gate = 0; gate < 4; ++gate) operands.push_back(bias_of(s, draw.type, draw.units));
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
