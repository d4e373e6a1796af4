// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace smelt {
namespace {

std::int64_t span(std::int32_t kernel, std::int32_t dilation) {
  return std::int64_t{kernel - 1} * dilation + 1;
}

std::pair<std::int32_t, std::int32_t> same_pad(std::int32_t input, std::int32_t kernel,
                                               std::int32_t stride, std::int32_t dilation) {
  const std::int64_t output = (std::int64_t{input} + stride - 1) / stride;
  const std::int64_t total =
      std::max<std::int64_t>(0, (output - 1) * stride + span(kernel, dilation) - input);
  return {static_cast<std::int32_t>(total / 2), static_cast<std::int32_t>(total - total / 2)};
}

std::optional<std::int32_t> output_size(std::int32_t input, std::int32_t kernel,
                                        std::int32_t stride, std::int32_t dilation,
                                        std::int64_t padding) {
  const std::int64_t room = input + padding - span(kernel, dilation);
  if (room < 0) return std::nullopt;
  return static_cast<std::int32_t>(room / stride + 1);
}

/// Rows below the image that the window really reaches.
std::int32_t bottom_pad(const Window& window, const Shape& input, const Shape& output) {
  const std::int64_t reach = std::int64_t{output[1] - 1} * window.stride.height +
                             span(window.kernel.height, window.dilation.height);
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, reach - input[1] - window.pads.top));
}

/// Columns to the right of the image that the window really reaches.
std::int32_t right_pad(const Window& window, const Shape& input, const Shape& output) {
  const std::int64_t reach = std::int64_t{output[2] - 1} * window.stride.width +
                             span(window.kernel.width, window.dilation.width);
  return static_cast<std::int32_t>(std::max<std::int64_t>(0, reach - input[2] - window.pads.left));
}

/// The ring's elements are counted in 32 bits.
bool ring_fits(const Window& window, const Shape& input) {
  const std::int64_t columns = std::int64_t{window.pads.left} + input[2] + window.pads.right;
  const std::int64_t rows = span(window.kernel.height, window.dilation.height) + 1;
  return columns <= INT32_MAX / rows / input[3];
}

}  // namespace

bool is_pointwise_window(const Window& window) {
  return window.kernel == Extent2{1, 1} && window.stride == Extent2{1, 1} && window.pads == Pads{};
}

Pads same_pads(Extent2 image, Extent2 kernel, Extent2 stride, Extent2 dilation) {
  const auto [top, bottom] = same_pad(image.height, kernel.height, stride.height, dilation.height);
  const auto [left, right] = same_pad(image.width, kernel.width, stride.width, dilation.width);
  return {.top = top, .left = left, .bottom = bottom, .right = right};
}

std::optional<Extent2> output_extent(const Shape& input, const Window& window) {
  const auto height =
      output_size(input[1], window.kernel.height, window.stride.height, window.dilation.height,
                  std::int64_t{window.pads.top} + window.pads.bottom);
  const auto width =
      output_size(input[2], window.kernel.width, window.stride.width, window.dilation.width,
                  std::int64_t{window.pads.left} + window.pads.right);
  if (!height || !width) return std::nullopt;
  return Extent2{*height, *width};
}

bool check_window(const NodeView& view, const Shape& image, const Window& window,
                  Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (image.size() != 4 || *std::min_element(image.begin(), image.end()) < 1) {
    diagnostics.error(
        place, fmt::format("input has shape {}, expected four dimensions NHWC", to_string(image)));
    return false;
  }
  const auto positive = [](Extent2 e) { return e.height > 0 && e.width > 0; };
  const auto bounded = [](Extent2 e) { return std::max(e.height, e.width) < 1 << 15; };
  if (!positive(window.kernel) || !positive(window.stride) || !positive(window.dilation) ||
      !bounded(window.kernel) || !bounded(window.stride) || !bounded(window.dilation)) {
    diagnostics.error(place, "kernel size, strides and dilations must be from 1 to 32767");
    return false;
  }
  if (window.kernel.height > max_kernel_height) {
    diagnostics
        .error(place, fmt::format("kernel is {} rows high, at most {} are supported",
                                  window.kernel.height, max_kernel_height))
        .note("transpose the model's height and width");
    return false;
  }
  const Pads& pads = window.pads;
  const auto excessive = [](std::int32_t pad, std::int64_t reach) {
    return pad < 0 || pad > reach;
  };
  if (excessive(pads.top, span(window.kernel.height, window.dilation.height)) ||
      excessive(pads.left, span(window.kernel.width, window.dilation.width)) ||
      excessive(pads.bottom, span(window.kernel.height, window.dilation.height)) ||
      excessive(pads.right, span(window.kernel.width, window.dilation.width)) ||
      !output_extent(image, window)) {
    diagnostics.error(
        place, fmt::format("a {}x{} window does not fit the padded image {}", window.kernel.height,
                           window.kernel.width, to_string(image)));
    return false;
  }
  if (!ring_fits(window, image)) {
    diagnostics
        .error(place, fmt::format("a {}x{} window spans more rows of the image {} than "
                                  "memory holds",
                                  window.kernel.height, window.kernel.width, to_string(image)))
        .note("use a smaller kernel or dilation");
    return false;
  }
  return true;
}

Struct shape_struct(const Window& window) {
  const auto pair = [](std::string_view name, Extent2 extent) {
    return Field{std::string(name), {std::int64_t{extent.height}, std::int64_t{extent.width}}, {}};
  };
  const auto suffix = [](std::string_view letter, Extent2 extent) {
    if (extent == Extent2{1, 1}) return std::string();
    if (extent.height == extent.width) return fmt::format("_{}{}", letter, extent.height);
    return fmt::format("_{}{}x{}", letter, extent.height, extent.width);
  };
  return {"window_shape",
          {pair("kernel", window.kernel), pair("stride", window.stride),
           pair("dilation", window.dilation)},
          fmt::format("window_{}x{}{}{}", window.kernel.height, window.kernel.width,
                      suffix("s", window.stride), suffix("d", window.dilation))};
}

Field images_field(const Shape& input, const Shape& output, const Pads& pads) {
  const auto i64 = [](std::int64_t value) { return value; };
  return labelled_field("images", {{"batches", i64(input[0])},
                                   {"input", i64(input[1])},
                                   {"", i64(input[2])},
                                   {"", i64(input[3])},
                                   {"output", i64(output[1])},
                                   {"", i64(output[2])},
                                   {"", i64(output[3])},
                                   {"pad top", i64(pads.top)},
                                   {"left", i64(pads.left)},
                                   {"bottom", i64(pads.bottom)},
                                   {"right", i64(pads.right)}});
}

Field images_field(const Window& window, const Shape& input, const Shape& output) {
  Pads reached = window.pads;
  reached.bottom = bottom_pad(window, input, output);
  reached.right = right_pad(window, input, output);
  return images_field(input, output, reached);
}

std::optional<std::int64_t> row_lead(const Window& window, const Shape& input, const Shape& output,
                                     ElementType type) {
  if (input[0] != 1) return std::nullopt;
  const bool copied = window.pads.left + right_pad(window, input, output) > 0;
  const std::int64_t rows = copied ? span(window.kernel.height, window.dilation.height) : 0;
  const std::int64_t input_pitch = std::int64_t{input[2]} * input[3];
  const std::int64_t output_pitch = std::int64_t{output[2]} * output[3];
  std::int64_t lead = 0;
  for (std::int64_t y = 0; y < output[1]; ++y) {
    const std::int64_t read =
        std::clamp<std::int64_t>(y * window.stride.height - window.pads.top + rows, 0, input[1]);
    lead = std::max(lead, (y + 1) * output_pitch - read * input_pitch);
  }
  return lead * byte_size(type);
}

void set_row_form(Step& step, const Window& window, const Shape& input, const Shape& output,
                  Value padding, bool ring) {
  if (!has_rows(input)) return;
  RowForm form;
  form.kernel.name = step.kernel.name + "_row";
  form.kernel.header = step.kernel.header;
  form.shape = step.shape;
  form.arguments = step.arguments;
  form.operands = step.operands;
  form.height = output[1];
  form.elements = std::int64_t{output[2]} * output[3];
  if (ring) form.operands.erase(form.operands.begin() + 2);
  form.windows = {{.height = input[1],
                   .elements = std::int64_t{input[2]} * input[3],
                   .rows = window.kernel.height,
                   .stride = window.stride.height,
                   .dilation = window.dilation.height,
                   .top = window.pads.top,
                   .left = std::int64_t{window.pads.left} * input[3],
                   .right = right_pad(window, input, output) * std::int64_t{input[3]},
                   .padding = padding,
                   .pointers = true}};
  step.row_form = std::move(form);
}

Field one_row_field(const Window& window, const Shape& input, const Shape& output) {
  const std::int32_t pixels = input[0] * input[1] * input[2];
  return images_field(window, {1, 1, pixels, input[3]}, {1, 1, pixels, output[3]});
}

void set_pixel_rows(Step& step, const Window& window, const Shape& input, const Shape& output,
                    ElementType type, std::int64_t together) {
  // The first pixels or the last ones are written farthest ahead of what is read.
  const auto lead = [&](std::int64_t pixels) {
    const std::int64_t held = std::min(pixels, together);
    return std::max(held * output[3], pixels * (output[3] - input[3]) + held * input[3]) *
           byte_size(type);
  };
  step.lead = lead(std::int64_t{input[0]} * input[1] * input[2]);
  if (!has_rows(input)) return;
  RowForm form{.kernel = step.kernel,
               .shape = {},
               .arguments = step.arguments,
               .operands = step.operands,
               .windows = {{.height = input[1], .elements = std::int64_t{input[2]} * input[3]}},
               .height = output[1],
               .elements = std::int64_t{output[2]} * output[3],
               .lead = lead(output[2])};
  form.arguments->fields[0] =
      one_row_field(window, {1, 1, input[2], input[3]}, {1, 1, output[2], output[3]});
  step.row_form = std::move(form);
}

std::int64_t ring_elements(const Window& window, const Shape& input) {
  const Extent2 output = *output_extent(input, window);
  const std::int32_t right = right_pad(window, input, {1, output.height, output.width, 1});
  const std::int64_t pitch = (std::int64_t{window.pads.left} + input[2] + right) * input[3];
  const bool padded = window.pads.left + right > 0;
  const bool outside = window.pads.top + window.pads.bottom > 0;
  if (!padded) return outside ? pitch : 0;
  return (span(window.kernel.height, window.dilation.height) + 1) * pitch;
}

std::string describe(const Window& window, Activation activation) {
  const auto pair = [](Extent2 e) {
    return e.height == e.width ? fmt::format("{}", e.height)
                               : fmt::format("{}x{}", e.height, e.width);
  };
  std::string text = fmt::format("{}x{}", window.kernel.height, window.kernel.width);
  if (window.stride != Extent2{1, 1}) text += "/" + pair(window.stride);
  if (window.dilation != Extent2{1, 1}) text += " dilated " + pair(window.dilation);
  if (window.pads != Pads{})
    text += fmt::format(" pad {},{},{},{}", window.pads.top, window.pads.left, window.pads.bottom,
                        window.pads.right);
  if (activation != Activation::none) text += fmt::format(", {}", to_string(activation));
  return text;
}

}  // namespace smelt
