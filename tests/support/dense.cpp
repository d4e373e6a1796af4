// SPDX-License-Identifier: Apache-2.0
#include "tests/support/dense.h"

#include <algorithm>

#include "compiler/ops/fully_connected.h"
#include "compiler/quantize/values.h"

namespace smelt::test {

std::vector<float> normal(Random& random, std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i)
    values.push_back(random.real(-1, 1) + random.real(-1, 1) + random.real(-1, 1));
  return values;
}

Dense::Dense(std::uint32_t seed) : random(seed) {
  const TensorId x = b.input(ElementType::f32, {1, inputs});
  const TensorId w =
      b.constant(ElementType::f32, {outputs, inputs}, normal(random, outputs * inputs));
  const TensorId biases = b.constant(ElementType::f32, {outputs}, normal(random, outputs));
  b.output(b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, w, biases}));
  const std::vector<float> mixing = normal(random, inputs * 4);
  for (int i = 0; i < 400; ++i) data.push_back(sample(mixing));
}

Bytes Dense::sample(const std::vector<float>& mixing) {
  const std::vector<float> factors = normal(random, 4);
  std::vector<float> x;
  for (std::size_t i = 0; i < inputs; ++i) {
    float value = 0.1F * random.real(-1, 1);
    for (std::size_t f = 0; f < 4; ++f) value += mixing[4 * i + f] * factors[f];
    x.push_back(std::max(0.0F, value));
  }
  return to_bytes(x);
}

std::vector<float> Dense::weights() const {
  return elements<float>(b.graph[b.graph.nodes[0].inputs[1]]);
}

std::vector<float> Dense::bias() const {
  return elements<float>(b.graph[b.graph.nodes[0].inputs[2]]);
}

void Dense::set_weights(const std::vector<float>& values) {
  b.graph[b.graph.nodes[0].inputs[1]].data = to_bytes(values);
}

std::vector<const Bytes*> Dense::pointers() const {
  std::vector<const Bytes*> result;
  for (const Bytes& each : data) result.push_back(&each);
  return result;
}

QuantizedWeights Dense::quantized(const WeightOptions& options) const {
  return quantize_weights({b.graph, b.graph.nodes[0]}, options, pointers(), pointers());
}

std::pair<double, double> Dense::errors(const QuantizedWeights& found,
                                        const std::vector<float>& exact) const {
  const std::vector<float> biases = bias();
  double squares = 0, means = 0;
  for (std::size_t c = 0; c < outputs; ++c) {
    double sum = 0;
    for (const Bytes& x : data) {
      double error = biases[c] - found.bias[c];
      for (std::size_t i = 0; i < inputs; ++i) {
        const std::size_t at = c * inputs + i;
        error += (exact[at] - found.scales[c] * found.weights[at]) * smelt::floats(x)[i];
      }
      squares += error * error;
      sum += error;
    }
    means += sum * sum;
  }
  return {squares, means};
}

double Dense::power() const {
  QuantizedWeights nothing;
  nothing.weights.resize(inputs * outputs);
  nothing.scales.resize(outputs);
  nothing.bias.resize(outputs);
  return errors(nothing, weights()).first;
}

}  // namespace smelt::test
