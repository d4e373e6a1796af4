// SPDX-License-Identifier: Apache-2.0
//
// Comparison of results: bit for bit in integer; in float within 1e-5 of the largest absolute
// expected value. What another implementation computed may be allowed more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/graph.h"

namespace smelt::tools {

struct Tolerance {
  double fraction = 1e-5;  ///< of the largest absolute expected value, in float
  std::int64_t steps = 0;  ///< between integers
};

/// The first element that differs, in words; nothing if none does.
std::optional<std::string> difference(ElementType type, const Bytes& expected, const Bytes& got,
                                      const Tolerance& tolerance = {});

/// The value of the file's tensor that `got`, the bytes of `carried`, stands for: put together from
/// what is left of it and the constants that removed channels were proven to be. `expected` stands
/// in for what nobody knows, channels that nobody reads.
Bytes whole_value(const Tensor& original, const Bytes& expected, const Origin& carried,
                  const Bytes& got);

/// Compares the value of a tensor that passes may have changed with the file's tensor that it
/// carries, as whole_value says; of another type, it cannot be compared.
std::optional<std::string> difference(const Tensor& original, const Bytes& expected,
                                      ElementType type, const Origin& carried, const Bytes& got);

}  // namespace smelt::tools
