// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/concat.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/movement.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization_rules.h"
#include "smelt/concat.h"

namespace smelt::ops {
namespace {

/// Inputs that a kernel takes in turns.
constexpr std::size_t max_turns = 4;

std::size_t axis_of(const NodeView& view) {
  return static_cast<std::size_t>(view.attributes<ConcatAttributes>().axis);
}

/// Whether the shapes are equal but for dimension `axis`.
bool fit(Shape a, const Shape& b, std::size_t axis) {
  if (a.size() != b.size()) return false;
  a[axis] = b[axis];
  return a == b;
}

bool check_input(const NodeView& view, std::size_t i, Diagnostics& diagnostics) {
  const Tensor& input = view.input(i);
  const Tensor& first = view.input(0);
  if (!check_movable(view, input, "input", diagnostics)) return false;
  if (input.type == first.type && fit(input.shape, first.shape, axis_of(view)))
    return check_same_quantization(view, input, diagnostics);
  diagnostics.error(place_of(view.graph, view.node),
                    fmt::format("\"{}\" is {} {}, which does not go with {} {} along dimension {}",
                                input.name, to_string(input.type), to_string(input.shape),
                                to_string(first.type), to_string(first.shape), axis_of(view)));
  return false;
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const Place place = place_of(view.graph, view.node);
  if (view.node.inputs.empty()) {
    diagnostics.error(place, "there is nothing to concatenate");
    return;
  }
  const auto& [axis] = view.attributes<ConcatAttributes>();
  TensorType output{view.input(0).type, view.input(0).shape};
  if (axis < 0 || static_cast<std::size_t>(axis) >= output.shape.size()) {
    diagnostics.error(place, fmt::format("axis {} is no dimension of the input {}", axis,
                                         to_string(output.shape)));
    return;
  }
  bool content = true;
  std::int64_t extent = 0;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) {
    content = check_input(view, i, diagnostics) && content;
    if (content) extent += view.input(i).shape[axis_of(view)];
  }
  if (!content) return;
  output.shape[axis_of(view)] = 1;
  if (extent > INT32_MAX / (element_count(output.shape) * byte_size(output.type)))
    diagnostics.error(place, "the output is too large");
}

std::vector<TensorType> infer(const NodeView& view) {
  TensorType output{view.input(0).type, view.input(0).shape};
  std::int32_t& extent = output.shape[axis_of(view)];
  for (std::size_t i = 1; i < view.node.inputs.size(); ++i)
    extent += view.input(i).shape[axis_of(view)];
  return {output};
}

void lower(const NodeView& view, StepBuilder& builder) {
  const std::vector<std::int64_t> to = row_major_strides(view.output().shape);
  std::int64_t position = 0;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) {
    const Shape& shape = view.input(i).shape;
    const std::vector<std::int64_t> from = row_major_strides(shape);
    Movement movement{{}, 0, position * to[axis_of(view)]};
    for (std::size_t d = 0; d < shape.size(); ++d)
      movement.dimensions.push_back({shape[d], from[d], to[d]});
    lower_movement(view, i, movement, builder);
    position += shape[axis_of(view)];
  }
}

/// Runs of each input: what the dimensions before the axis count.
std::int64_t runs(const NodeView& view) {
  std::int64_t count = 1;
  for (std::size_t d = 0; d < axis_of(view); ++d) count *= view.output().shape[d];
  return count;
}

/// Few inputs whose elements take turns: otherwise each is one run of bytes, and perhaps a view.
bool takes_turns(const NodeView& view, const Target&) {
  const std::size_t inputs = view.node.inputs.size();
  return inputs >= 2 && inputs <= max_turns && runs(view) > 1;
}

Struct turns_layer(const NodeView& view, std::int64_t count) {
  std::vector<std::int32_t> bytes(max_turns);
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i)
    bytes[i] = static_cast<std::int32_t>(element_count(view.input(i).shape) / runs(view) *
                                         byte_size(view.output().type));
  return {"concat_layer", {int_field("count", count), ints_field("bytes", bytes)}, {}};
}

/// Of tensors that are joined within rows.
std::optional<RowForm> turns_row(const NodeView& view, const Step& step) {
  const auto output = rows_of(view.output().shape);
  if (!output || axis_of(view) <= output->dimension) return std::nullopt;
  RowForm form{.kernel = step.kernel,
               .shape = {},
               .arguments = turns_layer(view, runs(view) / output->height),
               .operands = step.operands,
               .windows = {},
               .height = output->height,
               .elements = output->elements,
               .lead = {}};
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i)
    form.windows.push_back({.operand = i,
                            .height = output->height,
                            .elements = element_count(view.input(i).shape) / output->height,
                            .firsts = {},
                            .table = {}});
  return form;
}

template <auto two, auto three, auto four>
void lower_turns(const NodeView& view, StepBuilder& builder) {
  constexpr void (*invokers[])(const HostCall&) = {invoke<two>, invoke<three>, invoke<four>};
  const std::size_t inputs = view.node.inputs.size();
  std::vector<Operand> operands;
  for (std::size_t i = 0; i < inputs; ++i) operands.push_back(builder.input(i));
  operands.push_back(builder.output());
  Step& step =
      builder.step({fmt::format("concat_{}", inputs), "smelt/concat.h", invokers[inputs - 2]},
                   turns_layer(view, runs(view)), std::move(operands));
  step.summary = fmt::format("of {}", inputs);
  step.row_form = turns_row(view, step);
}

constexpr KernelRow kernels[] = {
    {"concat_turns", takes_turns,
     lower_turns<&smelt::concat_2, &smelt::concat_3, &smelt::concat_4>},
    {"concat", [](const NodeView&, const Target&) { return true; }, lower},
};

bool joins_channels(const NodeView& view) {
  return view.attributes<ConcatAttributes>().axis + 1 ==
         static_cast<std::int32_t>(view.output().shape.size());
}

const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies =
        [](const NodeView& view) {
          for (std::size_t i = 0; i < view.node.inputs.size(); ++i)
            if (view.input(i).constant) return false;
          return true;
        },
    .source =
        [](const NodeView& view, std::size_t i, std::int32_t output) {
          if (!joins_channels(view)) return output;
          std::int32_t first = 0;
          for (std::size_t before = 0; before < i; ++before)
            first += channel_count(view.input(before));
          const bool inside = output >= first && output < first + channel_count(view.input(i));
          return inside ? output - first : -1;
        },
};

Untransposed untranspose(const NodeView& view, const Permutation& p) {
  return {ConcatAttributes{.axis = p[axis_of(view)]}, p};
}

}  // namespace

const OpDef concat = {
    .name = "concat",
    .operands = {"input*"},
    .attributes = attribute_table<ConcatAttributes>(),
    .check = check,
    .infer = infer,
    .channels = &channels,
    .untranspose = untranspose,
    .quantization = &scale_keeping,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .selects = true,
};

}  // namespace smelt::ops
