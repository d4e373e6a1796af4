// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/pool2d.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/ops/channels.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "compiler/ops/window.h"
#include "smelt/pool2d.h"
#include "smelt/pool2d_helium.h"

namespace smelt::ops {
namespace {

Window window_of(const NodeView& view) {
  const auto& attributes = view.attributes<Pool2dAttributes>();
  return {.kernel = attributes.kernel,
          .stride = attributes.stride,
          .dilation = attributes.dilation,
          .pads = attributes.pads};
}

bool same_scale(float a, float b) {
  return std::abs(a - b) <= 1e-6F * std::max(a, b);
}

void check_same_quantization(const NodeView& view, Diagnostics& diagnostics) {
  if (!check_scaled(view, view.input(0), "input", diagnostics) ||
      !check_scaled(view, view.output(), "output", diagnostics))
    return;
  const Quantization& input = view.input(0).quantization;
  const Quantization& output = view.output().quantization;
  if (same_scale(input.scale(), output.scale()) && input.zero_point() == output.zero_point())
    return;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("input has scale {} and zero point {}, output {} and {}", input.scale(),
                         input.zero_point(), output.scale(), output.zero_point()))
      .note(
          "pooling does not rescale: give both the same, or quantize the output in a step of "
          "its own");
}

/// Whether all windows along one dimension see the image.
bool all_see(std::int32_t image, std::int32_t output, std::int32_t kernel, std::int32_t stride,
             std::int32_t dilation, std::int32_t before) {
  for (std::int32_t i = 0; i < output; ++i)
    if (smelt::taps_inside(i * stride - before, kernel, dilation, image) < 1) return false;
  return true;
}

/// Every window must see the image, or its average would be of nothing.
bool check_pads(const NodeView& view, const Window& window, Diagnostics& diagnostics) {
  const Shape& image = view.input(0).shape;
  const Extent2 output = *output_extent(image, window);
  const auto& [top, left, bottom, right] = window.pads;
  if (all_see(image[1], output.height, window.kernel.height, window.stride.height,
              window.dilation.height, top) &&
      all_see(image[2], output.width, window.kernel.width, window.stride.width,
              window.dilation.width, left))
    return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("padding {},{},{},{} is as large as the {}x{} window", top, left, bottom,
                         right, window.kernel.height, window.kernel.width))
      .note("every window must see some of the image");
  return false;
}

/// Sums of 16-bit elements, and half their number, must fit 32 bits.
bool check_taps(const NodeView& view, const Window& window, Diagnostics& diagnostics) {
  constexpr std::int64_t max_taps = 65535;
  const std::int64_t taps = std::int64_t{window.kernel.height} * window.kernel.width;
  if (view.input(0).type != ElementType::s16 || taps <= max_taps) return true;
  diagnostics
      .error(place_of(view.graph, view.node),
             fmt::format("sums of {} elements can overflow 32 bits", taps))
      .note(fmt::format("windows over 16-bit images have at most {} elements", max_taps));
  return false;
}

bool is_norm(const NodeView& view) {
  return view.node.op == &l1_pool2d || view.node.op == &l2_pool2d;
}

/// Numbers without a scale, of which the largest is one all the same.
bool is_plain_maximum(const NodeView& view) {
  return view.node.op == &max_pool2d && !view.input(0).quantization.present() &&
         !view.output().quantization.present() &&
         view.attributes<Pool2dAttributes>().activation == Activation::none;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Window window = window_of(view);
  const bool known =
      is_norm(view)
          ? check_type(view, view.input(0), "input", {ElementType::f32}, diagnostics)
          : check_type(view, view.input(0), "input",
                       {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16},
                       diagnostics);
  if (!known || !check_window(view, view.input(0).shape, window, diagnostics) ||
      !check_pads(view, window, diagnostics) || !check_taps(view, window, diagnostics))
    return;
  if (view.input(0).type != ElementType::f32 && !is_plain_maximum(view))
    check_same_quantization(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Extent2 output = *output_extent(input, window_of(view));
  return {{view.input(0).type, {input[0], output.height, output.width, input[3]}}};
}

enum class Pooling : std::uint8_t { sum, max };

/// Padding, smallest and largest output.
std::vector<Field> bounds(const NodeView& view, Pooling pooling) {
  const Activation activation = view.attributes<Pool2dAttributes>().activation;
  const ElementType type = view.input(0).type;
  if (type == ElementType::f32) {
    const FloatRange range = float_range(activation);
    const float lowest = -std::numeric_limits<float>::infinity();
    return {float_field("padding", pooling == Pooling::max ? lowest : 0),
            float_field("min", range.min), float_field("max", range.max)};
  }
  const IntegerRange range = quantized_range(activation, view.output());
  return {int_field("padding", pooling == Pooling::max ? range_of(type).min : 0),
          int_field("min", range.min), int_field("max", range.max)};
}

Struct layer(const NodeView& view, Pooling pooling) {
  std::vector<Field> fields = bounds(view, pooling);
  fields.insert(fields.begin(),
                images_field(window_of(view), view.input(0).shape, view.output().shape));
  return {fmt::format("pool2d_{}_layer", to_string(view.input(0).type)), std::move(fields)};
}

template <typename Pool>
void host_pool(const smelt::window_shape& shape,
               const smelt::pool2d_layer<typename Pool::value>& layer,
               const typename Pool::value* input, typename Pool::value* output,
               typename Pool::value* ring) {
  smelt::pool2d<max_kernel_height, Pool>(shape, layer, input, output, ring);
}

/// Row forms: of a window that is the whole image, and of others.
void set_row_form(const NodeView& view, Step& step, StepBuilder& builder, std::int64_t lanes) {
  const Window window = window_of(view);
  const Shape& input = view.input(0).shape;
  if (window.kernel == Extent2{input[1], input[2]} && window.pads == Pads{} && has_rows(input)) {
    const ElementType type = view.input(0).type;
    const bool sums = type != ElementType::f32 && view.node.op != &max_pool2d;
    // Vectors of sums are whole.
    const std::int64_t count = (std::int64_t{input[3]} + lanes - 1) / lanes * lanes;
    RowForm form = collecting(step, *rows_of(input),
                              builder.scratch("sums", sums ? ElementType::s32 : type, count));
    form.operands.erase(form.operands.begin() + 2);  // the ring
    step.row_form = std::move(form);
    return;
  }
  smelt::set_row_form(step, window, input, view.output().shape,
                      step.arguments->fields[1].values[0]);
  if (step.row_form) step.row_form->numbered = true;
}

/// `lanes`: so many channels are summed together.
void lower_pool(const NodeView& view, Pooling pooling, const Kernel& kernel, StepBuilder& builder,
                std::int64_t lanes) {
  const Window window = window_of(view);
  const Tensor& input = view.input(0);
  Step& step =
      builder.step(kernel, shape_struct(window), layer(view, pooling),
                   {builder.input(0), builder.output(),
                    builder.scratch("ring", input.type, ring_elements(window, input.shape))});
  step.summary = describe(window, view.attributes<Pool2dAttributes>().activation);
  step.lead = row_lead(window, input.shape, view.output().shape, input.type);
  set_row_form(view, step, builder, lanes);
}

template <Pooling pooling, auto kernel>
void lower(const NodeView& view, StepBuilder& builder) {
  const std::string name = fmt::format("{}_{}", view.node.op->name, to_string(view.input(0).type));
  lower_pool(view, pooling, {name, "smelt/pool2d.h", invoke<kernel>}, builder, 1);
}

void host_average_helium(const smelt::window_shape& shape, const smelt::pool2d_s8_layer& layer,
                         const std::int8_t* input, std::int8_t* output, std::int8_t* ring) {
  smelt::helium_average_pool<max_kernel_height>(shape, layer, input, output, ring);
}

void lower_helium(const NodeView& view, StepBuilder& builder) {
  lower_pool(view, Pooling::sum,
             {"average_pool2d_s8_helium", "smelt/pool2d_helium.h", invoke<&host_average_helium>},
             builder, 4);
}

bool is_helium(const NodeView& view, const Target& target) {
  return target.features.helium && view.input(0).type == ElementType::s8;
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow average_kernels[] = {
    {"average_pool2d_s8_helium", is_helium, lower_helium},
    {"average_pool2d_s8", is_type<ElementType::s8>,
     lower<Pooling::sum, &host_pool<smelt::average_pool<std::int8_t>>>},
    {"average_pool2d_u8", is_type<ElementType::u8>,
     lower<Pooling::sum, &host_pool<smelt::average_pool<std::uint8_t>>>},
    {"average_pool2d_s16", is_type<ElementType::s16>,
     lower<Pooling::sum, &host_pool<smelt::average_pool<std::int16_t>>>},
    {"average_pool2d_f32", is_type<ElementType::f32>,
     lower<Pooling::sum, &host_pool<smelt::average_pool<float>>>},
};

constexpr KernelRow max_kernels[] = {
    {"max_pool2d_s8", is_type<ElementType::s8>,
     lower<Pooling::max, &host_pool<smelt::max_pool<std::int8_t>>>},
    {"max_pool2d_u8", is_type<ElementType::u8>,
     lower<Pooling::max, &host_pool<smelt::max_pool<std::uint8_t>>>},
    {"max_pool2d_s16", is_type<ElementType::s16>,
     lower<Pooling::max, &host_pool<smelt::max_pool<std::int16_t>>>},
    {"max_pool2d_f32", is_type<ElementType::f32>,
     lower<Pooling::max, &host_pool<smelt::max_pool<float>>>},
};

constexpr KernelRow l1_kernels[] = {
    {"l1_pool2d_f32", is_type<ElementType::f32>, lower<Pooling::sum, &host_pool<smelt::l1_pool>>}};

constexpr KernelRow l2_kernels[] = {
    {"l2_pool2d_f32", is_type<ElementType::f32>, lower<Pooling::sum, &host_pool<smelt::l2_pool>>}};

OpDef pooling(std::string_view name, std::span<const KernelRow> (*kernels)(),
              bool selects = false) {
  return {.name = name,
          .operands = {"input"},
          .attributes = attribute_table<Pool2dAttributes>(),
          .check = check,
          .infer = infer,
          .channels = &channelwise,
          .kernels = kernels,
          .selects = selects};
}

}  // namespace

const OpDef average_pool2d = quantizable(scale_keeping, pooling("average_pool2d", [] {
                                           return std::span<const KernelRow>(average_kernels);
                                         }));
const OpDef max_pool2d = quantizable(
    scale_keeping,
    pooling("max_pool2d", [] { return std::span<const KernelRow>(max_kernels); }, true));
const OpDef l1_pool2d = pooling("l1_pool2d", [] { return std::span<const KernelRow>(l1_kernels); });
const OpDef l2_pool2d = pooling("l2_pool2d", [] { return std::span<const KernelRow>(l2_kernels); });

}  // namespace smelt::ops
