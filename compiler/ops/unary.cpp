// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/unary.h"

#include <numeric>

#include "compiler/ops/quantization.h"
#include "smelt/lookup.h"

namespace smelt {

bool check_unary(const NodeView& view, std::initializer_list<ElementType> types,
                 Diagnostics& diagnostics) {
  const Tensor& input = view.input(0);
  if (!check_type(view, input, "input", types, diagnostics) ||
      !check_type(view, view.output(), "output", {input.type}, diagnostics))
    return false;
  return input.type == ElementType::f32 ||
         (check_scaled(view, input, "input", diagnostics) &&
          check_scaled(view, view.output(), "output", diagnostics));
}

std::vector<TensorType> infer_unary(const NodeView& view) {
  return {{view.input(0).type, view.input(0).shape}};
}

std::int32_t count_of(const NodeView& view) {
  return static_cast<std::int32_t>(element_count(view.input(0).shape));
}

bool maps_bytes(const NodeView& view, const Target&) {
  return byte_size(view.input(0).type) == 1 && byte_size(view.output().type) == 1;
}

void lower_call(const NodeView& view, UnaryCall call, StepBuilder& builder) {
  const ElementType output = view.output().type;
  builder.step(std::move(call.kernel), std::move(call.layer), {builder.input(0), builder.output()})
      .in_place = output == view.input(0).type || byte_size(output) == 1;
}

void lower_table(const NodeView& view, const UnaryCall& call, StepBuilder& builder) {
  std::vector<std::uint8_t> arguments(256), table(256);
  std::iota(arguments.begin(), arguments.end(), std::uint8_t{0});
  call.kernel.invoke({nullptr, &call.layer, {arguments.data(), table.data()}, {}});
  UnaryCall lookup =
      unary_call<&smelt::lookup_8>("lookup_8", "smelt/lookup.h", count_of(view),
                                   {constant_field("table", builder.table("table", table))});
  lower_call(view, std::move(lookup), builder);
}

}  // namespace smelt
