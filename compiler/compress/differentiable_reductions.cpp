// SPDX-License-Identifier: Apache-2.0
//
// Functions of many elements: pools, sums and softmax.
#include <algorithm>
#include <cmath>

#include "compiler/compress/differentiable_rules.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/softmax.h"

namespace smelt {
namespace {

/// Sums of channels of pixels, each times a factor.
struct PixelSum {
  std::size_t channels = 0, inputs = 0, outputs = 0;  ///< elements
  std::vector<Tap> taps;
  std::vector<float> factors;  ///< by pixel of the output

  void forward(const Operands& operands, float* output) const {
    std::fill_n(output, operands.samples * outputs, 0.0F);
    for_each_tap(operands, [&](std::size_t in, std::size_t out, float factor) {
      for (std::size_t c = 0; c < channels; ++c)
        output[out + c] += factor * operands.inputs[0][in + c];
    });
  }
  void backward(const Operands& operands, const float*, const float* gradient,
                const std::vector<float*>& to) const {
    if (!to[0]) return;
    for_each_tap(operands, [&](std::size_t in, std::size_t out, float factor) {
      for (std::size_t c = 0; c < channels; ++c) to[0][in + c] += factor * gradient[out + c];
    });
  }

 private:
  template <typename Work>
  void for_each_tap(const Operands& operands, const Work& work) const {
    for (std::size_t sample = 0; sample < operands.samples; ++sample)
      for (const Tap& tap : taps)
        work(sample * inputs + static_cast<std::size_t>(tap.input) * channels,
             sample * outputs + static_cast<std::size_t>(tap.output) * channels,
             factors[static_cast<std::size_t>(tap.output)]);
  }
};

/// The largest element of every window and channel; of several, the first.
struct MaxPool {
  std::size_t channels = 0, inputs = 0, outputs = 0;  ///< elements
  std::vector<Tap> taps;

  void forward(const Operands& operands, float* output) const {
    std::fill_n(output, operands.samples * outputs, -INFINITY);
    for (std::size_t sample = 0; sample < operands.samples; ++sample)
      for (const Tap& tap : taps) {
        const float* const from = operands.inputs[0] + input_of(sample, tap);
        float* const to = output + output_of(sample, tap);
        for (std::size_t c = 0; c < channels; ++c) to[c] = std::max(to[c], from[c]);
      }
  }
  void backward(const Operands& operands, const float*, float* gradient,
                const std::vector<float*>& to) const {
    if (!to[0]) return;
    std::vector<float> largest(operands.samples * outputs);
    forward(operands, largest.data());
    for (std::size_t sample = 0; sample < operands.samples; ++sample)
      for (const Tap& tap : taps) {
        const std::size_t in = input_of(sample, tap), out = output_of(sample, tap);
        for (std::size_t c = 0; c < channels; ++c)
          if (operands.inputs[0][in + c] == largest[out + c])
            to[0][in + c] += std::exchange(gradient[out + c], 0.0F);
      }
  }

 private:
  std::size_t input_of(std::size_t sample, const Tap& tap) const {
    return sample * inputs + static_cast<std::size_t>(tap.input) * channels;
  }
  std::size_t output_of(std::size_t sample, const Tap& tap) const {
    return sample * outputs + static_cast<std::size_t>(tap.output) * channels;
  }
};

struct Softmax {
  std::size_t count = 0, width = 0;  ///< elements, and those of one distribution
  float beta = 1;

  void forward(const Operands& operands, float* output) const {
    for (std::size_t row = 0; row < operands.samples * count; row += width) {
      const float* const x = operands.inputs[0] + row;
      const float largest = *std::max_element(x, x + width);
      float sum = 0;
      for (std::size_t i = 0; i < width; ++i)
        sum += output[row + i] = std::exp(beta * (x[i] - largest));
      for (std::size_t i = 0; i < width; ++i) output[row + i] /= sum;
    }
  }
  /// dx = beta y (dy - sum of y dy)
  void backward(const Operands& operands, const float* output, const float* gradient,
                const std::vector<float*>& to) const {
    if (!to[0]) return;
    for (std::size_t row = 0; row < operands.samples * count; row += width) {
      float mean = 0;
      for (std::size_t i = row; i < row + width; ++i) mean += output[i] * gradient[i];
      for (std::size_t i = row; i < row + width; ++i)
        to[0][i] += beta * output[i] * (gradient[i] - mean);
    }
  }
};

Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<ops::Pool2dAttributes>();
  return {.kernel = attributes.kernel,
          .stride = attributes.stride,
          .dilation = attributes.dilation,
          .pads = attributes.pads};
}

Differentiable average_pool(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  PixelSum sum{.channels = static_cast<std::size_t>(input[3]),
               .inputs = count_of_elements(view.input(0)),
               .outputs = count_of_elements(view.output()),
               .taps = taps_of(input, window_of(view))};
  sum.factors.resize(sum.outputs / sum.channels);
  for (const Tap& tap : sum.taps) sum.factors[static_cast<std::size_t>(tap.output)] += 1;
  for (float& factor : sum.factors) factor = 1 / factor;
  return activated(differentiable_by(sum), view.attributes<ops::Pool2dAttributes>().activation,
                   view);
}

Differentiable max_pool(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const MaxPool pool{.channels = static_cast<std::size_t>(input[3]),
                     .inputs = count_of_elements(view.input(0)),
                     .outputs = count_of_elements(view.output()),
                     .taps = taps_of(input, window_of(view))};
  return activated(differentiable_by(pool), view.attributes<ops::Pool2dAttributes>().activation,
                   view);
}

/// Pixels are what one step along the last axis that is summed over passes.
Differentiable sum_over_axes(const NodeView& view, bool mean) {
  const Shape& shape = view.input(0).shape;
  const auto& axes = view.attributes<ops::ReduceAttributes>().axes;
  const auto is_kept = [&](std::size_t i) {
    return std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(i)) == axes.end();
  };
  PixelSum sum{.channels = 1,
               .inputs = count_of_elements(view.input(0)),
               .outputs = count_of_elements(view.output())};
  std::size_t outer = shape.size();
  while (outer > 0 && is_kept(outer - 1)) sum.channels *= static_cast<std::size_t>(shape[--outer]);
  std::vector<Tap> taps = {{}};
  for (std::size_t axis = 0; axis < outer; ++axis) {
    std::vector<Tap> inner;
    for (const Tap& tap : taps)
      for (std::int32_t i = 0; i < shape[axis]; ++i)
        inner.push_back({.output = is_kept(axis) ? tap.output * shape[axis] + i : tap.output,
                         .input = tap.input * shape[axis] + i});
    taps = std::move(inner);
  }
  const auto summands = static_cast<float>(sum.inputs) / static_cast<float>(sum.outputs);
  sum.factors.assign(sum.outputs / sum.channels, mean ? 1 / summands : 1);
  sum.taps = std::move(taps);
  return differentiable_by(sum);
}

Differentiable softmax(const NodeView& view) {
  return differentiable_by(Softmax{.count = count_of_elements(view.output()),
                                   .width = static_cast<std::size_t>(view.output().shape.back()),
                                   .beta = view.attributes<ops::SoftmaxAttributes>().beta});
}

const DifferentiationRule rules[] = {
    {&ops::average_pool2d, average_pool},
    {&ops::max_pool2d, max_pool},
    {&ops::mean, [](const NodeView& view) { return sum_over_axes(view, true); }},
    {&ops::softmax, softmax},
    {&ops::sum, [](const NodeView& view) { return sum_over_axes(view, false); }},
};

}  // namespace

std::span<const DifferentiationRule> reduction_rules() {
  return rules;
}

}  // namespace smelt
