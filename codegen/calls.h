// SPDX-License-Identifier: Apache-2.0
//
// What the writers of calls share: how a step's function, its constants and its title are printed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "codegen/context.h"

namespace smelt {

/// "smelt::conv2d_s8<window_3x3>", or a function of the user's.
std::string callee(const EmitContext& context, const Step& step);

/// Whether the step's layer struct says its shape, to a function that it shares with others.
bool is_told_its_shape(const EmitContext& context, const Step& step);

/// A number, or the name of a constant.
std::string value_text(const EmitContext& context, const Value& value);

/// "3  conv_2  3x3/2 same, relu, 9,216 MACs"
std::string step_title(const EmitContext& context, std::size_t step);

/// The layer struct, as functions of runtime-min take it, or nothing.
std::vector<std::string> layer_argument(const EmitContext& context, std::size_t step);

/// The memory that steps `first` to `last` work in: "state", "arena", or both.
std::vector<std::string> memory_of(const EmitContext& context, std::size_t first, std::size_t last);

/// The parameter of that name: "void *arena".
std::string memory_parameter(const EmitContext& context, std::string_view memory);

/// The constants and functions of all pipelines.
void write_pipelines(CppWriter& writer, const EmitContext& context);

}  // namespace smelt
