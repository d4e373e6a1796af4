// SPDX-License-Identifier: Apache-2.0
//
// From a float graph to one that computes on integers, after training. Source of the numbers:
// TFLite's specification of int8 and 16x8 models, so that the same kernels run both.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/compress/compressed.h"
#include "compiler/diagnostics.h"
#include "compiler/quantize/calibrate.h"
#include "compiler/quantize/scheme.h"

namespace smelt {

struct QuantizeOptions {
  Precision precision = int8;
  std::map<std::string, Precision> layers;  ///< by layer name, what is not `precision`
  std::optional<ElementType> input_type;    ///< f32, s8, s16; none: that of `precision`
  std::optional<ElementType> output_type;   ///< none: as it is computed
  std::optional<Observer> observer;         ///< none: the best for each tensor
  bool optimized_rounding = true;           ///< see WeightOptions
  bool bias_correction = true;
  CompressedLayers compressed;  ///< what weights of `graph` are held to
};

/// What became of a layer.
struct QuantizedLayer {
  std::string name;
  Precision precision;
  std::string reason;  ///< why it, or its compression, is not what was asked for; empty: it is
};

struct Quantized {
  Graph graph;      ///< each tensor's origin is the tensor itself
  Graph reference;  ///< the float graph
  /// By tensor of `graph`: which one of the reference it stands for; no_tensor: none.
  std::vector<TensorId> float_tensors;
  std::vector<QuantizedLayer> layers;
};

/// `graph` is what the passes on floats gave; `samples` have been checked. Reports options that do
/// not fit the graph.
std::optional<Quantized> quantize(const Graph& graph, const std::vector<Sample>& samples,
                                  const QuantizeOptions& options, Diagnostics& diagnostics);

}  // namespace smelt
