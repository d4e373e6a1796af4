// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/custom.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics.h"
#include "compiler/ops/kernel.h"

namespace smelt::ops {
namespace {

/// Names end up in emitted code: only what can be an include path and a qualified name.
bool is_plain(const std::string& text, std::string_view extra) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           extra.find(c) != std::string_view::npos;
  });
}

void check(const NodeView& view, Diagnostics& diagnostics) {
  const auto& attributes = view.attributes<CustomAttributes>();
  if (!is_plain(attributes.header, "./-+") || !is_plain(attributes.function, ":"))
    diagnostics
        .error(place_of(view.graph, view.node), fmt::format("cannot be bound to \"{}\" of \"{}\"",
                                                            attributes.function, attributes.header))
        .note("give a header's path and a function's name");
  for (const std::int32_t byte : attributes.options)
    if (byte < 0 || byte > 255)
      diagnostics.error(place_of(view.graph, view.node), "options are not bytes");
}

/// Nothing is known of it: the outputs are as the model states them.
std::vector<TensorType> infer(const NodeView& view) {
  std::vector<TensorType> types;
  for (std::size_t i = 0; i < view.node.outputs.size(); ++i)
    types.push_back({view.output(i).type, view.output(i).shape});
  return types;
}

void lower(const NodeView& view, StepBuilder& builder) {
  const auto& attributes = view.attributes<CustomAttributes>();
  std::vector<Operand> operands;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) operands.push_back(builder.input(i));
  for (std::size_t i = 0; i < view.node.outputs.size(); ++i) operands.push_back(builder.output(i));
  if (!attributes.options.empty()) {
    const std::vector<std::uint8_t> bytes(attributes.options.begin(), attributes.options.end());
    operands.push_back({builder.constant("options", bytes), Access::read});
  }
  builder.call({.name = attributes.function, .header = attributes.header, .custom = true},
               std::move(operands));
}

constexpr KernelRow kernels[] = {
    {"custom", [](const NodeView&, const Target&) { return true; }, lower},
};

}  // namespace

const OpDef custom = {
    .name = "custom",
    .operands = {"input*"},
    .attributes = attribute_table<CustomAttributes>(),
    .check = check,
    .infer = infer,
    .kernels = [] { return std::span<const KernelRow>(kernels); },
    .opaque = true,
};

}  // namespace smelt::ops
