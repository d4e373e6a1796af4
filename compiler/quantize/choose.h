// SPDX-License-Identifier: Apache-2.0
//
// Which layer computes in which numbers: the smallest mix whose loss stays under a bound.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/quantize/loss.h"
#include "compiler/quantize/quantize.h"

namespace smelt {

/// A layer, and what the output loses if that one alone is made coarse.
struct LayerChoice {
  std::string name;
  std::int64_t weights = 0;     ///< how many
  double int4_noise = 0;        ///< its weights in 4 bits: squared error, relative to the outputs
  double activation_noise = 0;  ///< its result in 8 bits: likewise
  Precision precision;          ///< what was chosen
};

/// A mix that was quantized and measured.
struct Trial {
  std::size_t int4 = 0, int8 = 0, int16x8 = 0, float32 = 0;  ///< how many layers
  std::int64_t constant_bytes = 0;
  double loss = 0;
};

struct Choice {
  std::map<std::string, Precision> layers;  ///< by name, what is not int8
  std::vector<LayerChoice> table;           ///< in the order of execution
  std::vector<Trial> trials;
};

/// Bytes of the constants of a graph on the device.
std::int64_t constant_bytes(const Graph& graph);

/// Layers that `options` names stay as they are there. The order in which layers are made narrower
/// or wider is that of the noise that each adds by itself; how many are is found by bisection, each
/// mix quantized and measured as a whole.
Choice choose_precisions(const Graph& graph, const std::vector<Sample>& samples,
                         const QuantizeOptions& options, const Loss& loss, double most,
                         Diagnostics& diagnostics);

}  // namespace smelt
