// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "smelt/reduce.h"

namespace smelt::ops {
namespace {

/// Dimensions of each kind in the layer's struct.
constexpr std::size_t max_dimensions = 3;

bool is_reduced(const NodeView& view, std::size_t dimension) {
  const auto& axes = view.attributes<ReduceAttributes>().axes;
  return std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(dimension)) != axes.end();
}

/// Number of inputs that become one output.
std::int64_t reduced_count(const NodeView& view) {
  std::int64_t count = 1;
  for (const std::int32_t axis : view.attributes<ReduceAttributes>().axes)
    count *= view.input(0).shape[static_cast<std::size_t>(axis)];
  return count;
}

Multiplier sum_multiplier(const NodeView& view) {
  return quantize_multiplier(static_cast<double>(view.input(0).quantization.scale()) /
                             static_cast<double>(view.output().quantization.scale()));
}

/// The scale divided by the count, with as many bits as can be kept. Not normalized, as in the
/// reference.
Multiplier mean_multiplier(const NodeView& view) {
  const Multiplier whole = sum_multiplier(view);
  const std::int64_t count = reduced_count(view);
  const auto log2 =
      static_cast<std::int32_t>(std::bit_width(static_cast<std::uint64_t>(count))) - 1;
  const std::int32_t left = std::min({log2, 32, 31 + whole.shift});
  return {static_cast<std::int32_t>((std::int64_t{whole.multiplier} << left) / count),
          whole.shift - left};
}

Multiplier multiplier_of(const NodeView& view) {
  return view.node.op == &mean ? mean_multiplier(view) : sum_multiplier(view);
}

void check_scales(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (!check_scaled(view, view.input(0), "input", diagnostics) ||
      !check_scaled(view, view.output(), "output", diagnostics))
    return;
  const float input = view.input(0).quantization.scale();
  const float output = view.output().quantization.scale();
  // No input is further than that from the zero point.
  const std::int64_t reach = view.input(0).type == ElementType::s16 ? 32768 : 255;
  const std::int64_t largest = reach * reduced_count(view);
  const std::int32_t left = std::max(multiplier_of(view).shift, 0);
  if (left > 30 || largest > (INT32_MAX >> left))
    diagnostics
        .error(place, fmt::format("sums of {} elements at scale {} can overflow 32 bits",
                                  reduced_count(view), input / output))
        .note("reduce in several steps, or give the output a larger scale");
}

bool check_axes(const NodeView& view, Diagnostics& diagnostics) {
  const auto& axes = view.attributes<ReduceAttributes>().axes;
  const auto rank = static_cast<std::int32_t>(view.input(0).shape.size());
  bool content = true;
  for (std::size_t i = 0; i < axes.size(); ++i)
    content = content && axes[i] >= 0 && axes[i] < rank && (i == 0 || axes[i] > axes[i - 1]);
  if (!content)
    diagnostics.error(place_of(view.graph, view.node),
                      fmt::format("axes [{}] are not ascending dimensions of the input {}",
                                  fmt::join(axes, ", "), to_string(view.input(0).shape)));
  return content;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& input = view.input(0);
  const bool known = view.node.op == &mean
                         ? check_type(view, input, "input", {f32, s8, u8, s16}, diagnostics)
                         : check_type(view, input, "input", {f32, s8, u8, s16, s32}, diagnostics);
  if (!known || !check_movable(view, input, "input", diagnostics) ||
      !check_axes(view, diagnostics) ||
      !check_type(view, view.output(), "output", {input.type}, diagnostics))
    return;
  if (input.type != f32 && input.type != s32) check_scales(view, diagnostics);
}

std::vector<TensorType> infer(const NodeView& view) {
  const bool keep = view.attributes<ReduceAttributes>().keep_dims;
  TensorType output{view.input(0).type, {}};
  for (std::size_t i = 0; i < view.input(0).shape.size(); ++i)
    if (!is_reduced(view, i))
      output.shape.push_back(view.input(0).shape[i]);
    else if (keep)
      output.shape.push_back(1);
  return {output};
}

/// Extents and strides of the kept or of the reduced dimensions.
struct Dimensions {
  std::vector<std::int32_t> extents, strides;
};

/// Neighbours of one kind are one dimension. At most six are left of both kinds, taking turns.
Dimensions dimensions_of(const NodeView& view, bool reduced) {
  const Shape& shape = view.input(0).shape;
  const std::vector<std::int64_t> strides = row_major_strides(shape);
  Dimensions result;
  bool adjacent = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    const bool wanted = is_reduced(view, i) == reduced;
    const auto stride = static_cast<std::int32_t>(strides[i]);
    if (wanted && adjacent) {
      result.extents.back() *= shape[i];
      result.strides.back() = stride;
    } else if (wanted) {
      result.extents.push_back(shape[i]);
      result.strides.push_back(stride);
    }
    adjacent = wanted;
  }
  const std::size_t unused = max_dimensions - result.extents.size();
  result.extents.insert(result.extents.begin(), unused, 1);
  result.strides.insert(result.strides.begin(), unused, 0);
  return result;
}

std::vector<Field> dimension_fields(const NodeView& view) {
  const Dimensions kept = dimensions_of(view, false);
  const Dimensions reduced = dimensions_of(view, true);
  return {ints_field("kept", kept.extents), ints_field("kept_strides", kept.strides),
          ints_field("reduced", reduced.extents), ints_field("reduced_strides", reduced.strides)};
}

void add_step(const NodeView& view, Kernel kernel, std::string_view layer,
              const std::vector<Field>& output, StepBuilder& builder) {
  Struct arguments{std::string(layer), dimension_fields(view), {}};
  arguments.fields.insert(arguments.fields.end(), output.begin(), output.end());
  builder.step(std::move(kernel), std::move(arguments), {builder.input(0), builder.output()})
      .summary = fmt::format("{} of {}", view.node.op->name, reduced_count(view));
}

template <auto kernel>
void lower_quantized(const NodeView& view, StepBuilder& builder) {
  const Multiplier multiplier = multiplier_of(view);
  const std::int64_t zero = view.input(0).quantization.zero_point();
  add_step(
      view,
      {fmt::format("reduce_{}", to_string(view.input(0).type)), "smelt/reduce.h", invoke<kernel>},
      "reduce_layer",
      {int_field("bias", -zero * reduced_count(view)),
       int_field("multiplier", multiplier.multiplier), int_field("shift", multiplier.shift),
       int_field("zero_point", view.output().quantization.zero_point())},
      builder);
}

void lower_f32(const NodeView& view, StepBuilder& builder) {
  const float divisor = view.node.op == &mean ? static_cast<float>(reduced_count(view)) : 1.0F;
  add_step(view, {"reduce_f32", "smelt/reduce.h", invoke<&smelt::reduce_f32>}, "reduce_f32_layer",
           {float_field("divisor", divisor)}, builder);
}

void lower_s32(const NodeView& view, StepBuilder& builder) {
  add_step(view, {"reduce_s32", "smelt/reduce.h", invoke<&smelt::reduce_s32>}, "reduce_s32_layer",
           {}, builder);
}

template <ElementType type>
bool is_type(const NodeView& view, const Target&) {
  return view.input(0).type == type;
}

constexpr KernelRow kernels[] = {
    {"reduce_s8", is_type<ElementType::s8>, lower_quantized<&smelt::reduce_s8>},
    {"reduce_u8", is_type<ElementType::u8>, lower_quantized<&smelt::reduce_u8>},
    {"reduce_s16", is_type<ElementType::s16>, lower_quantized<&smelt::reduce_s16>},
    {"reduce_f32", is_type<ElementType::f32>, lower_f32},
    {"reduce_s32", is_type<ElementType::s32>, lower_s32},
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  auto attributes = view.attributes<ReduceAttributes>();
  for (std::int32_t& axis : attributes.axes) axis = p[static_cast<std::size_t>(axis)];
  std::sort(attributes.axes.begin(), attributes.axes.end());
  if (attributes.keep_dims) return {attributes, p};
  // What is left keeps its order; its dimensions are numbered anew.
  Permutation left;
  for (const std::int32_t axis : p) {
    const auto place = std::lower_bound(attributes.axes.begin(), attributes.axes.end(), axis);
    if (place == attributes.axes.end() || *place != axis)
      left.push_back(axis - static_cast<std::int32_t>(place - attributes.axes.begin()));
  }
  return {attributes, left};
}

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          const std::size_t rank = view.input(0).shape.size();
          return rank > 1 && !is_reduced(view, rank - 1);
        },
};

OpDef reduction(std::string_view name) {
  return {.name = name,
          .operands = {"input"},
          .attributes = attribute_table<ReduceAttributes>(),
          .check = check,
          .infer = infer,
          .channels = &channels,
          .untranspose = untranspose,
          .kernels = [] { return std::span<const KernelRow>(kernels); }};
}

}  // namespace

const OpDef mean = reduction("mean");
const OpDef sum = reduction("sum");

}  // namespace smelt::ops
