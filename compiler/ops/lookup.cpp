// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/lookup.h"

#include <fmt/format.h>

#include "compiler/ops/channels.h"
#include "compiler/ops/permutation.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/unary.h"
#include "smelt/lookup.h"

namespace smelt::ops {
namespace {

void check(const NodeView& view, Diagnostics& diagnostics) {
  using enum ElementType;
  const Tensor& table = view.input(1);
  if (!check_type(view, view.input(0), "input", {s8, u8}, diagnostics) ||
      !check_type(view, table, "table", {s8, u8}, diagnostics))
    return;
  if (!table.constant || element_count(table.shape) != 256)
    diagnostics.error(
        place_of(view.graph, view.node),
        fmt::format("the table has shape {}, expected 256 constants", to_string(table.shape)));
}

std::vector<TensorType> infer(const NodeView& view) {
  return {{view.input(1).type, view.input(0).shape}};
}

void lower(const NodeView& view, StepBuilder& builder) {
  lower_call(view,
             unary_call<&smelt::lookup_8>(
                 "lookup_8", "smelt/lookup.h", count_of(view),
                 {constant_field("table", builder.table("table", view.input(1).data))}),
             builder);
}

constexpr KernelRow kernels[] = {{"lookup_8", always, lower}};

/// The table is that of all channels, however many there are.
const ChannelRule channels = {
    .kind = ChannelRule::Kind::each,
    .applies = [](const NodeView& view) { return channel_count(view.input(0)) > 1; },
    .source = [](const NodeView&, std::size_t i,
                 std::int32_t output) { return i == 0 ? output : -1; },
};

}  // namespace

const OpDef lookup = {
    .name = "lookup",
    .operands = {"input", "table"},
    .check = check,
    .infer = infer,
    .channels = &channels,
    .untranspose = untranspose_elementwise,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
};

}  // namespace smelt::ops
