// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/resize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/channels.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/quantization_rules.h"
#include "smelt/resize.h"

namespace smelt::ops {
namespace {

using Indices = std::vector<std::int16_t>;

/// Positions are 16-bit numbers.
constexpr std::int32_t max_extent = 32767;

std::int16_t index(std::int64_t position, std::int32_t input) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(position, 0, input - 1));
}

/// Input pixels per output pixel, in float32 as in the reference.
float step_between(std::int32_t input, std::int32_t output, bool align_corners) {
  return align_corners && output > 1
             ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
             : static_cast<float>(input) / static_cast<float>(output);
}

/// The input pixel nearest to each output pixel along one dimension.
Indices nearest(std::int32_t input, std::int32_t output, const ResizeAttributes& attributes) {
  const float step = step_between(input, output, attributes.align_corners);
  const float offset = attributes.half_pixel_centers ? 0.5F : 0.0F;
  Indices indices;
  for (std::int32_t i = 0; i < output; ++i) {
    const float position = (static_cast<float>(i) + offset) * step;
    const float whole = attributes.align_corners ? std::round(position) : std::floor(position);
    indices.push_back(index(static_cast<std::int64_t>(whole), input));
  }
  return indices;
}

/// Along one dimension, the first of two neighbours of each output pixel and the second's weight,
/// which is 0 where both are the same. Positions that rounding has pushed beyond the last pixel,
/// where the reference reads outside of its input, are the last pixel.
template <typename Weight>
struct Between {
  Indices low;
  std::vector<Weight> weights;

  void add(std::int64_t low_index, std::int64_t high_index, Weight weight, std::int32_t input) {
    low.push_back(index(low_index, input));
    weights.push_back(index(high_index, input) == low.back() ? Weight{0} : weight);
  }
};

Between<float> real_between(std::int32_t input, std::int32_t output,
                            const ResizeAttributes& attributes) {
  const float step = step_between(input, output, attributes.align_corners);
  Between<float> between;
  for (std::int32_t i = 0; i < output; ++i) {
    const auto at = static_cast<float>(i);
    const float position = attributes.half_pixel_centers ? (at + 0.5F) * step - 0.5F : at * step;
    const float low = std::max(std::floor(position), 0.0F);
    between.add(static_cast<std::int64_t>(low), static_cast<std::int64_t>(std::ceil(position)),
                position - low, input);
  }
  return between;
}

/// Positions with 10 fraction bits.
Between<std::int16_t> integer_between(std::int64_t input, std::int64_t output,
                                      const ResizeAttributes& attributes) {
  const bool align = attributes.align_corners && output > 1;
  const std::int64_t from = align ? input - 1 : input;
  const std::int64_t to = align ? output - 1 : output;
  const std::int64_t step = (1024 * from + to / 2) / to;
  Between<std::int16_t> between;
  for (std::int64_t i = 0; i < output; ++i) {
    const std::int64_t position = i * step + (attributes.half_pixel_centers ? step / 2 - 512 : 0);
    const std::int64_t low = std::max<std::int64_t>(position / 1024, 0);
    between.add(low, (position + 1023) / 1024, static_cast<std::int16_t>(position - 1024 * low),
                static_cast<std::int32_t>(input));
  }
  return between;
}

bool check_images(const NodeView& view, Diagnostics& diagnostics) {
  const auto& attributes = view.attributes<ResizeAttributes>();
  const Tensor& input = view.input(0);
  const Place place = place_of(view.graph, view.node);
  if (!check_movable(view, input, "input", diagnostics)) return false;
  if (input.shape.size() != 4) {
    diagnostics.error(place, fmt::format("input has shape {}, expected four dimensions NHWC",
                                         to_string(input.shape)));
    return false;
  }
  const auto fits = [](std::int32_t extent) { return extent > 0 && extent <= max_extent; };
  const Shape output{input.shape[0], attributes.height, attributes.width, input.shape[3]};
  if (fits(input.shape[1]) && fits(input.shape[2]) && fits(output[1]) && fits(output[2]) &&
      checked_count(output, INT32_MAX / byte_size(input.type)))
    return true;
  diagnostics
      .error(place, fmt::format("images cannot be resized from {} to {}", to_string(input.shape),
                                to_string(output)))
      .note(fmt::format("heights and widths from 1 to {} are supported", max_extent));
  return false;
}

void check_nearest(const NodeView& view, Diagnostics& diagnostics) {
  if (check_images(view, diagnostics)) check_same_quantization(view, view.input(0), diagnostics);
}

void check_bilinear(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  if (!check_type(view, view.input(0), "input", {f32, s8, u8, s16}, diagnostics)) return;
  check_nearest(view, diagnostics);
  const auto& attributes = view.attributes<ResizeAttributes>();
  if (attributes.align_corners && attributes.half_pixel_centers)
    diagnostics
        .error(place_of(view.graph, view.node),
               "align_corners and half_pixel_centers exclude each other")
        .note("export the model with one of them");
}

std::vector<TensorType> infer(const NodeView& view) {
  const auto& attributes = view.attributes<ResizeAttributes>();
  const Tensor& input = view.input(0);
  return {{input.type, {input.shape[0], attributes.height, attributes.width, input.shape[3]}}};
}

std::vector<Field> extent_fields(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  return {int_field("batches", input[0]), int_field("input_height", input[1]),
          int_field("input_width", input[2]), int_field("output_height", output[1]),
          int_field("output_width", output[2])};
}

std::string summary(const NodeView& view) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  return fmt::format("{}x{} to {}x{}", input[1], input[2], output[1], output[2]);
}

/// The row form: the kernel of the same name with `_row`, on `count` neighbouring rows of which the
/// first is in the table, or so many above the image's end.
void set_row_form(const NodeView& view, Step& step, const std::vector<std::int16_t>& firsts,
                  ConstantId table, std::int32_t count) {
  const Shape& input = view.input(0).shape;
  const Shape& output = view.output().shape;
  if (!has_rows(input) || !has_rows(output)) return;
  RowForm form;
  form.kernel.name = step.kernel.name + "_row";
  form.kernel.header = step.kernel.header;
  form.arguments = step.arguments;
  form.operands = step.operands;
  form.height = output[1];
  form.elements = std::int64_t{output[2]} * output[3];
  form.numbered = count > 1;
  RowWindow window{.height = input[1],
                   .elements = std::int64_t{input[2]} * input[3],
                   .rows = count,
                   .pointers = count > 1,
                   .firsts = {},
                   .table = table,
                   .last = input[1] - count};
  for (const std::int16_t first : firsts)
    window.firsts.push_back(std::min<std::int32_t>(first, window.last));
  form.windows = {std::move(window)};
  step.row_form = std::move(form);
}

void lower_nearest(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<ResizeAttributes>();
  const Tensor& input = view.input(0);
  const Indices rows = nearest(input.shape[1], attributes.height, attributes);
  const Indices columns = nearest(input.shape[2], attributes.width, attributes);
  std::vector<Field> fields = extent_fields(view);
  fields.push_back(int_field("pixel_bytes", input.shape[3] * byte_size(input.type)));
  const ConstantId table = builder.table("rows", rows);
  fields.push_back(constant_field("rows", table));
  fields.push_back(constant_field("columns", builder.table("columns", columns)));
  Step& step =
      builder.step({"resize_nearest", "smelt/resize.h", invoke<&smelt::resize_nearest>},
                   {"resize_nearest_layer", fields, {}}, {builder.input(0), builder.output()});
  step.summary = summary(view);
  set_row_form(view, step, rows, table, 1);
}

template <auto between, auto kernel>
void lower_bilinear(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<ResizeAttributes>();
  const Tensor& input = view.input(0);
  const auto rows = between(input.shape[1], attributes.height, attributes);
  const auto columns = between(input.shape[2], attributes.width, attributes);
  std::vector<Field> fields = extent_fields(view);
  fields.push_back(int_field("channels", input.shape[3]));
  const ConstantId table = builder.table("rows", rows.low);
  fields.push_back(constant_field("rows", table));
  fields.push_back(constant_field("row_weights", builder.table("row_weights", rows.weights)));
  fields.push_back(constant_field("columns", builder.table("columns", columns.low)));
  fields.push_back(
      constant_field("column_weights", builder.table("column_weights", columns.weights)));
  const bool real = input.type == ElementType::f32;
  Step& step = builder.step(
      {fmt::format("resize_bilinear_{}", to_string(input.type)), "smelt/resize.h", invoke<kernel>},
      {real ? "resize_bilinear_f32_layer" : "resize_bilinear_integer_layer", fields, {}},
      {builder.input(0), builder.output()});
  step.summary = summary(view);
  set_row_form(view, step, rows.low, table, 2);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow nearest_kernels[] = {
    {"resize_nearest", [](const NodeView&, const Target&) { return true; }, lower_nearest},
};
constexpr KernelRow bilinear_kernels[] = {
    {"resize_bilinear_s8", is_type<ElementType::s8>,
     lower_bilinear<&integer_between, &smelt::resize_bilinear_s8>},
    {"resize_bilinear_u8", is_type<ElementType::u8>,
     lower_bilinear<&integer_between, &smelt::resize_bilinear_u8>},
    {"resize_bilinear_s16", is_type<ElementType::s16>,
     lower_bilinear<&integer_between, &smelt::resize_bilinear_s16>},
    {"resize_bilinear_f32", is_type<ElementType::f32>,
     lower_bilinear<&real_between, &smelt::resize_bilinear_f32>},
};

}  // namespace

const OpDef resize_bilinear = {
    .name = "resize_bilinear",
    .operands = {"input"},
    .attributes = attribute_table<ResizeAttributes>(),
    .check = check_bilinear,
    .infer = infer,
    .channels = &channelwise,
    .quantization = &scale_keeping,
    .kernels = [] { return std::span<const KernelRow>(bilinear_kernels); },
};

const OpDef resize_nearest = {
    .name = "resize_nearest",
    .operands = {"input"},
    .attributes = attribute_table<ResizeAttributes>(),
    .check = check_nearest,
    .infer = infer,
    .channels = &channelwise,
    .quantization = &scale_keeping,
    .kernels = [] { return std::span<const KernelRow>(nearest_kernels); },
    .selects = true,
};

}  // namespace smelt::ops
