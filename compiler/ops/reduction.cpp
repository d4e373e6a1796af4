// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/reduction.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"

namespace smelt {
namespace {

using ops::ReduceAttributes;

/// Dimensions of each kind in the layer's struct.
constexpr std::size_t max_dimensions = 3;

bool is_reduced(const NodeView& view, std::size_t dimension) {
  const auto& axes = view.attributes<ReduceAttributes>().axes;
  return std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(dimension)) != axes.end();
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
Dimensions dimensions_of(const Shape& shape, const std::vector<std::int32_t>& axes, bool reduced) {
  const std::vector<std::int64_t> strides = row_major_strides(shape);
  Dimensions result;
  bool adjacent = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 1) continue;
    const bool is_reduced =
        std::find(axes.begin(), axes.end(), static_cast<std::int32_t>(i)) != axes.end();
    const bool wanted = is_reduced == reduced;
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

}  // namespace

std::int64_t reduced_count(const NodeView& view) {
  std::int64_t count = 1;
  for (const std::int32_t axis : view.attributes<ReduceAttributes>().axes)
    count *= view.input(0).shape[static_cast<std::size_t>(axis)];
  return count;
}

bool check_reduced_axes(const NodeView& view, const std::vector<std::int32_t>& axes,
                        Diagnostics& diagnostics) {
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

std::vector<Field> reduction_fields(const Shape& shape, const std::vector<std::int32_t>& axes) {
  const Dimensions kept = dimensions_of(shape, axes, false);
  const Dimensions reduced = dimensions_of(shape, axes, true);
  return {ints_field("kept", kept.extents), ints_field("kept_strides", kept.strides),
          ints_field("reduced", reduced.extents), ints_field("reduced_strides", reduced.strides)};
}

void set_row_form(const NodeView& view, Step& step, ElementType sum, StepBuilder& builder) {
  Shape shape = view.input(0).shape;
  const auto rows = rows_of(shape);
  if (!rows || !is_reduced(view, rows->dimension)) return;
  const Operand sums = builder.scratch("sums", sum, element_count(view.output().shape));
  RowForm form = collecting(step, *rows, sums);
  shape[rows->dimension] = 1;
  const std::vector<Field> loops =
      reduction_fields(shape, view.attributes<ReduceAttributes>().axes);
  std::copy(loops.begin(), loops.end(), form.arguments->fields.begin());
  step.row_form = std::move(form);
}

Step& lower_reduction(const NodeView& view, Kernel kernel, std::string_view layer,
                      const std::vector<Field>& fields, StepBuilder& builder) {
  Struct arguments{std::string(layer),
                   reduction_fields(view.input(0).shape, view.attributes<ReduceAttributes>().axes),
                   {}};
  arguments.fields.insert(arguments.fields.end(), fields.begin(), fields.end());
  Step& step =
      builder.step(std::move(kernel), std::move(arguments), {builder.input(0), builder.output()});
  step.summary = fmt::format("{} of {}", view.node.op->name, reduced_count(view));
  return step;
}

OpDef reduction(std::string_view name, void (*check)(const NodeView&, Diagnostics&),
                std::span<const KernelRow> (*kernels)()) {
  return {.name = name,
          .operands = {"input"},
          .attributes = attribute_table<ReduceAttributes>(),
          .check = check,
          .infer = infer,
          .channels = &channels,
          .untranspose = untranspose,
          .kernels = kernels};
}

}  // namespace smelt
