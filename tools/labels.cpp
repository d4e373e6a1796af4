// SPDX-License-Identifier: Apache-2.0
#include "tools/labels.h"

#include <fmt/format.h>

#include "compiler/graph/graph.h"
#include "tools/arrays.h"

namespace smelt::tools {

std::optional<std::vector<std::int64_t>> read_labels(const std::string& path, std::size_t count,
                                                     Diagnostics& diagnostics) {
  const auto arrays = read_arrays(path, diagnostics);
  if (!arrays) return std::nullopt;
  const Array& array = arrays->front();
  if (!is_integer(array.type) || element_count(array.shape) != static_cast<std::int64_t>(count)) {
    diagnostics
        .error({.file = path},
               fmt::format("holds {} {}", to_string(array.type), to_string(array.shape)))
        .note(fmt::format("expected one integer for each of the {} cases", count));
    return std::nullopt;
  }
  Tensor holder{.type = array.type, .shape = array.shape};
  holder.data = array.bytes;
  return integers(holder);
}

}  // namespace smelt::tools
