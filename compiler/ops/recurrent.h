// SPDX-License-Identifier: Apache-2.0
//
// Recurrent layers over a whole sequence that starts anew in every run: ONNX's RNN, GRU and LSTM in
// one direction (smelt/recurrent.h has the formulas). Input [step][batch][input]. The output's rows
// are [batch][unit]: the hidden state after each step, if wanted, then the last hidden state and
// the last cell, if wanted. The lstm that keeps its state between runs is an operator of its own.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

/// What each cell knows of it: the RNN has a candidate alone, the GRU gates and a candidate.
struct RecurrentAttributes {
  bool reverse = false;  ///< from a sequence's last step to its first
  bool all_rows = true;  ///< the output begins with the hidden states of all steps
  bool hidden_row = false, cell_row = false;
  float clip = 0;               ///< largest magnitude of what curves are applied to; 0: any
  bool coupled = false;         ///< LSTM: the forget gate is what the input gate leaves
  std::int32_t cell_power = 0;  ///< integer LSTM: the cell's scale is two to this
  /// Curves: sigmoid, tanh, relu, affine (alpha x + beta), hard_sigmoid (that, from 0 to 1).
  std::string gate = "sigmoid", candidate = "tanh", output = "tanh";
  float gate_alpha = 0, gate_beta = 0, candidate_alpha = 0, candidate_beta = 0, output_alpha = 0,
        output_beta = 0;

  std::vector<AttributeField> fields() {
    return {{"reverse", &reverse},
            {"all_rows", &all_rows},
            {"hidden_row", &hidden_row},
            {"cell_row", &cell_row},
            {"clip", &clip},
            {"coupled", &coupled},
            {"cell_power", &cell_power},
            {"gate", &gate},
            {"gate_alpha", &gate_alpha},
            {"gate_beta", &gate_beta},
            {"candidate", &candidate},
            {"candidate_alpha", &candidate_alpha},
            {"candidate_beta", &candidate_beta},
            {"output", &output},
            {"output_alpha", &output_alpha},
            {"output_beta", &output_beta}};
  }
};

/// Operands, in order. Weights are [gate][unit] rows of inputs or units, biases [gate][unit], in
/// the order of gates of smelt/recurrent.h. Initial states are [batch][unit], zeros if absent.
/// All are floats, or else: inputs and outputs s8 or s16; weights s8, symmetric, with a scale per
/// row or one; the bias s32 of the scale input times weights; the reset bias s32, its scale
/// reset_bias_scale; states s16, the hidden one's scale hidden_scale.
struct RecurrentOperand {
  static constexpr std::size_t input = 0, weights = 1, recurrent_weights = 2, bias = 3, lengths = 4,
                               hidden = 5;
  /// GRU: [unit], of the candidate's recurrent part, which is then reset with it; if absent, the
  /// hidden state is reset before.
  static constexpr std::size_t reset_bias = 6;
  static constexpr std::size_t cell = 6,
                               peepholes = 7;  ///< LSTM; peepholes [input, output, forget]
};

constexpr float hidden_scale = 1.0F / 32768;
constexpr float reset_bias_scale = 1.0F / 12288;  ///< that of the curves' arguments

extern const OpDef sequence_rnn;
extern const OpDef sequence_gru;
extern const OpDef sequence_lstm;

/// The curve's name is one of those that the kernels know.
bool is_recurrent_curve(std::string_view name);

/// Of one node, whose sizes have been checked.
struct RecurrentExtents {
  std::int32_t gates, steps, batches, inputs, units;
};
RecurrentExtents recurrent_extents(const NodeView& view);

}  // namespace smelt::ops
