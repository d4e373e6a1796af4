// SPDX-License-Identifier: Apache-2.0
//
// A float LSTM as TFLite has it in integers: one scale per matrix of weights, and a cell of 16 bits
// whose scale is a power of two.
#include <algorithm>
#include <cmath>

#include "compiler/ops/lstm.h"
#include "compiler/ops/recurrent_quantization.h"

namespace smelt::ops {
namespace {

using At = LstmOperand;

constexpr std::size_t gates = 4;

void append(const Tensor& tensor, std::vector<float>& values) {
  const std::vector<float> more = elements<float>(tensor);
  values.insert(values.end(), more.begin(), more.end());
}

/// In the order of gates of smelt/recurrent.h.
FloatLstm lstm_of(const NodeView& view) {
  FloatLstm lstm{.inputs = view.input(At::weights).shape[1],
                 .units = view.input(At::weights).shape[0]};
  constexpr std::size_t input = 0, forget = 1, candidate = 2, output = 3;
  for (const std::size_t gate : {input, output, forget, candidate}) {
    append(view.input(At::weights + gate), lstm.weights);
    append(view.input(At::recurrent_weights + gate), lstm.recurrent_weights);
    if (view.has_input(At::bias + gate)) append(view.input(At::bias + gate), lstm.bias);
    lstm.bias.resize(lstm.weights.size() / static_cast<std::size_t>(lstm.inputs));
  }
  return lstm;
}

/// Of runs that each start from zeros.
float largest_cell(const CalibratedNode& node) {
  const FloatLstm lstm = lstm_of(node.view);
  const auto& a = node.view.attributes<LstmAttributes>();
  const Shape& shape = node.view.input(At::input).shape;
  const std::int32_t batches = shape[a.time_major ? 1 : 0], steps = shape[a.time_major ? 0 : 1];
  const std::ptrdiff_t batch_pitch = std::ptrdiff_t{a.time_major ? 1 : steps} * lstm.inputs;
  const std::ptrdiff_t step_pitch = std::ptrdiff_t{a.time_major ? batches : 1} * lstm.inputs;
  const std::vector<float> zeros(static_cast<std::size_t>(lstm.units));
  float largest = 0;
  for (const std::vector<std::uint8_t>* sample : node.values[At::input])
    for (std::int32_t batch = 0; batch < batches; ++batch) {
      const auto* first = reinterpret_cast<const float*>(sample->data()) + batch * batch_pitch;
      largest = std::max(largest, largest_cell(lstm, first, step_pitch, steps, zeros, zeros));
    }
  return a.cell_clip > 0 ? std::min(largest, a.cell_clip) : largest;
}

Tensor with(Tensor tensor, ElementType type, Quantization quantization) {
  tensor.type = type;
  tensor.quantization = std::move(quantization);
  return tensor;
}

QuantizedNode quantize_lstm(const CalibratedNode& node) {
  const NodeView& view = node.view;
  const std::int64_t largest = -range_of(node.activations).min;
  const WeighedValues input{double{node.input.scale()}, node.input.zero_point(), largest};
  const WeighedValues hidden{double{node.output.scale()}, node.output.zero_point(), largest};
  const std::int32_t units = view.input(At::weights).shape[0];
  QuantizedNode result{view.node.attributes, {}, {}};
  for (std::size_t gate = 0; gate < gates; ++gate) {
    const std::size_t at_bias = At::bias + gate, recurrent = At::recurrent_weights + gate;
    std::vector<float> bias;
    if (view.has_input(at_bias)) bias = elements<float>(view.input(at_bias));
    Tensor weights = quantized_rows(view.input(At::weights + gate), units, input, bias);
    if (!bias.empty())
      result.operands[at_bias] = quantized_bias(view.input(at_bias), weights, input.scale);
    result.operands[At::weights + gate] = std::move(weights);
    result.operands[recurrent] = quantized_rows(view.input(recurrent), units, hidden, {});
  }
  const float cell_scale = std::ldexp(1.0F, cell_power_of(largest_cell(node)));
  result.operands[At::hidden] = with(view.input(At::hidden), node.activations, node.output);
  result.operands[At::cell] = with(view.input(At::cell), ElementType::s16, {{cell_scale}, {0}, 0});
  return result;
}

}  // namespace

const QuantizationRule lstm_quantization = {
    .quantize = quantize_lstm,
    .operands = {QuantizationRule::Role::activation, QuantizationRule::Role::weights},
};

}  // namespace smelt::ops
