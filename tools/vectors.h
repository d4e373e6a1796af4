// SPDX-License-Identifier: Apache-2.0
//
// Inputs to run and golden outputs to compare with: folders of raw files, golden files, NumPy
// arrays, or pseudo-random numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"

namespace smelt::tools {

/// The value of one tensor of the model file, after a case.
struct GoldenLayer {
  std::int32_t tensor = -1;  ///< index in the file
  Bytes bytes;
};

struct GoldenCase {
  std::string name;            ///< for messages: "case 3"
  std::vector<Bytes> inputs;   ///< one per input of the model
  std::vector<Bytes> outputs;  ///< one per output; empty: not known
  std::vector<GoldenLayer> layers;
};

/// Cases that run one after another; with `sequence` the state is kept between them.
struct GoldenSet {
  bool sequence = false;
  std::vector<GoldenCase> cases;
};

/// Golden vectors from a folder (inN.bin, outN.bin, inN_K.bin and outN_K.bin for several operands,
/// seq_outN.bin for a sequence with state kept, layersN/caseN.tIDX.bin for tensors in between) or
/// from a file of `smelt golden`.
std::optional<std::vector<GoldenSet>> read_golden(const std::string& path, const Graph& graph,
                                                  const std::string& sha256,
                                                  Diagnostics& diagnostics);

/// Floats as `input`, which is quantized, takes them: in float, as the emitted code does it.
Bytes quantized_input(const Bytes& floats, const Tensor& input);

/// Inputs alone: .npy, .npz (arrays by input name, or in order), or a folder. A leading dimension
/// more than the input has counts cases. Floats are quantized where the input is.
std::optional<std::vector<GoldenCase>> read_inputs(const std::string& path, const Graph& graph,
                                                   Diagnostics& diagnostics);

/// `count` cases of pseudo-random inputs, the same on every machine.
std::vector<GoldenCase> random_inputs(const Graph& graph, std::int32_t count);

/// Those of a file or folder; if that is not given, `count` pseudo-random ones.
std::optional<std::vector<GoldenCase>> inputs_of(const std::string& path, std::int32_t count,
                                                 const Graph& graph, Diagnostics& diagnostics);

/// The bytes of a golden file.
std::vector<std::uint8_t> golden_bytes(const Graph& graph, const std::string& sha256,
                                       const GoldenSet& set);

}  // namespace smelt::tools
