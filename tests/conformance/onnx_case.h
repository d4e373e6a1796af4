// SPDX-License-Identifier: Apache-2.0
//
// One folder of ONNX's conformance tests: a model, inputs, and the outputs that they must give.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"

namespace smelt::test {

/// The values of one run: those of graph.inputs and graph.outputs, in order.
struct OnnxData {
  std::vector<Bytes> inputs;
  std::vector<Tensor> outputs;
};

struct OnnxCase {
  std::string name;            ///< "node/test_relu"
  std::optional<Graph> graph;  ///< nothing: not supported
  std::string reason;          ///< why
  bool bound = false;          ///< inputs that parametrise were taken from the data
  std::vector<OnnxData> data;
};

/// Imports a folder's model. Inputs that an operator wants constant are bound to their values in
/// the data: the integers first, then all but the first input, which is bound only where the reader
/// asks for that.
OnnxCase read_onnx_case(const std::filesystem::path& folder, const std::string& name);

/// How outputs differ from what they must be; empty if they do not.
std::string difference(const Graph& graph, const std::vector<Bytes>& got, const OnnxData& data);

}  // namespace smelt::test
