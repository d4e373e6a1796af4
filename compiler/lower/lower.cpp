// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/lower.h"

#include <algorithm>
#include <cassert>

#include "compiler/lower/rows.h"
#include "compiler/ops/kernel.h"
#include "compiler/ops/movement.h"

namespace smelt {
namespace {

using TensorBuffers = std::vector<std::optional<BufferId>>;  // by TensorId

Buffer buffer_of(TensorId id, const Tensor& tensor) {
  return {.layer = tensor.name,
          .suffix = tensor.variable ? "state" : "out",
          .kind = tensor.variable ? BufferKind::state : BufferKind::tensor,
          .type = tensor.type,
          .shape = tensor.shape,
          .quantization = tensor.quantization,
          .bytes = element_count(tensor.shape) * byte_size(tensor.type),
          .alignment = byte_size(tensor.type),
          .tensor = id,
          .origin = tensor.origin,
          .alias_of = {},
          // A reset quantized state means the real number zero.
          .reset_value = tensor.type == ElementType::s8 && tensor.quantization.present()
                             ? tensor.quantization.zero_point()
                             : 0};
}

template <KernelChoice choice>
const KernelRow& choose(const NodeView& view, const Target& target) {
  const auto rows = view.node.op->kernels();
  const KernelRow* chosen = nullptr;
  for (const KernelRow& row : rows) {
    if (row.coding != Coding::plain || !row.admits(view, target)) continue;
    chosen = &row;
    if (choice == KernelChoice::best) break;
  }
  assert(chosen && "an operator's check admits only what its portable kernel computes");
  return *chosen;
}

/// Null: the weights cannot be coded so.
const KernelRow* coded_row(const NodeView& view, const Target& target, Coding coding) {
  if (coding == Coding::plain) return nullptr;
  for (const KernelRow& row : view.node.op->kernels())
    if (row.coding == coding && row.admits(view, target)) return &row;
  return nullptr;
}

/// Constants do not come row by row.
bool reads_constant_rows(const Step& step) {
  if (!step.row_form) return false;
  const RowForm& form = *step.row_form;
  return std::any_of(form.windows.begin(), form.windows.end(), [&](const RowWindow& window) {
    return std::holds_alternative<ConstantId>(form.operands[window.operand].place);
  });
}

class Lowering {
 public:
  Lowering(const Graph& graph, const Target& target, KernelChoice choice, const Codings& codings)
      : graph_(graph),
        target_(target),
        codings_(codings),
        choose_(choice == KernelChoice::best ? &choose<KernelChoice::best>
                                             : &choose<KernelChoice::portable>),
        buffers_(graph.tensors.size()) {}

  Program run() {
    program_.name = graph_.name;
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].variable) add_buffer(static_cast<TensorId>(i));
    for (const TensorId id : graph_.inputs)
      program_.inputs.push_back({graph_[id].name, add_buffer(id)});
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      lower_node(graph_.nodes[i], codings_.empty() ? Coding::plain : codings_[i]);
    for (const TensorId id : graph_.outputs)
      program_.outputs.push_back({graph_[id].name, *buffers_[static_cast<std::size_t>(id)]});
    return std::move(program_);
  }

 private:
  BufferId add_buffer(TensorId id) {
    program_.buffers.push_back(buffer_of(id, graph_[id]));
    const auto buffer = static_cast<BufferId>(program_.buffers.size() - 1);
    buffers_[static_cast<std::size_t>(id)] = buffer;
    return buffer;
  }

  void lower_node(const Node& node, Coding coding) {
    for (const TensorId id : node.outputs) add_buffer(id);
    const NodeView view{graph_, node};
    StepBuilder builder(program_, view, buffers_);
    if (!node.op->kernels) return lower_alias(view, builder);
    const std::size_t first = program_.steps.size();
    const KernelRow* coded = coded_row(view, target_, coding);
    (coded ? *coded : choose_(view, target_)).lower(view, builder);
    if (target_.separate_flash) bring_constants(first, builder);
    if (program_.steps.size() != first + 1) return;
    if (node.op->in_place) program_.steps.back().in_place = true;
    if (reads_constant_rows(program_.steps.back())) program_.steps.back().row_form.reset();
    if (!program_.steps.back().row_form) add_row_form(program_, view, target_, buffers_, choose_);
  }

  /// Kernels read operands in data memory, unless they say otherwise: before steps from `first` on,
  /// copies their constants there.
  void bring_constants(std::size_t first, StepBuilder& builder) {
    for (std::size_t i = first; i < program_.steps.size(); ++i)
      for (std::size_t k = 0; k < program_.steps[i].operands.size(); ++k) {
        const Operand operand = program_.steps[i].operands[k];
        const auto* id = std::get_if<ConstantId>(&operand.place);
        if (!id || operand.by_load) continue;
        const Constant& constant = program_[*id];
        const auto count =
            static_cast<std::int64_t>(constant.bytes.size()) / byte_size(constant.type);
        const Operand copy = in_data_memory(operand, constant.type, count, builder);
        const auto begin = program_.steps.begin() + static_cast<std::ptrdiff_t>(i);
        std::rotate(begin, program_.steps.end() - 1, program_.steps.end());
        program_.steps[++i].operands[k] = copy;
      }
  }

  /// The input's bytes under another shape; those of a constant are not in memory: a copy.
  void lower_alias(const NodeView& view, StepBuilder& builder) {
    const auto source = buffers_[static_cast<std::size_t>(view.node.inputs[0])];
    const auto count = static_cast<std::int32_t>(element_count(view.output().shape));
    if (source)
      program_[*buffers_[static_cast<std::size_t>(view.node.outputs[0])]].alias_of = source;
    else
      lower_movement(view, 0, {.dimensions = {{count, 1, 1}}}, builder);
  }

  const Graph& graph_;
  const Target& target_;
  const Codings& codings_;
  const KernelRow& (*choose_)(const NodeView&, const Target&);
  TensorBuffers buffers_;
  Program program_;
};

}  // namespace

Program lower(const Graph& graph, const Target& target, KernelChoice choice,
              const Codings& codings) {
  return Lowering(graph, target, choice, codings).run();
}

}  // namespace smelt
