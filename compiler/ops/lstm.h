// SPDX-License-Identifier: Apache-2.0
//
// LSTM over a sequence, without peephole, projection and layer normalization: TFLite's
// UNIDIRECTIONAL_SEQUENCE_LSTM. Input [batch][step][input], or [step][batch][input]; output the
// same with units in place of inputs. Weights [unit][input] and [unit][unit], biases [unit].
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct LstmAttributes {
  std::string activation = "tanh";  ///< of the candidate and of the cell
  float cell_clip = 0;              ///< 0: none
  bool time_major = false;

  std::vector<AttributeField> fields() {
    return {{"activation", &activation}, {"cell_clip", &cell_clip}, {"time_major", &time_major}};
  }
};

/// Operands, in order. Weights and biases are those of the input gate, the forget gate, the
/// candidate (TFLite's cell gate) and the output gate.
struct LstmOperand {
  static constexpr std::size_t input = 0, weights = 1, recurrent_weights = 5, bias = 9, hidden = 13,
                               cell = 14;
};

extern const OpDef lstm;
extern const QuantizationRule lstm_quantization;

}  // namespace smelt::ops
