// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/rows.h"

#include <algorithm>

#include "compiler/ops/permutation.h"

namespace smelt {
namespace {

/// Whether an operand has the rows of an output of that rank, holds for all of them, or has others.
enum class OperandRows : std::uint8_t { same, none, others };

OperandRows rows_in(const Tensor& operand, const TensorRows& rows, std::size_t rank) {
  // Dimensions correspond from the last on.
  const Shape& shape = operand.shape;
  const std::size_t inside = rank - rows.dimension;
  const auto own = rows_of(shape);
  const bool reaches = own && shape.size() - own->dimension >= inside;
  const std::int32_t extent = shape.size() < inside ? 1 : shape[shape.size() - inside];
  if (extent == 1) return reaches ? OperandRows::others : OperandRows::none;
  const bool same = own && own->height == rows.height && shape.size() - own->dimension == inside &&
                    !operand.constant;
  return same ? OperandRows::same : OperandRows::others;
}

bool is_row_wise(const NodeView& view) {
  const Shape& output = view.output().shape;
  const auto rows = rows_of(output);
  if (view.node.op->untranspose != untranspose_elementwise || !rows) return false;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i)
    if (view.input(i).variable ||
        rows_in(view.input(i), *rows, output.size()) == OperandRows::others)
      return false;
  return true;
}

/// The node alone, on tensors of one row.
struct RowGraph {
  Graph graph;
  std::vector<std::optional<BufferId>> buffers;  ///< by tensor: those of the whole images
};

RowGraph row_graph(const NodeView& view, const std::vector<std::optional<BufferId>>& buffers) {
  RowGraph row;
  const std::size_t rank = view.output().shape.size();
  const TensorRows rows = *rows_of(view.output().shape);
  Node node = view.node;
  for (auto* ids : {&node.inputs, &node.outputs})
    for (TensorId& id : *ids) {
      if (id == no_tensor) continue;
      Tensor tensor = view.graph[id];
      if (rows_in(tensor, rows, rank) == OperandRows::same)
        tensor.shape[tensor.shape.size() - (rank - rows.dimension)] = 1;
      row.buffers.push_back(buffers[static_cast<std::size_t>(id)]);
      row.graph.tensors.push_back(std::move(tensor));
      id = static_cast<TensorId>(row.graph.tensors.size() - 1);
    }
  row.graph.nodes.push_back(std::move(node));
  return row;
}

/// Constants from `first` on that another of the layer is equal to are replaced by it in `step`,
/// and removed.
void share_constants(Program& program, Step& step, std::size_t first) {
  std::vector<Constant> made(program.constants.begin() + static_cast<std::ptrdiff_t>(first),
                             program.constants.end());
  program.constants.resize(first);
  std::vector<ConstantId> ids;
  for (Constant& constant : made) {
    const auto known = std::find_if(
        program.constants.begin(), program.constants.end(), [&](const Constant& other) {
          return other.layer == constant.layer && other.suffix == constant.suffix &&
                 other.type == constant.type && other.bytes == constant.bytes;
        });
    ids.push_back(static_cast<ConstantId>(known - program.constants.begin()));
    if (known == program.constants.end()) program.constants.push_back(std::move(constant));
  }
  const auto replace = [&](ConstantId& id) {
    if (static_cast<std::size_t>(id) >= first) id = ids[static_cast<std::size_t>(id) - first];
  };
  for (Operand& operand : step.operands)
    if (auto* id = std::get_if<ConstantId>(&operand.place)) replace(*id);
  if (!step.arguments) return;
  for (Field& field : step.arguments->fields)
    for (Value& value : field.values)
      if (auto* id = std::get_if<ConstantId>(&value)) replace(*id);
}

}  // namespace

void add_row_form(Program& program, const NodeView& view, const Target& target,
                  const std::vector<std::optional<BufferId>>& buffers,
                  const KernelRow& (*choose)(const NodeView&, const Target&)) {
  if (!is_row_wise(view)) return;
  RowGraph row = row_graph(view, buffers);
  const NodeView row_view{row.graph, row.graph.nodes[0]};
  const std::size_t steps = program.steps.size(), constants = program.constants.size();
  StepBuilder builder(program, row_view, row.buffers);
  choose(row_view, target).lower(row_view, builder);
  Step made = std::move(program.steps.back());
  const bool single = program.steps.size() == steps + 1;
  program.steps.resize(steps, made);
  share_constants(program, made, constants);
  if (!single) return;
  const Shape& shape = view.output().shape;
  const TensorRows rows = *rows_of(shape);
  RowForm form{.kernel = made.kernel,
               .shape = made.shape,
               .arguments = made.arguments,
               .operands = made.operands,
               .windows = {},
               .height = rows.height,
               .elements = rows.elements,
               .lead = {}};
  for (std::size_t i = 0; i < form.operands.size(); ++i) {
    const auto* id = std::get_if<BufferId>(&form.operands[i].place);
    if (!id || form.operands[i].access != Access::read) continue;
    const Tensor& operand = view.graph[program[*id].tensor];
    if (rows_in(operand, rows, shape.size()) == OperandRows::same)
      form.windows.push_back({.operand = i,
                              .height = rows.height,
                              .elements = rows_of(operand.shape)->elements,
                              .firsts = {},
                              .table = {}});
  }
  if (form.windows.empty()) return;
  program.steps.back().row_form = std::move(form);
}

}  // namespace smelt
