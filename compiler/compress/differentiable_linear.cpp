// SPDX-License-Identifier: Apache-2.0
//
// Linear layers. With P the patches [rows][taps] that a group of output channels reads, W their
// weights [channels][taps] and G the gradient of Y = P W' + b:
//   dW += G' P,  db += sum of the rows of G,  dP += G W.
#include <Eigen/Core>
#include <cstring>

#include "compiler/compress/differentiable_rules.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/fully_connected.h"

namespace smelt {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;
/// Some columns of a matrix.
template <typename Matrix>
using Columns = Eigen::Map<Matrix, Eigen::Unaligned, Eigen::OuterStride<>>;

/// A window's matrices; where it is a single pixel, patches are the input itself.
struct Linear {
  std::int64_t rows = 0;      ///< of one sample
  std::int64_t taps = 0;      ///< of one output channel
  std::int64_t channels = 0;  ///< outputs
  std::int64_t groups = 1;
  std::int64_t inputs = 0;  ///< channels of the image
  std::size_t image = 0;    ///< elements of the input
  bool direct = false;      ///< the input is the matrix of patches
  std::vector<Tap> windows;

  std::int64_t group_inputs() const { return inputs / groups; }
  std::int64_t group_outputs() const { return channels / groups; }

  void forward(const Operands& operands, float* output) const {
    const auto samples = static_cast<std::int64_t>(operands.samples);
    for_each_group(operands, [&](std::int64_t group, std::int64_t begin, std::int64_t count,
                                 const float* patches) {
      columns<Rows>(output, group, begin, count).noalias() =
          Eigen::Map<const Rows>(patches, count, taps) * weights(operands, group).transpose();
    });
    if (operands.inputs.size() > 2 && operands.inputs[2])
      Eigen::Map<Rows>(output, samples * rows, channels).rowwise() +=
          Eigen::Map<const Vector>(operands.inputs[2], channels).transpose();
  }

  void backward(const Operands& operands, const float*, const float* gradient,
                const std::vector<float*>& inputs_gradient) const {
    float* const to_input = inputs_gradient[0];
    float* const to_weights = inputs_gradient[1];
    std::vector<float> to_patches;
    for_each_group(operands, [&](std::int64_t group, std::int64_t begin, std::int64_t count,
                                 const float* patches) {
      const auto of_output = columns<const Rows>(gradient, group, begin, count);
      if (to_weights)
        Eigen::Map<Rows>(to_weights + group * group_outputs() * taps, group_outputs(), taps)
            .noalias() += of_output.transpose() * Eigen::Map<const Rows>(patches, count, taps);
      if (!to_input) return;
      if (direct) {
        Eigen::Map<Rows>(to_input + begin * taps, count, taps).noalias() +=
            of_output * weights(operands, group);
        return;
      }
      to_patches.resize(static_cast<std::size_t>(count * taps));
      Eigen::Map<Rows>(to_patches.data(), count, taps).noalias() =
          of_output * weights(operands, group);
      add_patches(to_patches, group, to_input + begin / rows * static_cast<std::int64_t>(image));
    });
    if (inputs_gradient.size() > 2 && inputs_gradient[2])
      Eigen::Map<Vector>(inputs_gradient[2], channels) +=
          Eigen::Map<const Rows>(gradient, static_cast<std::int64_t>(operands.samples) * rows,
                                 channels)
              .colwise()
              .sum()
              .transpose();
  }

 private:
  /// The output channels of a group in rows from `begin` on.
  template <typename Matrix, typename Element>
  Columns<Matrix> columns(Element* output, std::int64_t group, std::int64_t begin,
                          std::int64_t count) const {
    return {output + begin * channels + group * group_outputs(), count, group_outputs(),
            Eigen::OuterStride<>(channels)};
  }

  Eigen::Map<const Rows> weights(const Operands& operands, std::int64_t group) const {
    return {operands.inputs[1] + group * group_outputs() * taps, group_outputs(), taps};
  }

  /// Calls work(group, first row, rows, patches): with all samples at once, or by sample and group.
  template <typename Work>
  void for_each_group(const Operands& operands, const Work& work) const {
    const auto samples = static_cast<std::int64_t>(operands.samples);
    if (direct) return work(0, 0, samples * rows, operands.inputs[0]);
    std::vector<float> patches(static_cast<std::size_t>(rows * taps));
    for (std::int64_t sample = 0; sample < samples; ++sample)
      for (std::int64_t group = 0; group < groups; ++group) {
        const float* const from =
            operands.inputs[0] + sample * static_cast<std::int64_t>(image) + group * group_inputs();
        for (const Tap& tap : windows)
          std::copy_n(
              from + tap.input * inputs, group_inputs(),
              &patches[static_cast<std::size_t>(tap.output * taps + tap.tap * group_inputs())]);
        work(group, sample * rows, rows, patches.data());
      }
  }

  void add_patches(const std::vector<float>& patches, std::int64_t group, float* to) const {
    const std::int64_t count = group_inputs();
    for (const Tap& tap : windows) {
      const float* const from =
          &patches[static_cast<std::size_t>(tap.output * taps + tap.tap * count)];
      float* const pixel = to + tap.input * inputs + group * count;
      for (std::int64_t c = 0; c < count; ++c) pixel[c] += from[c];
    }
  }
};

/// Output channel c reads input channel c / multiplier; weights are [taps][output channel].
struct Depthwise {
  std::size_t inputs = 0, multiplier = 1;  ///< channels of the image, of each of them
  std::size_t image = 0, outputs = 0;      ///< elements
  std::vector<Tap> windows;

  std::size_t channels() const { return inputs * multiplier; }

  void forward(const Operands& operands, float* output) const {
    const float* const bias = operands.inputs.size() > 2 ? operands.inputs[2] : nullptr;
    for (std::size_t i = 0; i < operands.samples * outputs; i += channels())
      for (std::size_t c = 0; c < channels(); ++c) output[i + c] = bias ? bias[c] : 0;
    for_each_tap(operands, [&](std::size_t in, std::size_t weight, std::size_t out) {
      multiply_add(operands.inputs[0] + in, operands.inputs[1] + weight, output + out);
    });
  }

  void backward(const Operands& operands, const float*, const float* gradient,
                const std::vector<float*>& to) const {
    if (to[0])
      for_each_tap(operands, [&](std::size_t in, std::size_t weight, std::size_t out) {
        gather(gradient + out, operands.inputs[1] + weight, to[0] + in);
      });
    if (to[1])
      for_each_tap(operands, [&](std::size_t in, std::size_t weight, std::size_t out) {
        multiply_add(operands.inputs[0] + in, gradient + out, to[1] + weight);
      });
    if (to.size() > 2 && to[2])
      for (std::size_t i = 0; i < operands.samples * outputs; i += channels())
        for (std::size_t c = 0; c < channels(); ++c) to[2][c] += gradient[i + c];
  }

 private:
  template <typename Work>
  void for_each_tap(const Operands& operands, const Work& work) const {
    for (std::size_t sample = 0; sample < operands.samples; ++sample)
      for (const Tap& tap : windows)
        work(sample * image + static_cast<std::size_t>(tap.input) * inputs,
             static_cast<std::size_t>(tap.tap) * channels(),
             sample * outputs + static_cast<std::size_t>(tap.output) * channels());
  }

  /// to[c] += pixel[c / multiplier] * by[c]
  void multiply_add(const float* __restrict pixel, const float* __restrict by,
                    float* __restrict to) const {
    if (multiplier == 1) {
      for (std::size_t c = 0; c < inputs; ++c) to[c] += pixel[c] * by[c];
      return;
    }
    for (std::size_t c = 0; c < inputs; ++c)
      for (std::size_t m = 0; m < multiplier; ++m)
        to[c * multiplier + m] += pixel[c] * by[c * multiplier + m];
  }

  /// to[c / multiplier] += a[c] * b[c]
  void gather(const float* __restrict a, const float* __restrict b, float* __restrict to) const {
    if (multiplier == 1) return multiply_add(a, b, to);
    for (std::size_t c = 0; c < channels(); ++c) to[c / multiplier] += a[c] * b[c];
  }
};

template <typename Attributes>
Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<Attributes>();
  const Shape& weights = view.input(1).shape;
  return {.kernel = {weights[1], weights[2]},
          .stride = attributes.stride,
          .dilation = attributes.dilation,
          .pads = attributes.pads};
}

Differentiable differentiate_conv2d(const NodeView& view) {
  const Window window = window_of<ops::Conv2dAttributes>(view);
  const Shape& input = view.input(0).shape;
  const Shape& weights = view.input(1).shape;
  Linear linear{.rows = element_count(view.output().shape) / weights[0],
                .taps = std::int64_t{weights[1]} * weights[2] * weights[3],
                .channels = weights[0],
                .groups = input[3] / weights[3],
                .inputs = input[3],
                .image = count_of_elements(view.input(0))};
  linear.direct = linear.groups == 1 && is_pointwise_window(window);
  if (!linear.direct) linear.windows = taps_of(input, window);
  return activated(differentiable_by(linear), view.attributes<ops::Conv2dAttributes>().activation,
                   view);
}

Differentiable differentiate_fully_connected(const NodeView& view) {
  const Shape& weights = view.input(1).shape;
  const Linear linear{.rows = element_count(view.input(0).shape) / weights[1],
                      .taps = weights[1],
                      .channels = weights[0],
                      .inputs = weights[1],
                      .image = count_of_elements(view.input(0)),
                      .direct = true};
  return activated(differentiable_by(linear),
                   view.attributes<ops::FullyConnectedAttributes>().activation, view);
}

Differentiable differentiate_depthwise_conv2d(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Depthwise depthwise{
      .inputs = static_cast<std::size_t>(input[3]),
      .multiplier = static_cast<std::size_t>(view.input(1).shape[3] / input[3]),
      .image = count_of_elements(view.input(0)),
      .outputs = count_of_elements(view.output()),
      .windows = taps_of(input, window_of<ops::DepthwiseConv2dAttributes>(view))};
  return activated(differentiable_by(depthwise),
                   view.attributes<ops::DepthwiseConv2dAttributes>().activation, view);
}

const std::vector<Learnable> weights = {Learnable::no, Learnable::factor, Learnable::summand};

const DifferentiationRule rules[] = {
    {&ops::conv2d, differentiate_conv2d, weights},
    {&ops::depthwise_conv2d, differentiate_depthwise_conv2d, weights},
    {&ops::fully_connected, differentiate_fully_connected, weights},
};

}  // namespace

std::span<const DifferentiationRule> linear_rules() {
  return rules;
}

}  // namespace smelt
