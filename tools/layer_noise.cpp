// SPDX-License-Identifier: Apache-2.0
#include "tools/layer_noise.h"

#include <algorithm>

#include "compiler/quantize/values.h"

namespace smelt::tools {
namespace {

/// Layers are compared on so many cases.
constexpr std::size_t layer_cases = 64;

}  // namespace

std::vector<LayerNoise> layer_noise(const Model& model,
                                    const std::vector<GoldenCase>& reference_cases,
                                    const std::vector<GoldenCase>& cases) {
  const Graph& reference = model.quantized->reference;
  Evaluation exact(reference, KernelChoice::best), found(model.graph, KernelChoice::best);
  std::vector<LayerNoise> layers;
  std::vector<TensorId> tensors;
  for (const Node& node : model.graph.nodes)
    for (const TensorId id : node.outputs) {
      const TensorId origin = model.quantized->float_tensors[static_cast<std::size_t>(id)];
      if (origin == no_tensor || reference[origin].type != ElementType::f32 || !node.op->kernels)
        continue;
      layers.push_back({node.name, {}});
      tensors.push_back(id);
    }
  for (std::size_t i = 0; i < std::min(cases.size(), layer_cases); ++i) {
    exact.reset();
    found.reset();
    exact.run(reference_cases[i].inputs);
    found.run(cases[i].inputs);
    for (std::size_t j = 0; j < tensors.size(); ++j) {
      const TensorId origin = model.quantized->float_tensors[static_cast<std::size_t>(tensors[j])];
      const Bytes real = real_values(model.graph[tensors[j]], found[tensors[j]]);
      layers[j].noise.add(floats(exact[origin]), floats(real));
    }
  }
  return layers;
}

}  // namespace smelt::tools
