// SPDX-License-Identifier: Apache-2.0
//
// A second, deliberately naive implementation of every operator that smelt reads. It is written
// from the arithmetic notes (integers) and from the usual TFLite definitions (float), and shares
// no code with the rest of the project. Where it disagrees with a kernel, one of the two is wrong.
//
// Every operator takes its operands, plain options, and `like`: a tensor without data that gives
// the output's type, shape, scale and zero point. A broken contract (shapes that do not fit, a
// sum that leaves int32) throws std::invalid_argument.
#pragma once

#include <cstdint>
#include <vector>

namespace oracle {

enum class Type { f32, s8, u8, s16, s32, s64, boolean, s4 };
enum class Activation { none, relu, relu_n1_to_1, relu6 };
enum class Padding { same, valid };

/// A whole, unpadded tensor, row major. `f` holds the elements of type f32, `q` those of all
/// other types. More than one scale means one scale per index of dimension `axis`.
struct Tensor {
  Type type = Type::f32;
  std::vector<int> shape;
  std::vector<float> scales;
  std::vector<int> zero_points;
  int axis = 0;
  std::vector<std::int64_t> q;
  std::vector<float> f;
};

// Sums of products: f32, s8, u8; s16 with s8 weights and a bias of s64, or of s32 where sums have
// 32 bits (conv2d, fully_connected). Weights of s8 may
// be s4. Activations NHWC, bias optional.

struct ConvolutionOptions {
  int stride_h = 1;
  int stride_w = 1;
  int dilation_h = 1;
  int dilation_w = 1;
  Padding padding = Padding::valid;
  Activation activation = Activation::none;
};

/// Weights OHWI; the number of groups is input channels / I.
Tensor conv2d(const Tensor& input, const Tensor& weights, const Tensor* bias,
              const ConvolutionOptions& options, const Tensor& like);
/// Weights 1HWC with C = input channels * multiplier.
Tensor depthwise_conv2d(const Tensor& input, const Tensor& weights, const Tensor* bias,
                        const ConvolutionOptions& options, const Tensor& like);
/// Weights OHWI; the dilation must be 1. The padding is that of the convolution which leads
/// from the output's shape back to the input's.
Tensor transpose_conv(const Tensor& input, const Tensor& weights, const Tensor* bias,
                      const ConvolutionOptions& options, const Tensor& like);

struct FullyConnectedOptions {
  Activation activation = Activation::none;
};

/// Weights [outputs, inputs]; the input is read as rows of `inputs` elements.
Tensor fully_connected(const Tensor& input, const Tensor& weights, const Tensor* bias,
                       const FullyConnectedOptions& options, const Tensor& like);

// Elementwise on two operands, with numpy broadcasting: f32, s8, u8, s16; s32 without scales.

struct ElementwiseOptions {
  Activation activation = Activation::none;
};

Tensor add(const Tensor& a, const Tensor& b, const ElementwiseOptions& options, const Tensor& like);
Tensor sub(const Tensor& a, const Tensor& b, const ElementwiseOptions& options, const Tensor& like);
Tensor mul(const Tensor& a, const Tensor& b, const ElementwiseOptions& options, const Tensor& like);
Tensor maximum(const Tensor& a, const Tensor& b, const Tensor& like);  // all types
Tensor minimum(const Tensor& a, const Tensor& b, const Tensor& like);  // all types
/// `alpha` is broadcast to the input's shape; it is s8 where the input is s16.
Tensor prelu(const Tensor& input, const Tensor& alpha, const Tensor& like);

// Pooling over NHWC: f32, s8, u8, s16.

struct PoolOptions {
  int filter_h = 1;
  int filter_w = 1;
  int stride_h = 1;
  int stride_w = 1;
  Padding padding = Padding::valid;
  Activation activation = Activation::none;
};

Tensor average_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like);
Tensor max_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like);

// Reductions: f32, s8, u8, s16; sum also s32 without scales. Whether reduced dimensions are kept
// shows in the shape of `like`.

struct ReductionOptions {
  std::vector<int> axes;  // each in -rank..rank-1
};

struct ArgOptions {
  int axis = -1;
};

Tensor mean(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor sum(const Tensor& input, const ReductionOptions& options, const Tensor& like);
/// The first index of the largest (smallest) element; `like` is s32 or s64.
Tensor arg_max(const Tensor& input, const ArgOptions& options, const Tensor& like);
Tensor arg_min(const Tensor& input, const ArgOptions& options, const Tensor& like);

// Functions of one element, or of one row for softmax: f32, s8, u8, s16 (not hard_swish).

struct SoftmaxOptions {
  float beta = 1.0F;
};

struct LeakyReluOptions {
  float alpha = 0.0F;
};

Tensor softmax(const Tensor& input, const SoftmaxOptions& options, const Tensor& like);
Tensor logistic(const Tensor& input, const Tensor& like);
Tensor tanh(const Tensor& input, const Tensor& like);
Tensor relu(const Tensor& input, const Tensor& like);
Tensor relu6(const Tensor& input, const Tensor& like);
Tensor relu_n1_to_1(const Tensor& input, const Tensor& like);
Tensor leaky_relu(const Tensor& input, const LeakyReluOptions& options, const Tensor& like);
Tensor hard_swish(const Tensor& input, const Tensor& like);

// Change of representation.

/// f32 -> integer, or integer -> integer of another scale.
Tensor quantize(const Tensor& input, const Tensor& like);
Tensor dequantize(const Tensor& input, const Tensor& like);
/// Numbers as they are, without scales: float to integer truncates, integers wrap.
Tensor cast(const Tensor& input, const Tensor& like);

// Data movement: all types, elements are copied as they are.

struct PadOptions {
  std::vector<int> before;  // one per dimension
};

struct ConcatenationOptions {
  int axis = 0;
};

struct TransposeOptions {
  std::vector<int> permutation;  // output dimension i is input dimension permutation[i]
};

struct SliceOptions {
  std::vector<int> begin;  // one per input dimension
  std::vector<int> size;
};

struct StridedSliceOptions {
  std::vector<int> begin;  // one per input dimension, resolved: no masks, no negative positions
  std::vector<int> stride;
  std::vector<int> size;  // elements taken; dropped dimensions count 1
};

/// `value` is a single element; without it, the zero point (integers) or zero.
Tensor pad(const Tensor& input, const PadOptions& options, const Tensor* value, const Tensor& like);
Tensor concatenation(const std::vector<const Tensor*>& inputs, const ConcatenationOptions& options,
                     const Tensor& like);
Tensor reshape(const Tensor& input, const Tensor& like);
Tensor transpose(const Tensor& input, const TransposeOptions& options, const Tensor& like);
Tensor slice(const Tensor& input, const SliceOptions& options, const Tensor& like);
Tensor strided_slice(const Tensor& input, const StridedSliceOptions& options, const Tensor& like);

struct ResizeOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
};

Tensor resize_nearest_neighbor(const Tensor& input, const ResizeOptions& options,
                               const Tensor& like);
Tensor resize_bilinear(const Tensor& input, const ResizeOptions& options, const Tensor& like);

// LSTM without peephole, projection and layer norm; the cell activation is tanh. Either all f32,
// or s8 activations and weights, s32 biases and an s16 cell state whose scale is a power of two.

struct LstmGate {
  const Tensor* input_weights = nullptr;      // [units, inputs]
  const Tensor* recurrent_weights = nullptr;  // [units, units]
  const Tensor* bias = nullptr;               // [units], optional
};

struct LstmGates {
  LstmGate input;
  LstmGate forget;
  LstmGate cell;
  LstmGate output;
};

/// Both [batch, units]. Kept from one call to the next; a fresh state holds real zeros.
struct LstmState {
  Tensor hidden;
  Tensor cell;
};

struct LstmOptions {
  bool time_major = false;  // input [time, batch, inputs] instead of [batch, time, inputs]
  float cell_clip = 0.0F;   // 0: none
};

Tensor unidirectional_sequence_lstm(const Tensor& input, const LstmGates& gates, LstmState& state,
                                    const LstmOptions& options, const Tensor& like);

}  // namespace oracle
