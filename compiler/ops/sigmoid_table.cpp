// SPDX-License-Identifier: Apache-2.0
//
// The formula (arithmetic notes, 5.2) gives exactly the table of the reference kernels, which holds
// unsigned numbers; less one half they fit 16 bits with a sign.
#include "compiler/ops/sigmoid_table.h"

#include <cmath>

namespace smelt {
namespace {

double scaled_sigmoid(double i) {
  return 65536 / (1 + std::exp(-i / 24));
}

}  // namespace

std::vector<std::int16_t> sigmoid_table() {
  std::vector<std::int16_t> table;
  for (int i = 0; i < 255; ++i) {
    const double value = scaled_sigmoid(i);
    const double error = (value + scaled_sigmoid(i + 1)) / 2 - scaled_sigmoid(i + 0.5);
    table.push_back(static_cast<std::int16_t>(std::floor(value - error / 2 + 0.5) - 32768));
  }
  table.push_back(INT16_MAX);
  return table;
}

}  // namespace smelt
