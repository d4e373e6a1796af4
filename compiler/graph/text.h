// SPDX-License-Identifier: Apache-2.0
//
// The textual form of a graph, for dumps and for tests written by hand. It is lossless: parse()
// gives back every field of what print() was given.
//
//   graph "gesture" file "gesture.tflite"
//   inputs %0
//   outputs %3
//
//   %0 "input": s8[1,4] scale 0.0471 zero -3
//   %1 "weights": s8[2,4] scale [0.1, 0.2] axis 0 = [1, 2, 3, 4, -1, -2, -3, -4]
//   %2 "state": s8[1,2] variable
//
//   %3 "dense": s8[1,2] scale 0.02 = fully_connected(%0, %1, _) activation relu @7
//   "FULLY_CONNECTED"
//
// One statement per line, `#` begins a comment, and lists go over several lines. The number of a
// tensor is its index in Graph::tensors; a tensor is declared once, on a line of its own or where
// it is written. In this order, every part but the type may be left out:
//
//   tensor    %N "name": type[extents] scale S zero Z axis A variable origin N channels [...]
//             removed [channel: value, ...]
//   constant  tensor = [values], or = splat value (one for all), or = base64(bytes)
//   node      tensors = operator "name" (operands) attribute value ... @index "FILE_KIND"
//
// `_` is an absent operand. A node's name is that of its first output unless it is given; scales
// and zero points are lists or, if all tensors or channels share one, single values; attributes are
// written where they differ from the operator's default. Strings escape what is not printable
// ASCII as \xNN. Floats are the shortest digits that read back equal, inf, nan, or bits:
// 0x7fc00001.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"

namespace smelt {

struct TextOptions {
  std::size_t max_values = 64;  ///< constants of more elements are not spelt out
  /// Leave out the data of those constants: to be looked at, refused by parse().
  bool elide = false;
};

std::string print(const Graph& graph, const TextOptions& options = {});

/// The attributes of a node that differ from the operator's defaults: " activation relu". Texts are
/// lossless: they compare as values.
std::string attributes_text(const Node& node);

/// Reports what is not as expected, with line and column in `source`, the name of the text. That
/// the graph makes sense is left to verify(). `find` gives the operator of a name, or null.
std::optional<Graph> parse(std::string_view text, std::string_view source,
                           const OpDef* (*find)(std::string_view), Diagnostics& diagnostics);

/// Bytes that the splats of one text may make, so that a short text cannot fill the memory.
constexpr std::int64_t max_splat_bytes = std::int64_t{1} << 26;

}  // namespace smelt
