// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/loss.h"

#include <algorithm>
#include <cmath>

#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

Loss::Kind kind_of(const Graph& graph, bool labelled) {
  const Shape& output = graph[graph.outputs[0]].shape;
  if (labelled) return Loss::Kind::accuracy;
  if (output == graph[graph.inputs[0]].shape) return Loss::Kind::reconstruction;
  return element_count(output) > 1 ? Loss::Kind::agreement : Loss::Kind::error;
}

double reconstruction_loss(const std::vector<Sample>& samples, const std::vector<Bytes>& exact,
                           const std::vector<Bytes>& found) {
  double before = 1e-30, after = 1e-30;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    before += mean_squared_error(floats(samples[i][0]), floats(exact[i]));
    after += mean_squared_error(floats(samples[i][0]), floats(found[i]));
  }
  return std::max(0.0, after / before - 1);
}

Sample inputs_of(const Graph& graph, const Sample& sample) {
  Sample inputs = sample;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& input = graph[graph.inputs[i]];
    if (input.type != ElementType::f32 && input.quantization.present())
      inputs[i] = quantized_value(input, sample[i]);
  }
  return inputs;
}

}  // namespace

std::vector<Bytes> real_outputs(const Graph& graph, const std::vector<Sample>& samples) {
  std::vector<Bytes> outputs(samples.size());
  parallel_for(samples.size(), [&] {
    return [&, evaluation = Evaluation(graph, KernelChoice::best)](std::size_t i) mutable {
      evaluation.reset();
      outputs[i] =
          real_values(graph[graph.outputs[0]], evaluation.run(inputs_of(graph, samples[i]))[0]);
    };
  });
  return outputs;
}

double accuracy(const std::vector<Bytes>& outputs, const std::vector<std::int64_t>& labels) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    right += static_cast<std::int64_t>(top(floats(outputs[i]))) == labels[i];
  return static_cast<double>(right) / static_cast<double>(outputs.size());
}

double disagreement(const std::vector<Bytes>& a, const std::vector<Bytes>& b) {
  std::size_t other = 0;
  for (std::size_t i = 0; i < a.size(); ++i) other += top(floats(a[i])) != top(floats(b[i]));
  return static_cast<double>(other) / static_cast<double>(a.size());
}

SignalToNoise output_noise(const std::vector<Bytes>& exact, const std::vector<Bytes>& found) {
  SignalToNoise noise;
  for (std::size_t i = 0; i < exact.size(); ++i) noise.add(floats(exact[i]), floats(found[i]));
  return noise;
}

Loss::Loss(const Graph& reference, const std::vector<Sample>& samples,
           std::vector<std::int64_t> labels)
    : samples_(samples),
      labels_(std::move(labels)),
      exact_(real_outputs(reference, samples)),
      kind_(kind_of(reference, !labels_.empty())) {}

double Loss::of(const Graph& quantized) const {
  const std::vector<Bytes> found = real_outputs(quantized, samples_);
  switch (kind_) {
    case Kind::accuracy: return accuracy(exact_, labels_) - accuracy(found, labels_);
    case Kind::agreement: return disagreement(exact_, found);
    case Kind::reconstruction: return reconstruction_loss(samples_, exact_, found);
    case Kind::error: break;
  }
  return std::sqrt(output_noise(exact_, found).relative());
}

std::string_view to_string(Loss::Kind kind) {
  switch (kind) {
    case Loss::Kind::accuracy: return "loss of accuracy";
    case Loss::Kind::agreement: return "other top result";
    case Loss::Kind::reconstruction: return "growth of the squared reconstruction error";
    case Loss::Kind::error: break;
  }
  return "relative error";
}

}  // namespace smelt
