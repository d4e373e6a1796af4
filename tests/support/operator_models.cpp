// SPDX-License-Identifier: Apache-2.0
#include "tests/support/operator_models.h"

#include <fmt/format.h>

#include <numeric>

#include "compiler/ops/add.h"
#include "compiler/ops/arg.h"
#include "compiler/ops/cast.h"
#include "compiler/ops/comparison.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/conv2d.h"
#include "compiler/ops/custom.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/functions.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/log_softmax.h"
#include "compiler/ops/logic.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/lstm.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mod.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/pool2d.h"
#include "compiler/ops/pow.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantize.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/resize.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/softmax.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/sum.h"
#include "compiler/ops/tanh.h"
#include "compiler/ops/transpose.h"
#include "compiler/ops/transpose_conv.h"
#include "compiler/ops/where.h"
#include "tests/support/builder.h"

namespace smelt::test {
namespace {

using enum ElementType;

constexpr ElementType formats[] = {f32, s8, u8, s16};

/// Small numbers of either sign, as bytes of the type.
std::vector<std::uint8_t> pattern(ElementType type, std::int64_t count) {
  std::vector<float> real;
  std::vector<std::int16_t> half;
  std::vector<std::int32_t> wide;
  std::vector<std::int64_t> widest;
  std::vector<std::uint8_t> narrow;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto value = static_cast<std::int32_t>(i * 37 % 101 - 50);
    real.push_back(static_cast<float>(value) / 64);
    half.push_back(static_cast<std::int16_t>(100 * value));
    wide.push_back(value);
    widest.push_back(value);
    narrow.push_back(static_cast<std::uint8_t>(type == s4 ? value % 8 : value));
  }
  switch (type) {
    case f32: return to_bytes(real);
    case s16: return to_bytes(half);
    case s32: return to_bytes(wide);
    case s64: return to_bytes(widest);
    default: return narrow;
  }
}

/// Builds the models of one number format.
class Models {
 public:
  Models(std::vector<NamedModel>& models, ElementType type) : models_(models), type_(type) {}

  void add_all() {
    elementwise();
    activations();
    layers();
    movement();
    shapes();
    reductions();
  }

  /// Starts a model; its first input has this shape.
  TensorId begin(Shape shape, float scale = 0.5F) {
    builder_ = Builder();
    return builder_.input(type_, std::move(shape), scaled(scale));
  }
  void end(const std::string& name, TensorId output) {
    builder_.output(output);
    models_.push_back({name + "_" + std::string(to_string(type_)), std::move(builder_.graph)});
  }

 private:
  Quantization scaled(float scale) const {
    if (type_ == f32) return {};
    return per_tensor(scale, type_ == s16 ? 0 : type_ == s8 ? -3 : 120);
  }

  TensorId constant(Shape shape, float scale = 0.25F) {
    return constant(type_, std::move(shape), scaled(scale));
  }
  TensorId constant(ElementType type, Shape shape, Quantization quantization) {
    const std::int64_t count = element_count(shape);
    return builder_.constant_bytes(type, std::move(shape), pattern(type, count),
                                   std::move(quantization));
  }
  /// Weights with a scale per channel along `axis` where that is what int8 has.
  TensorId weights(Shape shape, std::int32_t axis, bool per_channel = true) {
    return weights(type_ == s16 ? s8 : type_, std::move(shape), axis, per_channel);
  }
  TensorId weights(ElementType type, Shape shape, std::int32_t axis, bool per_channel) {
    const auto channels = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    Quantization quantization;
    if (type == u8) quantization = per_tensor(0.125F, 128);
    if (type == s8 || type == s4) quantization = per_tensor(0.125F, 0);
    if ((type == s8 || type == s4) && per_channel && channels > 1) {
      quantization = {std::vector<float>(channels, 0.125F), std::vector<std::int32_t>(channels, 0),
                      axis};
      quantization.scales.back() = 0.1F;
    }
    return constant(type, std::move(shape), quantization);
  }
  TensorId bias(std::int32_t channels) {
    return constant(type_ == f32 ? f32 : type_ == s16 ? s64 : s32, {channels}, {});
  }

  void one(const std::string& name, const OpDef& op, std::any attributes,
           std::vector<TensorId> operands, float output_scale = 0.5F) {
    end(name, builder_.node(op, std::move(attributes), std::move(operands), scaled(output_scale)));
  }

  void elementwise() {
    TensorId x = begin({1, 2, 3});
    one("add", ops::add, ops::AddAttributes{Activation::relu}, {x, constant({3})});
    x = begin({2, 1, 3});
    one("sub", ops::sub, ops::SubAttributes{}, {x, constant({1, 2, 1})});
    x = begin({1, 5});
    one("mul", ops::mul, ops::MulAttributes{Activation::relu6}, {x, constant({1, 5})});
    x = begin({1, 5});
    one("maximum", ops::maximum, ops::maximum.attributes.make(), {x, constant({1}, 0.5F)});
    x = begin({1, 5});
    one("minimum", ops::minimum, ops::minimum.attributes.make(), {constant({5}, 0.5F), x});
    x = begin({1, 2, 2, 3});
    const ElementType slope = type_ == s16 ? s8 : type_;
    one("prelu", ops::prelu, ops::prelu.attributes.make(),
        {x, constant(slope, {1, 1, 3}, scaled(0.25F))});
  }

  void activations() {
    for (const OpDef* op : {&ops::relu, &ops::relu6, &ops::relu_n1_to_1, &ops::hard_swish}) {
      if (type_ == s16 && op == &ops::hard_swish) continue;
      const TensorId x = begin({1, 6});
      one(std::string(op->name), *op, op->attributes.make(), {x});
    }
    TensorId x = begin({1, 6});
    one("leaky_relu", ops::leaky_relu, ops::LeakyReluAttributes{.alpha = 0.1F}, {x});
    x = begin({1, 6}, 0.05F);
    end("logistic", builder_.node(ops::logistic, ops::logistic.attributes.make(), {x},
                                  curve(1.0F / 256, -128, 0)));
    x = begin({1, 6}, 0.05F);
    end("tanh",
        builder_.node(ops::tanh, ops::tanh.attributes.make(), {x}, curve(1.0F / 128, 0, 128)));
    x = begin({2, 6}, 0.05F);
    end("softmax", builder_.node(ops::softmax, ops::SoftmaxAttributes{.beta = 2}, {x},
                                 curve(1.0F / 256, -128, 0)));
  }

  Quantization curve(float scale, std::int32_t zero_s8, std::int32_t zero_u8) const {
    if (type_ == f32) return {};
    if (type_ == s16) return per_tensor(1.0F / 32768, 0);
    return per_tensor(scale, type_ == s8 ? zero_s8 : zero_u8);
  }

  void layers() {
    TensorId x = begin({1, 5, 4, 2});
    one("conv2d", ops::conv2d,
        ops::Conv2dAttributes{.stride = {2, 1},
                              .pads = same_pads({5, 4}, {3, 3}, {2, 1}, {1, 1}),
                              .activation = Activation::relu6},
        {x, weights({3, 3, 3, 2}, 0), bias(3)});
    x = begin({1, 5, 5, 4});
    one("conv2d_groups_dilated", ops::conv2d, ops::Conv2dAttributes{.dilation = {2, 2}},
        {x, weights({4, 2, 2, 2}, 0)});
    x = begin({2, 4, 4, 2});
    one("depthwise_conv2d", ops::depthwise_conv2d,
        ops::DepthwiseConv2dAttributes{.pads = same_pads({4, 4}, {3, 3}, {1, 1}, {1, 1}),
                                       .activation = Activation::relu},
        {x, weights({1, 3, 3, 4}, 3), bias(4)});
    x = begin({1, 2, 3, 2});
    one("transpose_conv", ops::transpose_conv,
        ops::TransposeConvAttributes{.stride = {2, 2},
                                     .pads = same_pads({4, 6}, {3, 3}, {2, 2}, {1, 1}),
                                     .output_shape = {1, 4, 6, 3}},
        {x, weights({3, 3, 3, 2}, 0), bias(3)});
    x = begin({2, 6});
    one("fully_connected", ops::fully_connected,
        ops::FullyConnectedAttributes{.activation = Activation::relu},
        {x, weights({3, 6}, 0), bias(3)});
    x = begin({1, 2, 6});
    one("fully_connected_keep_dims", ops::fully_connected,
        ops::FullyConnectedAttributes{.keep_dims = true}, {x, weights({3, 6}, 0, false)});
    for (const OpDef* op : {&ops::average_pool2d, &ops::max_pool2d}) {
      x = begin({1, 5, 4, 2});
      one(std::string(op->name), *op,
          ops::Pool2dAttributes{.kernel = {3, 2},
                                .stride = {2, 2},
                                .pads = same_pads({5, 4}, {3, 2}, {2, 2}, {1, 1})},
          {x});
    }
    if (type_ == s8 || type_ == f32) lstm();
    if (type_ == s8 || type_ == s16) int4_layers();
    if (type_ == s16) narrow_bias_layers();
  }

  /// Weights of an odd number of elements end in half a byte.
  void int4_layers() {
    TensorId x = begin({1, 5, 4, 1});
    one("conv2d_int4", ops::conv2d, ops::Conv2dAttributes{},
        {x, weights(s4, {5, 3, 3, 1}, 0, true), bias(5)});
    x = begin({1, 4, 4, 3});
    one("depthwise_conv2d_int4", ops::depthwise_conv2d, ops::DepthwiseConv2dAttributes{},
        {x, weights(s4, {1, 3, 3, 3}, 3, true), bias(3)});
    x = begin({2, 5});
    one("fully_connected_int4", ops::fully_connected, ops::FullyConnectedAttributes{},
        {x, weights(s4, {3, 5}, 0, false), bias(3)});
  }

  /// Biases of 32 bits, for which 16-bit layers ask.
  void narrow_bias_layers() {
    TensorId x = begin({1, 5, 4, 2});
    one("conv2d_bias32", ops::conv2d, ops::Conv2dAttributes{},
        {x, weights({5, 3, 3, 2}, 0), constant(s32, {5}, {})});
    x = begin({2, 6});
    one("fully_connected_bias32", ops::fully_connected, ops::FullyConnectedAttributes{},
        {x, weights({3, 6}, 0, false), constant(s32, {3}, {})});
  }

  void lstm() {
    std::vector<TensorId> operands = {begin({1, 2, 3})};
    for (const std::int32_t columns : {3, 4})
      for (int gate = 0; gate < 4; ++gate) operands.push_back(weights({4, columns}, 0, false));
    for (int gate = 0; gate < 4; ++gate) operands.push_back(gate == 2 ? no_tensor : bias(4));
    const Quantization hidden = curve(1.0F / 128, 0, 0);
    operands.push_back(builder_.variable(type_, {1, 4}, hidden));
    operands.push_back(
        builder_.variable(type_ == f32 ? f32 : s16, {1, 4},
                          type_ == f32 ? Quantization{} : per_tensor(1.0F / 2048, 0)));
    end("lstm", builder_.node(ops::lstm, ops::LstmAttributes{.cell_clip = 10}, operands, hidden));
  }

  void movement() {
    TensorId x = begin({1, 2, 3});
    one("concat", ops::concat, ops::ConcatAttributes{.axis = 1}, {x, constant({1, 1, 3}, 0.5F), x});
    x = begin({2, 3});
    one("pad", ops::pad,
        ops::PadAttributes{
            .before = {1, 0}, .after = {0, 2}, .value = type_ == f32 ? 0 : scaled(1).zero_point()},
        {x});
    x = begin({2, 3});
    one("pad_value", ops::pad,
        ops::PadAttributes{.before = {0, 1},
                           .after = {1, 0},
                           .value = type_ == f32 ? 0 : 7,
                           .float_value = type_ == f32 ? 1.5F : 0.0F},
        {x});
    x = begin({4, 3});
    one("slice", ops::slice, ops::SliceAttributes{{1, 0}, {1, 1}, {2, 3}}, {x});
    x = begin({4, 5});
    one("slice_strided", ops::slice, ops::SliceAttributes{{3, 1}, {-1, 2}, {4, 2}}, {x});
    x = begin({2, 3, 4});
    one("transpose", ops::transpose, ops::TransposeAttributes{{2, 0, 1}}, {x});
  }

  void shapes() {
    TensorId x = begin({2, 6});
    one("reshape", ops::reshape, ops::ReshapeAttributes{{3, 2, 2}}, {x});
    const auto sizes = [](bool corners, bool centers) {
      return ops::ResizeAttributes{
          .height = 5, .width = 3, .align_corners = corners, .half_pixel_centers = centers};
    };
    for (const OpDef* op : {&ops::resize_nearest, &ops::resize_bilinear}) {
      x = begin({1, 3, 2, 2});
      one(std::string(op->name), *op, sizes(true, false), {x});
      x = begin({1, 3, 2, 2});
      one(std::string(op->name) + "_centers", *op, sizes(false, true), {x});
    }
  }

  void reductions() {
    TensorId x = begin({1, 3, 2, 4});
    one("mean", ops::mean, ops::ReduceAttributes{.axes = {1, 2}, .keep_dims = true}, {x});
    x = begin({2, 3, 4});
    one("sum", ops::sum, ops::ReduceAttributes{.axes = {2}}, {x}, 2);
    if (type_ == s16) return;
    x = begin({2, 5});
    end("arg_max", builder_.node(ops::arg_max, ops::ArgAttributes{.axis = 1}, {x}, {}, s32));
    x = begin({2, 5});
    end("arg_min", builder_.node(ops::arg_min, ops::ArgAttributes{.axis = 0}, {x}, {}, s64));
  }

  std::vector<NamedModel>& models_;
  ElementType type_;
  Builder builder_;
};

/// Operators of floats, of numbers as they are, and of truth values.
void add_plain(std::vector<NamedModel>& models) {
  const auto end = [&](const OpDef& op, ElementType type, Builder& b, TensorId output) {
    b.output(output);
    models.push_back({fmt::format("{}_{}", op.name, to_string(type)), std::move(b.graph)});
  };
  const auto one = [&](const OpDef& op, ElementType type, std::any attributes) {
    Builder b;
    const TensorId x = b.input(type, {2, 3});
    end(op, type, b, b.node(op, std::move(attributes), {x}));
  };
  const auto two = [&](const OpDef& op, ElementType type, std::any attributes, ElementType result) {
    Builder b;
    const TensorId x = b.input(type, {2, 3}), y = b.input(type, {3});
    end(op, type, b, b.node(op, std::move(attributes), {x, y}, {}, result));
  };
  for (const OpDef* op :
       {&ops::abs, &ops::ceil, &ops::cos, &ops::exp, &ops::floor, &ops::log, &ops::log_softmax,
        &ops::neg, &ops::round, &ops::rsqrt, &ops::sign, &ops::sin, &ops::sqrt})
    one(*op, f32, op->attributes.make());
  one(ops::elu, f32, ops::EluAttributes{});
  one(ops::abs, s32, ops::abs.attributes.make());
  one(ops::logical_not, boolean, ops::logical_not.attributes.make());
  two(ops::div, f32, ops::DivAttributes{Activation::relu6}, f32);
  two(ops::div, s32, ops::DivAttributes{}, s32);
  two(ops::mod, s32, ops::ModAttributes{.floored = true}, s32);
  two(ops::pow, f32, ops::pow.attributes.make(), f32);
  for (const OpDef* op : {&ops::equal, &ops::less, &ops::less_equal})
    two(*op, s32, op->attributes.make(), boolean);
  for (const OpDef* op : {&ops::logical_and, &ops::logical_or})
    two(*op, boolean, op->attributes.make(), boolean);
  Builder b;
  const TensorId condition = b.input(boolean, {2, 1}), x = b.input(f32, {3});
  const TensorId y = b.input(f32, {2, 3});
  end(ops::where, f32, b, b.node(ops::where, {}, {condition, x, y}, {}, f32));
}

/// Changes of representation, and the user's own operator.
void add_mixed(std::vector<NamedModel>& models) {
  const auto one = [&](std::string name, const OpDef& op, ElementType from, Quantization before,
                       ElementType to, Quantization after, std::any attributes) {
    Builder b;
    const TensorId x = b.input(from, {1, 4}, std::move(before));
    b.output(b.node(op, std::move(attributes), {x}, std::move(after), to));
    models.push_back({std::move(name), std::move(b.graph)});
  };
  const std::any none;
  one("quantize_s8", ops::quantize, f32, {}, s8, per_tensor(0.1F, 3), none);
  one("requantize_u8_s8", ops::quantize, u8, per_tensor(0.2F, 128), s8, per_tensor(0.1F, 3), none);
  one("quantize_s16", ops::quantize, f32, {}, s16, per_tensor(0.01F, 0), none);
  one("requantize_s8_s16", ops::quantize, s8, per_tensor(0.2F, 8), s16, per_tensor(0.01F, 0), none);
  one("requantize_s16_s8", ops::quantize, s16, per_tensor(0.01F, 0), s8, per_tensor(0.2F, 8), none);
  one("dequantize_s16", ops::dequantize, s16, per_tensor(0.01F, 0), f32, {}, none);
  one("dequantize_u8", ops::dequantize, u8, per_tensor(0.2F, 128), f32, {}, none);
  one("cast_f32_s32", ops::cast, f32, {}, s32, {}, none);
  one("cast_bool_f32", ops::cast, boolean, {}, f32, {}, none);
  one("custom", ops::custom, f32, {}, f32, {},
      ops::CustomAttributes{.header = "user.h", .function = "user_op", .options = {1, 2, 255}});
  models.back().graph.tensors.back().shape = {1, 4};
}

}  // namespace

std::vector<NamedModel> operator_models() {
  std::vector<NamedModel> models;
  for (const ElementType type : formats) Models(models, type).add_all();
  add_plain(models);
  add_mixed(models);
  return models;
}

}  // namespace smelt::test
