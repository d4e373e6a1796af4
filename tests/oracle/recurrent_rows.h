// SPDX-License-Identifier: Apache-2.0
//
// How a cell of a recurrent layer, of floats or of integers, is stepped over a sequence.
#pragma once

#include "tensor.h"

namespace oracle {

/// The integer form of recurrent layers, which oracle::recurrent hands batches to: the rows of the
/// output for one batch, whose sequence has `valid` steps.
std::vector<std::vector<Index>> integer_rows(RecurrentCell kind, const RecurrentOperands& operands,
                                             const RecurrentOptions& options, Index batch,
                                             Index valid, const Tensor& like);

/// The rows of the output for one batch. `machine` steps by rnn, gru or lstm; input(row) is a row
/// of the input, zeros(), shown_hidden() and shown_cell() are rows of the output.
template <typename Machine>
auto stepped_rows(RecurrentCell kind, const RecurrentOperands& operands,
                  const RecurrentOptions& options, Index batch, Index valid, Machine machine) {
  const Index steps = at(operands.input->shape, 0), batches = at(operands.input->shape, 1);
  std::vector<decltype(machine.zeros())> rows(
      static_cast<std::size_t>(options.all_rows ? steps : 0), machine.zeros());
  for (Index step = 0; step < valid; ++step) {
    const Index time = options.reverse ? valid - 1 - step : step;
    const auto x = machine.input(time * batches + batch);
    if (kind == RecurrentCell::rnn) machine.rnn(x);
    if (kind == RecurrentCell::gru) machine.gru(x);
    if (kind == RecurrentCell::lstm) machine.lstm(x);
    if (options.all_rows) at(rows, time) = machine.shown_hidden();
  }
  if (options.hidden_row) rows.push_back(machine.shown_hidden());
  if (options.cell_row) rows.push_back(machine.shown_cell());
  return rows;
}

}  // namespace oracle
