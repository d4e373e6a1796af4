// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/linear_scales.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/ops/quantization.h"

namespace smelt {
namespace {

/// Extents as smelt::linear_scales has them.
struct Channels {
  std::int64_t outer = 1, channels = 1, inner = 1;
};

/// Nothing if the scales are not those of one dimension.
std::optional<Channels> channels_of(const Shape& input, const Shape& scales) {
  if (scales.size() > input.size()) return std::nullopt;
  const std::size_t missing = input.size() - scales.size();
  Channels result{.inner = element_count(input)};
  for (std::size_t i = missing; i < input.size(); ++i) {
    if (scales[i - missing] == 1) continue;
    if (scales[i - missing] != input[i] || result.channels != 1) return std::nullopt;
    const auto axis = input.begin() + static_cast<std::ptrdiff_t>(i);
    result = {element_count({input.begin(), axis}), input[i],
              element_count({axis + 1, input.end()})};
  }
  return result;
}

bool complain(const NodeView& view, Diagnostics& diagnostics, std::string message,
              std::string note) {
  diagnostics.error(place_of(view.graph, view.node), std::move(message)).note(std::move(note));
  return false;
}

bool positive(float scale) {
  return std::isfinite(scale) && scale > 0;
}

}  // namespace

bool check_linear_scales(const NodeView& view, ElementType type, Diagnostics& diagnostics) {
  const Tensor& scale = view.input(1);
  const Tensor& zero = view.input(2);
  if (!check_type(view, scale, "scale", {ElementType::f32}, diagnostics) ||
      !check_type(view, zero, "zero point", {type}, diagnostics))
    return false;
  if (!scale.constant || !zero.constant)
    return complain(view, diagnostics, "scale and zero point must be constants of the model",
                    "if they are inputs of the model, give their values with --bind");
  if (!channels_of(view.input(0).shape, scale.shape) || zero.shape != scale.shape)
    return complain(
        view, diagnostics,
        fmt::format("scale {} and zero point {} do not go with the input {}",
                    to_string(scale.shape), to_string(zero.shape), to_string(view.input(0).shape)),
        "give one of each, or one for each index of one dimension");
  const std::vector<float> scales = elements<float>(scale);
  if (std::all_of(scales.begin(), scales.end(), positive)) return true;
  return complain(view, diagnostics, "has a scale that is no positive number",
                  "the file does not follow the format; export the model again");
}

Field linear_scales_field(const NodeView& view, StepBuilder& builder) {
  const Channels shape = *channels_of(view.input(0).shape, view.input(1).shape);
  const bool per_channel = shape.channels > 1;
  std::vector<std::int32_t> zeros;
  for (const std::int64_t zero : integers(view.input(2)))
    zeros.push_back(static_cast<std::int32_t>(zero));
  const ConstantId scale = builder.scaling("scale", elements<float>(view.input(1)), per_channel);
  return labelled_field("scales",
                        {{"outer", shape.outer},
                         {"channels", shape.channels},
                         {"inner", shape.inner},
                         {"scale", scale},
                         {"zero point", builder.scaling("zero_point", zeros, per_channel)}});
}

void lower_linear(const NodeView& view, StepBuilder& builder, std::string_view header,
                  void (*invoke)(const HostCall&), std::vector<Field> fields) {
  const std::string name(view.node.op->name);
  fields.insert(fields.begin(), linear_scales_field(view, builder));
  builder
      .step({name, std::string(header), invoke}, {name + "_layer", std::move(fields), {}},
            {builder.input(0), builder.output()})
      .in_place = byte_size(view.output().type) == 1;
}

}  // namespace smelt
