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
#include <string>
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
/// Weights OHWI, groups as in conv2d; the dilation must be 1. The padding is that of the
/// convolution which leads from the output's shape back to the input's.
Tensor transpose_conv(const Tensor& input, const Tensor& weights, const Tensor* bias,
                      const ConvolutionOptions& options, const Tensor& like);

/// ONNX's: s32 sums of (input - zero point) * weight over an input that is padded with the zero
/// point; no padding, no activation of its own.
Tensor conv_integer(const Tensor& input, const Tensor& weights, const Tensor* bias,
                    const ConvolutionOptions& options, int zero_point, const Tensor& like);

struct FullyConnectedOptions {
  Activation activation = Activation::none;
};

/// Weights [outputs, inputs]; the input is read as rows of `inputs` elements.
Tensor fully_connected(const Tensor& input, const Tensor& weights, const Tensor* bias,
                       const FullyConnectedOptions& options, const Tensor& like);

struct BatchMatmulOptions {
  bool transpose_a = false;
  bool transpose_b = false;
};

/// Matrices in the last two dimensions, the others broadcast: f32.
Tensor batch_matmul(const Tensor& a, const Tensor& b, const BatchMatmulOptions& options,
                    const Tensor& like);

// Elementwise on two operands, with numpy broadcasting: f32, s8, u8, s16; integers without scales
// are numbers modulo 2^n.

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

/// Without scales. Integers: towards zero; by zero: 0.
Tensor div(const Tensor& a, const Tensor& b, const ElementwiseOptions& options, const Tensor& like);

struct ModOptions {
  bool floored = false;  // the divisor's sign rather than the dividend's
};

Tensor mod(const Tensor& a, const Tensor& b, const ModOptions& options, const Tensor& like);
/// Of integers, what is left of a fraction is its whole part.
Tensor pow(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor equal(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor less(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor less_equal(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor logical_and(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor logical_or(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor logical_xor(const Tensor& a, const Tensor& b, const Tensor& like);
Tensor logical_not(const Tensor& input, const Tensor& like);

struct BitShiftOptions {
  bool right = false;
};

Tensor bit_shift(const Tensor& a, const Tensor& b, const BitShiftOptions& options,
                 const Tensor& like);
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& like);

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
Tensor l1_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like);  // f32
Tensor l2_pool2d(const Tensor& input, const PoolOptions& options, const Tensor& like);  // f32

// Reductions: f32, s8, u8, s16; sum also s32 without scales. Whether reduced dimensions are kept
// shows in the shape of `like`.

struct ReductionOptions {
  std::vector<int> axes;  // each in -rank..rank-1
};

struct ArgOptions {
  int axis = -1;
  bool last = false;  // of equals
};

struct CumSumOptions {
  int axis = 0;
  bool exclusive = false;
  bool reverse = false;
};

Tensor mean(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor sum(const Tensor& input, const ReductionOptions& options, const Tensor& like);
/// f32, s8, u8, s32, s64; the numbers as they are.
Tensor reduce_max(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor reduce_min(const Tensor& input, const ReductionOptions& options, const Tensor& like);
/// f32, s32, s64; integers wrap around.
Tensor reduce_prod(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor reduce_l1(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor reduce_sum_square(const Tensor& input, const ReductionOptions& options, const Tensor& like);
/// f32
Tensor reduce_l2(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor reduce_log_sum(const Tensor& input, const ReductionOptions& options, const Tensor& like);
Tensor reduce_log_sum_exp(const Tensor& input, const ReductionOptions& options, const Tensor& like);
/// f32, s32, s64; integers wrap around.
Tensor cum_sum(const Tensor& input, const CumSumOptions& options, const Tensor& like);
/// The first (last) index of the largest (smallest) element; `like` is s32 or s64.
Tensor arg_max(const Tensor& input, const ArgOptions& options, const Tensor& like);
Tensor arg_min(const Tensor& input, const ArgOptions& options, const Tensor& like);

// Normalizations: f32.

struct NormalizeOptions {
  std::vector<int> axes;  // ascending, from 0
  float epsilon = 0.0F;
};

struct LocalResponseOptions {
  int axis = 0;
  int size = 1;
  float alpha = 0.0F;
  float beta = 0.0F;
  float bias = 0.0F;
};

Tensor normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like);
Tensor l1_normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like);
Tensor l2_normalize(const Tensor& input, const NormalizeOptions& options, const Tensor& like);
/// Of the axes, `like` has one element each.
Tensor inverse_deviation(const Tensor& input, const NormalizeOptions& options, const Tensor& like);
Tensor local_response(const Tensor& input, const LocalResponseOptions& options, const Tensor& like);

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

/// Bytes by a table of 256, indexed by their bits.
Tensor lookup(const Tensor& input, const Tensor& table, const Tensor& like);

/// f32.
Tensor log_softmax(const Tensor& input, const Tensor& like);

// Functions of one real number: f32; s8 and u8 with scales, as a table filled in float32 (the
// arithmetic notes, 5.2). abs, neg and sign: also integers without scales, modulo 2^n.

Tensor abs(const Tensor& input, const Tensor& like);
Tensor acos(const Tensor& input, const Tensor& like);
Tensor acosh(const Tensor& input, const Tensor& like);
Tensor asin(const Tensor& input, const Tensor& like);
Tensor asinh(const Tensor& input, const Tensor& like);
Tensor atan(const Tensor& input, const Tensor& like);
Tensor atanh(const Tensor& input, const Tensor& like);
Tensor ceil(const Tensor& input, const Tensor& like);
Tensor cos(const Tensor& input, const Tensor& like);
Tensor cosh(const Tensor& input, const Tensor& like);
Tensor erf(const Tensor& input, const Tensor& like);
Tensor exp(const Tensor& input, const Tensor& like);
Tensor floor(const Tensor& input, const Tensor& like);
Tensor gelu(const Tensor& input, const Tensor& like);
Tensor log(const Tensor& input, const Tensor& like);
Tensor neg(const Tensor& input, const Tensor& like);
Tensor reciprocal(const Tensor& input, const Tensor& like);
Tensor round(const Tensor& input, const Tensor& like);
Tensor rsqrt(const Tensor& input, const Tensor& like);
Tensor sign(const Tensor& input, const Tensor& like);
Tensor sin(const Tensor& input, const Tensor& like);
Tensor sinh(const Tensor& input, const Tensor& like);
Tensor softplus(const Tensor& input, const Tensor& like);
Tensor softsign(const Tensor& input, const Tensor& like);
Tensor sqrt(const Tensor& input, const Tensor& like);
Tensor tan(const Tensor& input, const Tensor& like);

struct EluOptions {
  float alpha = 1.0F;
  float slope = 1.0F;
  float rate = 1.0F;
};

Tensor elu(const Tensor& input, const EluOptions& options, const Tensor& like);

// Change of representation.

/// f32 -> integer, or integer -> integer of another scale.
Tensor quantize(const Tensor& input, const Tensor& like);
Tensor dequantize(const Tensor& input, const Tensor& like);
/// ONNX's, with scales and zero points as tensors that broadcast: half to even. requantize_linear
/// multiplies s32 sums by the scale instead of dividing floats by it.
Tensor quantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                       const Tensor& like);
Tensor requantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                         const Tensor& like);
Tensor dequantize_linear(const Tensor& input, const Tensor& scale, const Tensor& zero_point,
                         const Tensor& like);
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

struct TakeOptions {
  std::vector<int> sizes;   // one per dimension
  std::vector<int> places;  // along the first dimension, then along the next, ...
};

struct TriluOptions {
  int diagonal = 0;
  bool upper = true;
};

/// Elements at listed places along each dimension, as numpy.ix_ names them.
Tensor take(const Tensor& input, const TakeOptions& options, const Tensor& like);
/// What is on the other side of the diagonal becomes 0.
Tensor trilu(const Tensor& input, const TriluOptions& options, const Tensor& like);

// Indices are s32 or s64. Negative ones count from the end; then they are clamped.

struct IndexOptions {
  int axis = 0;        // gather, gather_elements, scatter_elements
  int batch_dims = 0;  // gather_nd
};

enum class Scatter { none, add, mul };

struct OneHotOptions {
  int axis = 0;
  int depth = 0;
};

struct TopKOptions {
  int axis = 0;
  int k = 1;
  bool largest = true;
};

Tensor gather(const Tensor& input, const Tensor& indices, const IndexOptions& options,
              const Tensor& like);
Tensor gather_elements(const Tensor& input, const Tensor& indices, const IndexOptions& options,
                       const Tensor& like);
Tensor gather_nd(const Tensor& input, const Tensor& indices, const IndexOptions& options,
                 const Tensor& like);
/// add and mul: f32, s32, s64; integers wrap around.
Tensor scatter_elements(const Tensor& data, const Tensor& indices, const Tensor& updates,
                        const IndexOptions& options, Scatter reduction, const Tensor& like);
Tensor scatter_nd(const Tensor& data, const Tensor& indices, const Tensor& updates,
                  Scatter reduction, const Tensor& like);
/// `values` is off, then on. Indices outside of -depth to depth - 1 leave all off.
Tensor one_hot(const Tensor& indices, const Tensor& values, const OneHotOptions& options,
               const Tensor& like);
/// Positions, best first; f32, s8, u8, s32, s64.
Tensor top_k(const Tensor& input, const TopKOptions& options, const Tensor& like);

struct ResizeOptions {
  bool align_corners = false;
  bool half_pixel_centers = false;
};

Tensor resize_nearest_neighbor(const Tensor& input, const ResizeOptions& options,
                               const Tensor& like);
Tensor resize_bilinear(const Tensor& input, const ResizeOptions& options, const Tensor& like);

struct ResampleOptions {
  int axis = 0;
  std::vector<int> places;
  std::vector<float> weights;  // one each per place
  std::vector<float> bias;     // one per output, or none
};

/// f32. Along the axis, output i is bias[i] + sum over t of weights[i][t] * input[places[i][t]].
Tensor resample(const Tensor& input, const ResampleOptions& options, const Tensor& like);

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

// ONNX's recurrent layers, one direction: f32, or s8 or s16 with s8 weights (a scale per row or
// one), biases of s32 and states of s16. Gates are ordered as in ONNX: z r n, or i o f c.

enum class RecurrentCell { rnn, gru, lstm };

struct RecurrentOperands {
  const Tensor* input = nullptr;              // [steps, batches, inputs]
  const Tensor* weights = nullptr;            // [gates * units, inputs]
  const Tensor* recurrent_weights = nullptr;  // [gates * units, units]
  const Tensor* bias = nullptr;               // [gates * units], like all that follow optional
  const Tensor* lengths = nullptr;            // [batches]
  const Tensor* hidden = nullptr;             // [batches, units]
  const Tensor* cell = nullptr;               // [batches, units]
  const Tensor* peepholes = nullptr;          // [3 * units]
  const Tensor* reset_bias = nullptr;         // [units]: the candidate's sum is reset, not h
};

struct RecurrentCurve {
  std::string name;  // sigmoid, tanh, relu, affine, hard_sigmoid
  float alpha = 0.0F;
  float beta = 0.0F;
};

struct RecurrentOptions {
  bool reverse = false;
  bool all_rows = true;
  bool hidden_row = false;
  bool cell_row = false;
  bool coupled = false;
  float clip = 0.0F;                       // 0: none
  int cell_power = 0;                      // integers: the cell's scale is two to this
  RecurrentCurve gate, candidate, output;  // of floats
};

/// Rows [batches, units]: of all steps, of the last hidden state, of the last cell.
Tensor recurrent(RecurrentCell kind, const RecurrentOperands& operands,
                 const RecurrentOptions& options, const Tensor& like);

}  // namespace oracle
