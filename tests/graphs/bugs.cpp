// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/bugs.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "compiler/ops/conv2d.h"
#include "compiler/ops/depthwise_conv2d.h"
#include "compiler/ops/dequantize.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/slice.h"
#include "compiler/passes/channel_facts.h"

namespace smelt::test {
namespace {

// --- planner -----------------------------------------------------------------------------------

/// Whether the planner overlooks what operand `operand` of step `step` reads.
using Overlooks =
    std::function<bool(const Program&, std::size_t step, const Operand& operand, BufferId buffer)>;

Program plan_without(const Program& given, const PlanOptions& options, const Overlooks& overlooks) {
  const Program program = arrange(given, options);
  Program seen = program;
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    std::erase_if(seen.steps[i].operands, [&](const Operand& operand) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      return id && operand.access == Access::read && overlooks(program, i, operand, *id);
    });
  seen = place(std::move(seen), options);
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    seen.steps[i].operands = program.steps[i].operands;
  return seen;
}

bool reads(const Step& step, BufferId buffer) {
  return std::any_of(step.operands.begin(), step.operands.end(), [&](const Operand& operand) {
    const auto* id = std::get_if<BufferId>(&operand.place);
    return id && *id == buffer && operand.access == Access::read;
  });
}

Program first_reader_only(const Program& program, const PlanOptions& options) {
  return plan_without(
      program, options, [](const Program& p, std::size_t step, const Operand&, BufferId buffer) {
        const auto end = p.steps.begin() + static_cast<std::ptrdiff_t>(step);
        return std::any_of(p.steps.begin(), end,
                           [&](const Step& earlier) { return reads(earlier, buffer); });
      });
}

Program alias_does_not_extend(const Program& program, const PlanOptions& options) {
  return plan_without(program, options,
                      [](const Program& p, std::size_t, const Operand&, BufferId buffer) {
                        return p[buffer].alias_of.has_value();
                      });
}

Program outputs_end_early(const Program& program, const PlanOptions& options) {
  Program seen = arrange(program, options);
  seen.outputs.clear();
  seen = place(std::move(seen), options);
  seen.outputs = program.outputs;
  return seen;
}

std::int64_t number(const Field& field, std::size_t i) {
  return std::get<std::int64_t>(field.values[i]);
}

Program ring_without_dilation(const Program& program, const PlanOptions& options) {
  Program shrunk = program;
  for (const Step& step : program.steps)
    for (const Operand& operand : step.operands) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id || program[*id].suffix != "ring" || !step.shape) continue;
      const Field& images = step.arguments->fields[0];
      const bool columns_padded = number(images, 8) + number(images, 10) > 0;
      if (!columns_padded) continue;
      const std::int64_t height = number(step.shape->fields[0], 0);
      const std::int64_t dilation = number(step.shape->fields[2], 0);
      const std::int64_t rows = (height - 1) * dilation + 2;
      shrunk[*id].bytes = program[*id].bytes / rows * (height + 1);
    }
  return plan(std::move(shrunk), options);
}

Program permutation_in_place(const Program& program, const PlanOptions& options) {
  Program changed = program;
  for (Step& step : changed.steps)
    if (step.kernel.name == "move_8" || step.kernel.name == "move_32") step.in_place = true;
  return plan(std::move(changed), options);
}

// --- passes ------------------------------------------------------------------------------------

Graph fold_without_zero_point(Graph graph) {
  for (Node& node : graph.nodes) {
    if (node.op != &ops::dequantize || !graph[node.inputs[0]].constant) continue;
    Tensor folded = graph[node.outputs[0]];
    const Tensor& quantized = graph[node.inputs[0]];
    std::vector<std::int64_t> values = integers(quantized);
    std::vector<float> reals;
    for (const std::int64_t value : values)
      reals.push_back(quantized.quantization.scale() * static_cast<float>(value));
    folded.constant = true;
    folded.data = to_bytes(reals);
    folded.origin = {};
    const TensorId constant = graph.add(std::move(folded));
    for (Node& reader : graph.nodes)
      std::replace(reader.inputs.begin(), reader.inputs.end(), node.outputs[0], constant);
  }
  return graph;
}

/// Adds what a constant channel contributes to the bias of a convolution, and clears its weights.
void fold_channel(Graph& graph, Node& node, std::int32_t channel, std::int64_t value) {
  const NodeView view{graph, node};
  Tensor weights = view.input(1);
  const WeightZeros sums(view);
  std::vector<std::int32_t> bias(static_cast<std::size_t>(weights.shape[0]));
  if (view.has_input(2)) bias = elements<std::int32_t>(view.input(2));
  const std::int64_t difference = value - view.input(0).quantization.zero_point();
  for (std::size_t o = 0; o < bias.size(); ++o)
    bias[o] +=
        static_cast<std::int32_t>(difference * sums.sum(static_cast<std::int32_t>(o), channel));
  const auto channels = static_cast<std::size_t>(weights.shape[3]);
  for (auto at = static_cast<std::size_t>(channel); at < weights.data.size(); at += channels)
    weights.data[at] = static_cast<std::uint8_t>(weights.quantization.zero_point());
  node.inputs.resize(3, no_tensor);
  node.inputs[1] = graph.add(std::move(weights));
  node.inputs[2] = graph.add({.name = node.name + "_folded",
                              .type = ElementType::s32,
                              .shape = {static_cast<std::int32_t>(bias.size())},
                              .constant = true,
                              .data = to_bytes(bias)});
}

Graph fold_channel_under_padding(Graph graph) {
  const ChannelFacts facts(graph);
  for (Node& node : graph.nodes) {
    if (node.op != &ops::conv2d || graph[node.inputs[0]].type == ElementType::f32) continue;
    if (graph[node.inputs[0]].constant || !channel_rule({graph, node})) continue;
    for (std::int32_t c = 0; c < graph[node.inputs[0]].shape[3]; ++c)
      if (const auto value = facts.value(node.inputs[0], c)) fold_channel(graph, node, c, *value);
  }
  return graph;
}

Activation* activation_of(Node& node) {
  for (const AttributeField& field : node.op->attributes.fields(node.attributes))
    if (const auto* activation = std::get_if<Activation*>(&field.value)) return *activation;
  return nullptr;
}

Node* writer_of(Graph& graph, TensorId id) {
  for (Node& node : graph.nodes)
    if (node.outputs[0] == id) return &node;
  return nullptr;
}

Graph fuse_despite_other_readers(Graph graph) {
  for (Node& node : graph.nodes) {
    const bool relu6 = node.op == &ops::relu6;
    if (!relu6 && node.op != &ops::relu_n1_to_1) continue;
    Node* writer = writer_of(graph, node.inputs[0]);
    Activation* activation = writer ? activation_of(*writer) : nullptr;
    if (activation && *activation == Activation::none)
      *activation = relu6 ? Activation::relu6 : Activation::relu_n1_to_1;
  }
  return graph;
}

Pads* pads_of(Node& node) {
  if (node.op == &ops::conv2d) return &std::any_cast<ops::Conv2dAttributes&>(node.attributes).pads;
  if (node.op == &ops::depthwise_conv2d)
    return &std::any_cast<ops::DepthwiseConv2dAttributes&>(node.attributes).pads;
  return nullptr;
}

Graph merge_pad_of_any_value(Graph graph) {
  for (Node& node : graph.nodes) {
    Pads* pads = pads_of(node);
    Node* pad = pads ? writer_of(graph, node.inputs[0]) : nullptr;
    if (!pad || pad->op != &ops::pad) continue;
    const auto& added = std::any_cast<const ops::PadAttributes&>(pad->attributes);
    const bool only_image =
        added.before[0] + added.after[0] + added.before[3] + added.after[3] == 0;
    if (!only_image || *pads != Pads{}) continue;
    const Node before = node;
    *pads = {added.before[1], added.before[2], added.after[1], added.after[2]};
    node.inputs[0] = pad->inputs[0];
    Diagnostics refused;
    node.op->check({graph, node}, refused);
    if (refused.failed()) node = before;
  }
  return graph;
}

Graph merge_slices_without_stride(Graph graph) {
  for (Node& node : graph.nodes) {
    Node* first = node.op == &ops::slice ? writer_of(graph, node.inputs[0]) : nullptr;
    if (!first || first->op != &ops::slice) continue;
    const auto& inner = std::any_cast<const ops::SliceAttributes&>(first->attributes);
    auto& outer = std::any_cast<ops::SliceAttributes&>(node.attributes);
    const auto forwards = [](std::int32_t stride) { return stride > 0; };
    if (!std::all_of(inner.stride.begin(), inner.stride.end(), forwards)) continue;
    if (!std::all_of(outer.stride.begin(), outer.stride.end(), forwards)) continue;
    for (std::size_t i = 0; i < inner.begin.size(); ++i) {
      outer.begin[i] += inner.begin[i];
      outer.stride[i] *= inner.stride[i];
    }
    node.inputs[0] = first->inputs[0];
  }
  return graph;
}

std::vector<Bug> bugs_of_layers() {
  return {
      {.name = "stale_ring",
       .sentence = "the rows of the next image of a batch are not copied into the ring",
       .kernel = {"smelt/rows.h",
                  "  for (int32_t batch = 0; batch < images.batches; ++batch) {\n"
                  "    int32_t copied = 0;\n",
                  "  int32_t copied = 0;\n"
                  "  for (int32_t batch = 0; batch < images.batches; ++batch) {\n"}},
      {.name = "average_rounds_up",
       .sentence = "negative averages are rounded towards zero",
       .kernel = {"smelt/pool2d.h", "(sum < 0 ? -sum : sum) + count.taps / 2",
                  "(sum < 0 ? -sum : sum + count.taps / 2)"}},
      {.name = "block_reads_first_channels",
       .sentence = "after a full block of channels, a depthwise convolution reads the first again",
       .kernel = {"smelt/depthwise_conv2d.h",
                  "depthwise_block<1, step, Number>(shape, layer, rows, offset + step * done,",
                  "depthwise_block<1, step, Number>(shape, layer, rows, offset,"}},
      {.name = "shift_after_rounding",
       .sentence = "a multiplier above 1 shifts to the left what has been rounded already",
       .kernel = {"smelt/fixed_point.h", "multiply_high(shift_left(x, shift), multiplier)",
                  "shift_left(multiply_high(x, multiplier), shift)"}},
      {.name = "patch_not_cleared",
       .sentence = "what follows the taps of a convolution's patch is left as it was",
       .kernel = {"smelt/conv2d.h", "  fill(patch + taps, padded - taps, typename Number::wide{});",
                  ""}},

      {.name = "first_reader_only",
       .sentence = "a tensor lives only until the first step that reads it",
       .planner = first_reader_only},
      {.name = "ring_without_dilation",
       .sentence = "the ring of a dilated kernel has no more rows than the kernel",
       .planner = ring_without_dilation},
      {.name = "alias_does_not_extend",
       .sentence = "steps that read a tensor under another shape do not keep it alive",
       .planner = alias_does_not_extend},
      {.name = "outputs_end_early",
       .sentence = "outputs of the model live only until the last step that touches them",
       .planner = outputs_end_early},
      {.name = "permutation_in_place",
       .sentence = "copies that permute elements may overwrite their input",
       .planner = permutation_in_place},

      {.name = "fold_without_zero_point",
       .sentence = "folding the dequantization of a constant drops its zero point",
       .pass = fold_without_zero_point},
      {.name = "fold_channel_under_padding",
       .sentence = "a constant channel goes into the bias of a convolution that pads",
       .pass = fold_channel_under_padding},
      {.name = "fuse_despite_other_readers",
       .sentence = "an activation is fused into an operator whose result others read, too",
       .pass = fuse_despite_other_readers},
      {.name = "merge_pad_of_any_value",
       .sentence = "a pad becomes that of a convolution, although its value is not zero",
       .pass = merge_pad_of_any_value},
      {.name = "merge_slices_without_stride",
       .sentence = "the second of two merged slices begins without regard to the first's stride",
       .pass = merge_slices_without_stride},
  };
}

}  // namespace

const std::vector<Bug>& all_bugs() {
  static const std::vector<Bug> bugs = [] {
    std::vector<Bug> all = bugs_of_layers();
    const std::vector<Bug> more = bugs_of_pipelines();
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return bugs;
}

std::vector<OutputFile> misprinted(std::vector<OutputFile> files, const Misprint& misprint) {
  for (OutputFile& file : files) {
    if (misprint.header.empty() || file.path != misprint.header) continue;
    const std::size_t at = file.text.find(misprint.right);
    if (at == std::string::npos)
      throw std::logic_error(fmt::format("{} does not say: {}", file.path, misprint.right));
    file.text.replace(at, misprint.right.size(), misprint.wrong);
  }
  return files;
}

}  // namespace smelt::test
