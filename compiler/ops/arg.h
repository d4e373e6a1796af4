// SPDX-License-Identifier: Apache-2.0
//
// The position of the largest or smallest element along one axis, which the output lacks; of
// equals, the first or last. ARG_MAX, ARG_MIN. The output's type, s32 or s64, is the caller's
// choice.
#pragma once

#include "compiler/graph/graph.h"

namespace smelt::ops {

struct ArgAttributes {
  std::int32_t axis = 0;  ///< from 0
  bool last = false;      ///< of equals, the last

  std::vector<AttributeField> fields() { return {{"axis", &axis}, {"last", &last}}; }
};

extern const OpDef arg_max;
extern const OpDef arg_min;

}  // namespace smelt::ops
