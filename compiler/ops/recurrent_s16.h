// SPDX-License-Identifier: Apache-2.0
//
// The parts of recurrent layers that compute on integers (smelt/recurrent_s16.h): what they can be
// given, and how they are lowered and quantized.
#pragma once

#include "compiler/ops/kernel.h"
#include "compiler/ops/recurrent.h"

namespace smelt::ops {

/// Exponents of the cell's scale: at most 1 is resolved as the hidden state is, and tanh's argument
/// fits 32 bits.
constexpr std::int32_t min_cell_power = -15, max_cell_power = 2;

/// Reports what is beyond the integer kernels in a node whose operands' types and shapes go
/// together.
void check_recurrent_s16(const NodeView& view, Diagnostics& diagnostics);

void lower_rnn_s8(const NodeView& view, StepBuilder& builder);
void lower_rnn_s16(const NodeView& view, StepBuilder& builder);
void lower_gru_s8(const NodeView& view, StepBuilder& builder);
void lower_gru_s16(const NodeView& view, StepBuilder& builder);
void lower_lstm_s8(const NodeView& view, StepBuilder& builder);
void lower_lstm_s16(const NodeView& view, StepBuilder& builder);

/// Appends the call of a cell's kernel for floats or integers, named after the input's type.
/// `fields` are those behind the sizes; the state has `state_rows` elements per unit.
void add_recurrent_step(const NodeView& view, const Kernel& kernel, std::vector<Field> fields,
                        std::int32_t state_rows, StepBuilder& builder);

extern const QuantizationRule recurrent_quantization;

}  // namespace smelt::ops
