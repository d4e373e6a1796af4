// SPDX-License-Identifier: Apache-2.0
#include "tests/support/oracle_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/bit_shift.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/conv_integer.h"
#include "compiler/ops/cum_sum.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/dequantize_linear.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/gather_elements.h"
#include "compiler/ops/gather_nd.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/local_response.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lookup.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/normalize.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/quantize_linear.h"
#include "compiler/ops/recurrent.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/reduce_by.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/resample.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/sum.h"
#include "compiler/ops/take.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/top_k.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/trilu.h"
#include "compiler/ops/where.h"

namespace smelt::test {
namespace {

/// A node with the elements of its operands; absent ones are null. State may be changed.
struct Call {
  const NodeView& view;
  const std::vector<oracle::Tensor*>& operands;
  const oracle::Tensor& like;

  const oracle::Tensor& operator[](std::size_t i) const { return *operands[i]; }
  const oracle::Tensor* optional(std::size_t i) const {
    return i < operands.size() ? operands[i] : nullptr;
  }
  template <typename A>
  const A& attributes() const {
    return view.attributes<A>();
  }
};

std::vector<int> ints(const std::vector<std::int32_t>& values) {
  return {values.begin(), values.end()};
}

oracle::Activation activation_of(Activation activation) {
  return static_cast<oracle::Activation>(activation);  // listed in the same order
}

// --- windows: the oracle knows SAME and VALID, graphs have pads of any size
// ------------------------

oracle::Tensor padded(const oracle::Tensor& image, const Pads& pads) {
  oracle::Tensor like = image;
  like.shape[1] += pads.top + pads.bottom;
  like.shape[2] += pads.left + pads.right;
  return oracle::pad(image, {.before = {0, pads.top, pads.left, 0}}, nullptr, like);
}

template <typename Attributes>
oracle::ConvolutionOptions convolution_options(const Attributes& attributes) {
  oracle::ConvolutionOptions options;
  options.stride_h = attributes.stride.height;
  options.stride_w = attributes.stride.width;
  options.activation = activation_of(attributes.activation);
  return options;
}

template <typename Attributes, auto function>
oracle::Tensor convolution(const Call& call) {
  const auto& attributes = call.attributes<Attributes>();
  oracle::ConvolutionOptions options = convolution_options(attributes);
  options.dilation_h = attributes.dilation.height;
  options.dilation_w = attributes.dilation.width;
  return function(padded(call[0], attributes.pads), call[1], call.optional(2), options, call.like);
}

oracle::Tensor conv_integer(const Call& call) {
  const auto& attributes = call.attributes<ops::ConvIntegerAttributes>();
  oracle::ConvolutionOptions options;
  options.stride_h = attributes.stride.height;
  options.stride_w = attributes.stride.width;
  options.dilation_h = attributes.dilation.height;
  options.dilation_w = attributes.dilation.width;
  oracle::Tensor image = call[0];
  image.scales = {1};  // what it is padded with
  image.zero_points = {attributes.zero_point};
  return oracle::conv_integer(padded(image, attributes.pads), call[1], call.optional(2), options,
                              attributes.zero_point, call.like);
}

/// The pads are cut off the output of a convolution without any.
oracle::Tensor transpose_conv(const Call& call) {
  const auto& attributes = call.attributes<ops::TransposeConvAttributes>();
  const Pads& pads = attributes.pads;
  oracle::Tensor whole = call.like;
  whole.shape[1] += pads.top + pads.bottom;
  whole.shape[2] += pads.left + pads.right;
  whole = oracle::transpose_conv(call[0], call[1], call.optional(2),
                                 convolution_options(attributes), whole);
  return oracle::slice(whole, {.begin = {0, pads.top, pads.left, 0}, .size = call.like.shape},
                       call.like);
}

/// Positions of one window inside the image: from `begin`, `size` of them, `step` apart.
struct Seen {
  int begin, size, step;
};
Seen seen(int output, int stride, int pad, int kernel, int dilation, int extent) {
  Seen result{0, 0, dilation};
  for (int tap = kernel - 1; tap >= 0; --tap) {
    const int position = output * stride - pad + tap * dilation;
    if (position < 0 || position >= extent) continue;
    result.begin = position;
    ++result.size;
  }
  return result;
}

/// Every pixel by itself: what its window sees of the image is cut out and pooled whole.
template <auto function>
oracle::Tensor pool(const Call& call) {
  const auto& attributes = call.attributes<ops::Pool2dAttributes>();
  const std::vector<int>& image = call[0].shape;
  std::vector<oracle::Tensor> rows;
  for (int y = 0; y < call.like.shape[1]; ++y) {
    std::vector<oracle::Tensor> pixels;
    for (int x = 0; x < call.like.shape[2]; ++x) {
      const Seen row = seen(y, attributes.stride.height, attributes.pads.top,
                            attributes.kernel.height, attributes.dilation.height, image[1]);
      const Seen column = seen(x, attributes.stride.width, attributes.pads.left,
                               attributes.kernel.width, attributes.dilation.width, image[2]);
      oracle::Tensor part = call[0];
      part.shape = {image[0], row.size, column.size, image[3]};
      part = oracle::strided_slice(call[0],
                                   {.begin = {0, row.begin, column.begin, 0},
                                    .stride = {1, row.step, column.step, 1},
                                    .size = part.shape},
                                   part);
      oracle::Tensor pixel = call.like;
      pixel.shape = {image[0], 1, 1, image[3]};
      const oracle::PoolOptions options{.filter_h = row.size,
                                        .filter_w = column.size,
                                        .activation = activation_of(attributes.activation)};
      pixels.push_back(function(part, options, pixel));
    }
    const auto join = [&](const std::vector<oracle::Tensor>& parts, int axis,
                          const std::vector<int>& shape) {
      std::vector<const oracle::Tensor*> pointers;
      for (const oracle::Tensor& each : parts) pointers.push_back(&each);
      oracle::Tensor like = call.like;
      like.shape = shape;
      return oracle::concatenation(pointers, {.axis = axis}, like);
    };
    rows.push_back(join(pixels, 2, {image[0], 1, call.like.shape[2], image[3]}));
    if (y + 1 == call.like.shape[1]) return join(rows, 1, call.like.shape);
  }
  throw std::invalid_argument("an output without rows");
}

// --- the other operators -----------------------------------------------------------------------

template <auto function>
oracle::Tensor unary(const Call& call) {
  return function(call[0], call.like);
}

template <auto function>
oracle::Tensor binary(const Call& call) {
  return function(call[0], call[1], call.like);
}

template <typename Attributes, auto function>
oracle::Tensor activated(const Call& call) {
  return function(call[0], call[1],
                  {.activation = activation_of(call.attributes<Attributes>().activation)},
                  call.like);
}

oracle::Tensor fully_connected(const Call& call) {
  const auto& attributes = call.attributes<ops::FullyConnectedAttributes>();
  return oracle::fully_connected(call[0], call[1], call.optional(2),
                                 {.activation = activation_of(attributes.activation)}, call.like);
}

template <auto function>
oracle::Tensor reduction(const Call& call) {
  return function(call[0], {.axes = ints(call.attributes<ops::ReduceAttributes>().axes)},
                  call.like);
}

template <auto function>
oracle::Tensor arg(const Call& call) {
  const auto& attributes = call.attributes<ops::ArgAttributes>();
  return function(call[0], {.axis = attributes.axis, .last = attributes.last}, call.like);
}

template <auto function>
oracle::Tensor resize(const Call& call) {
  const auto& attributes = call.attributes<ops::ResizeAttributes>();
  return function(call[0],
                  {.align_corners = attributes.align_corners,
                   .half_pixel_centers = attributes.half_pixel_centers},
                  call.like);
}

oracle::Tensor leaky_relu(const Call& call) {
  return oracle::leaky_relu(call[0], {.alpha = call.attributes<ops::LeakyReluAttributes>().alpha},
                            call.like);
}

oracle::Tensor elu(const Call& call) {
  const auto& [alpha, slope, rate] = call.attributes<ops::EluAttributes>();
  return oracle::elu(call[0], {.alpha = alpha, .slope = slope, .rate = rate}, call.like);
}

oracle::Tensor mod(const Call& call) {
  return oracle::mod(call[0], call[1], {.floored = call.attributes<ops::ModAttributes>().floored},
                     call.like);
}

oracle::Tensor bit_shift(const Call& call) {
  return oracle::bit_shift(call[0], call[1],
                           {.right = call.attributes<ops::BitShiftAttributes>().right}, call.like);
}

oracle::Tensor where(const Call& call) {
  return oracle::where(call[0], call[1], call[2], call.like);
}

oracle::Tensor softmax(const Call& call) {
  return oracle::softmax(call[0], {.beta = call.attributes<ops::SoftmaxAttributes>().beta},
                         call.like);
}

oracle::Tensor concat(const Call& call) {
  return oracle::concatenation({call.operands.begin(), call.operands.end()},
                               {.axis = call.attributes<ops::ConcatAttributes>().axis}, call.like);
}

oracle::Tensor pad(const Call& call) {
  const auto& attributes = call.attributes<ops::PadAttributes>();
  oracle::Tensor value{.type = call.like.type, .shape = {1}};
  if (value.type == oracle::Type::f32)
    value.f = {attributes.float_value};
  else
    value.q = {attributes.value};
  return oracle::pad(call[0], {.before = ints(attributes.before)}, &value, call.like);
}

oracle::Tensor slice(const Call& call) {
  const auto& attributes = call.attributes<ops::SliceAttributes>();
  return oracle::strided_slice(call[0],
                               {.begin = ints(attributes.begin),
                                .stride = ints(attributes.stride),
                                .size = ints(attributes.size)},
                               call.like);
}

oracle::Tensor transpose(const Call& call) {
  return oracle::transpose(
      call[0], {.permutation = ints(call.attributes<ops::TransposeAttributes>().permutation)},
      call.like);
}

oracle::Tensor cum_sum(const Call& call) {
  const auto& attributes = call.attributes<ops::CumSumAttributes>();
  return oracle::cum_sum(
      call[0],
      {.axis = attributes.axis, .exclusive = attributes.exclusive, .reverse = attributes.reverse},
      call.like);
}

oracle::Tensor resample(const Call& call) {
  const auto& attributes = call.attributes<ops::ResampleAttributes>();
  return oracle::resample(call[0],
                          {.axis = attributes.axis,
                           .places = ints(attributes.places),
                           .weights = attributes.weights,
                           .bias = attributes.bias},
                          call.like);
}

oracle::Tensor take(const Call& call) {
  const auto& attributes = call.attributes<ops::TakeAttributes>();
  return oracle::take(call[0], {.sizes = ints(attributes.sizes), .places = ints(attributes.places)},
                      call.like);
}

oracle::Tensor trilu(const Call& call) {
  const auto& attributes = call.attributes<ops::TriluAttributes>();
  return oracle::trilu(call[0], {.diagonal = attributes.diagonal, .upper = attributes.upper},
                       call.like);
}

template <typename Attributes, auto function>
oracle::Tensor gather(const Call& call) {
  return function(call[0], call[1], {.axis = call.attributes<Attributes>().axis}, call.like);
}

oracle::Tensor gather_nd(const Call& call) {
  return oracle::gather_nd(call[0], call[1],
                           {.batch_dims = call.attributes<ops::GatherNdAttributes>().batch_dims},
                           call.like);
}

oracle::Scatter scatter_rule(const std::string& reduction) {
  return reduction == "add"   ? oracle::Scatter::add
         : reduction == "mul" ? oracle::Scatter::mul
                              : oracle::Scatter::none;
}

oracle::Tensor scatter_elements(const Call& call) {
  const auto& attributes = call.attributes<ops::ScatterElementsAttributes>();
  return oracle::scatter_elements(call[0], call[1], call[2], {.axis = attributes.axis},
                                  scatter_rule(attributes.reduction), call.like);
}

oracle::Tensor scatter_nd(const Call& call) {
  const auto& attributes = call.attributes<ops::ScatterNdAttributes>();
  return oracle::scatter_nd(call[0], call[1], call[2], scatter_rule(attributes.reduction),
                            call.like);
}

oracle::Tensor one_hot(const Call& call) {
  const auto& attributes = call.attributes<ops::OneHotAttributes>();
  return oracle::one_hot(call[0], call[1], {.axis = attributes.axis, .depth = attributes.depth},
                         call.like);
}

oracle::Tensor top_k(const Call& call) {
  const auto& attributes = call.attributes<ops::TopKAttributes>();
  return oracle::top_k(call[0],
                       {.axis = attributes.axis, .k = attributes.k, .largest = attributes.largest},
                       call.like);
}

oracle::Tensor lstm(const Call& call) {
  using At = ops::LstmOperand;
  const auto& attributes = call.attributes<ops::LstmAttributes>();
  const auto gate = [&](std::size_t i) {
    return oracle::LstmGate{.input_weights = call.operands[At::weights + i],
                            .recurrent_weights = call.operands[At::recurrent_weights + i],
                            .bias = call.operands[At::bias + i]};
  };
  oracle::LstmState state{.hidden = call[At::hidden], .cell = call[At::cell]};
  const oracle::Tensor output = oracle::unidirectional_sequence_lstm(
      call[At::input], {.input = gate(0), .forget = gate(1), .cell = gate(2), .output = gate(3)},
      state, {.time_major = attributes.time_major, .cell_clip = attributes.cell_clip}, call.like);
  *call.operands[At::hidden] = state.hidden;
  *call.operands[At::cell] = state.cell;
  return output;
}

template <auto function>
oracle::Tensor scaled(const Call& call) {
  return function(call[0], call[1], call[2], call.like);
}

template <oracle::RecurrentCell kind>
oracle::Tensor recurrent(const Call& call) {
  using At = ops::RecurrentOperand;
  const auto& a = call.attributes<ops::RecurrentAttributes>();
  oracle::RecurrentOperands operands{.input = &call[At::input],
                                     .weights = &call[At::weights],
                                     .recurrent_weights = &call[At::recurrent_weights],
                                     .bias = call.optional(At::bias),
                                     .lengths = call.optional(At::lengths),
                                     .hidden = call.optional(At::hidden)};
  if (kind == oracle::RecurrentCell::gru) operands.reset_bias = call.optional(At::reset_bias);
  if (kind == oracle::RecurrentCell::lstm) {
    operands.cell = call.optional(At::cell);
    operands.peepholes = call.optional(At::peepholes);
  }
  return oracle::recurrent(kind, operands,
                           {.reverse = a.reverse,
                            .all_rows = a.all_rows,
                            .hidden_row = a.hidden_row,
                            .cell_row = a.cell_row,
                            .coupled = a.coupled,
                            .clip = a.clip,
                            .cell_power = a.cell_power,
                            .gate = {a.gate, a.gate_alpha, a.gate_beta},
                            .candidate = {a.candidate, a.candidate_alpha, a.candidate_beta},
                            .output = {a.output, a.output_alpha, a.output_beta}},
                           call.like);
}

template <auto function>
oracle::Tensor normalization(const Call& call) {
  const auto& attributes = call.attributes<ops::NormalizeAttributes>();
  return function(call[0], {.axes = ints(attributes.axes), .epsilon = attributes.epsilon},
                  call.like);
}

oracle::Tensor local_response(const Call& call) {
  const auto& a = call.attributes<ops::LocalResponseAttributes>();
  return oracle::local_response(
      call[0], {.axis = a.axis, .size = a.size, .alpha = a.alpha, .beta = a.beta, .bias = a.bias},
      call.like);
}

oracle::Tensor batch_matmul(const Call& call) {
  const auto& a = call.attributes<ops::BatchMatmulAttributes>();
  return oracle::batch_matmul(
      call[0], call[1], {.transpose_a = a.transpose_a, .transpose_b = a.transpose_b}, call.like);
}

struct Row {
  const OpDef& op;
  oracle::Tensor (*run)(const Call&);
};

const Row rows[] = {
    {ops::abs, unary<oracle::abs>},
    {ops::acos, unary<oracle::acos>},
    {ops::acosh, unary<oracle::acosh>},
    {ops::add, activated<ops::AddAttributes, oracle::add>},
    {ops::arg_max, arg<oracle::arg_max>},
    {ops::arg_min, arg<oracle::arg_min>},
    {ops::asin, unary<oracle::asin>},
    {ops::asinh, unary<oracle::asinh>},
    {ops::atan, unary<oracle::atan>},
    {ops::atanh, unary<oracle::atanh>},
    {ops::average_pool2d, pool<oracle::average_pool2d>},
    {ops::batch_matmul, batch_matmul},
    {ops::bit_shift, bit_shift},
    {ops::cast, unary<oracle::cast>},
    {ops::ceil, unary<oracle::ceil>},
    {ops::concat, concat},
    {ops::conv2d, convolution<ops::Conv2dAttributes, oracle::conv2d>},
    {ops::conv_integer, conv_integer},
    {ops::cos, unary<oracle::cos>},
    {ops::cosh, unary<oracle::cosh>},
    {ops::cum_sum, cum_sum},
    {ops::depthwise_conv2d, convolution<ops::DepthwiseConv2dAttributes, oracle::depthwise_conv2d>},
    {ops::dequantize, unary<oracle::dequantize>},
    {ops::dequantize_linear, scaled<oracle::dequantize_linear>},
    {ops::div, activated<ops::DivAttributes, oracle::div>},
    {ops::elu, elu},
    {ops::equal, binary<oracle::equal>},
    {ops::erf, unary<oracle::erf>},
    {ops::exp, unary<oracle::exp>},
    {ops::floor, unary<oracle::floor>},
    {ops::fully_connected, fully_connected},
    {ops::gather, gather<ops::GatherAttributes, oracle::gather>},
    {ops::gather_elements, gather<ops::GatherElementsAttributes, oracle::gather_elements>},
    {ops::gather_nd, gather_nd},
    {ops::gelu, unary<oracle::gelu>},
    {ops::hard_swish, unary<oracle::hard_swish>},
    {ops::inverse_deviation, normalization<oracle::inverse_deviation>},
    {ops::l1_normalize, normalization<oracle::l1_normalize>},
    {ops::l1_pool2d, pool<oracle::l1_pool2d>},
    {ops::l2_normalize, normalization<oracle::l2_normalize>},
    {ops::l2_pool2d, pool<oracle::l2_pool2d>},
    {ops::leaky_relu, leaky_relu},
    {ops::less, binary<oracle::less>},
    {ops::less_equal, binary<oracle::less_equal>},
    {ops::local_response, local_response},
    {ops::log, unary<oracle::log>},
    {ops::log_softmax, unary<oracle::log_softmax>},
    {ops::logical_and, binary<oracle::logical_and>},
    {ops::logical_not, unary<oracle::logical_not>},
    {ops::logical_or, binary<oracle::logical_or>},
    {ops::logical_xor, binary<oracle::logical_xor>},
    {ops::logistic, unary<oracle::logistic>},
    {ops::lookup, binary<oracle::lookup>},
    {ops::lstm, lstm},
    {ops::max_pool2d, pool<oracle::max_pool2d>},
    {ops::maximum, binary<oracle::maximum>},
    {ops::mean, reduction<oracle::mean>},
    {ops::minimum, binary<oracle::minimum>},
    {ops::mod, mod},
    {ops::mul, activated<ops::MulAttributes, oracle::mul>},
    {ops::neg, unary<oracle::neg>},
    {ops::normalize, normalization<oracle::normalize>},
    {ops::one_hot, one_hot},
    {ops::pad, pad},
    {ops::pow, binary<oracle::pow>},
    {ops::prelu, binary<oracle::prelu>},
    {ops::quantize, unary<oracle::quantize>},
    {ops::quantize_linear, scaled<oracle::quantize_linear>},
    {ops::reciprocal, unary<oracle::reciprocal>},
    {ops::reduce_l1, reduction<oracle::reduce_l1>},
    {ops::reduce_l2, reduction<oracle::reduce_l2>},
    {ops::reduce_log_sum, reduction<oracle::reduce_log_sum>},
    {ops::reduce_log_sum_exp, reduction<oracle::reduce_log_sum_exp>},
    {ops::reduce_max, reduction<oracle::reduce_max>},
    {ops::reduce_min, reduction<oracle::reduce_min>},
    {ops::reduce_prod, reduction<oracle::reduce_prod>},
    {ops::reduce_sum_square, reduction<oracle::reduce_sum_square>},
    {ops::relu, unary<oracle::relu>},
    {ops::relu6, unary<oracle::relu6>},
    {ops::relu_n1_to_1, unary<oracle::relu_n1_to_1>},
    {ops::requantize_linear, scaled<oracle::requantize_linear>},
    {ops::resample, resample},
    {ops::reshape, unary<oracle::reshape>},
    {ops::resize_bilinear, resize<oracle::resize_bilinear>},
    {ops::resize_nearest, resize<oracle::resize_nearest_neighbor>},
    {ops::round, unary<oracle::round>},
    {ops::rsqrt, unary<oracle::rsqrt>},
    {ops::scatter_elements, scatter_elements},
    {ops::scatter_nd, scatter_nd},
    {ops::sequence_gru, recurrent<oracle::RecurrentCell::gru>},
    {ops::sequence_lstm, recurrent<oracle::RecurrentCell::lstm>},
    {ops::sequence_rnn, recurrent<oracle::RecurrentCell::rnn>},
    {ops::sign, unary<oracle::sign>},
    {ops::sin, unary<oracle::sin>},
    {ops::sinh, unary<oracle::sinh>},
    {ops::slice, slice},
    {ops::softmax, softmax},
    {ops::softplus, unary<oracle::softplus>},
    {ops::softsign, unary<oracle::softsign>},
    {ops::sqrt, unary<oracle::sqrt>},
    {ops::sub, activated<ops::SubAttributes, oracle::sub>},
    {ops::sum, reduction<oracle::sum>},
    {ops::take, take},
    {ops::tan, unary<oracle::tan>},
    {ops::tanh, unary<oracle::tanh>},
    {ops::top_k, top_k},
    {ops::transpose, transpose},
    {ops::transpose_conv, transpose_conv},
    {ops::trilu, trilu},
    {ops::where, where},
};

const Row* row_of(const OpDef& op) {
  for (const Row& row : rows)
    if (&row.op == &op) return &row;
  return nullptr;
}

oracle::Tensor real_zeros(const Tensor& tensor) {
  oracle::Tensor result = for_oracle(tensor);
  const auto count = static_cast<std::size_t>(element_count(tensor.shape));
  if (tensor.type == ElementType::f32)
    result.f.assign(count, 0);
  else
    result.q.assign(count, tensor.quantization.present() ? tensor.quantization.zero_point() : 0);
  return result;
}

}  // namespace

bool oracle_has(const OpDef& op) {
  return row_of(op) != nullptr;
}

OracleGraph::OracleGraph(const Graph& graph) : graph_(graph) {
  for (const Tensor& tensor : graph.tensors)
    tensors_.push_back(for_oracle(tensor, tensor.constant ? tensor.data : Bytes()));
  reset();
}

void OracleGraph::reset() {
  for (std::size_t i = 0; i < tensors_.size(); ++i)
    if (graph_.tensors[i].variable) tensors_[i] = real_zeros(graph_.tensors[i]);
}

void OracleGraph::run(const std::vector<Bytes>& inputs, const Observer& observe) {
  const auto at = [&](TensorId id) { return &tensors_[static_cast<std::size_t>(id)]; };
  for (std::size_t i = 0; i < inputs.size(); ++i)
    *at(graph_.inputs[i]) = for_oracle(graph_[graph_.inputs[i]], inputs[i]);
  for (const Node& node : graph_.nodes) {
    std::vector<oracle::Tensor*> operands;
    for (const TensorId id : node.inputs) operands.push_back(id == no_tensor ? nullptr : at(id));
    const NodeView view{graph_, node};
    oracle::Tensor result = row_of(*node.op)->run({view, operands, for_oracle(view.output())});
    *at(node.outputs[0]) = std::move(result);
    if (!observe) continue;
    for (const TensorId id : node.inputs)
      if (id != no_tensor && graph_[id].variable) observe(id, *at(id));
    observe(node.outputs[0], *at(node.outputs[0]));
  }
}

std::string oracle_mismatch(const Graph& graph, OracleGraph& oracle, Evaluation& evaluation,
                            const std::vector<Bytes>& inputs) {
  evaluation.run(inputs);
  std::string problem;
  oracle.run(inputs, [&](TensorId id, oracle::Tensor& expected) {
    const std::string found = difference(expected, graph[id], evaluation[id]);
    if (!found.empty() && problem.empty())
      problem = fmt::format("tensor %{} \"{}\": {}", static_cast<std::int32_t>(id), graph[id].name,
                            found);
    if (graph[id].type == ElementType::f32) expected = for_oracle(graph[id], evaluation[id]);
  });
  return problem;
}

}  // namespace smelt::test
