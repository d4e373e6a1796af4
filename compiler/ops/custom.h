// SPDX-License-Identifier: Apache-2.0
//
// An operator that smelt lacks, run by a function of the user's:
//
//   void function(const T *input_0, ..., U *output_0, ..., const uint8_t *options);
//
// One pointer for every input that is present, in the model's order (constants too), one for every
// output, and one to the operator's own options as the file has them, if it has any. Shapes, scales
// and layouts are those that `smelt inspect` prints. It must not keep the pointers.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct CustomAttributes {
  std::string header;                 ///< included by the emitted code
  std::string function;               ///< with its namespace
  std::vector<std::int32_t> options;  ///< bytes

  std::vector<AttributeField> fields() {
    return {{"header", &header}, {"function", &function}, {"options", &options}};
  }
};

extern const OpDef custom;

}  // namespace smelt::ops
