// SPDX-License-Identifier: Apache-2.0
//
// Integers that stand for themselves: of 32 and 64 bits, and narrower ones of which no operand and
// no output has a scale. Their kernels are templates over the type (smelt/integers.h).
#pragma once

#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/ops/kernel.h"

namespace smelt {

/// Whether the first input's are such integers, or truth values.
bool is_plain(const NodeView& view);

/// Calls a kernel of runtime-min.
using Invoke = void (*)(const HostCall&);

/// of_type<T>(), for the T of an integer type.
template <auto of_type>
Invoke for_integers(ElementType type) {
  switch (type) {
    case ElementType::s8: return of_type.template operator()<std::int8_t>();
    case ElementType::s16: return of_type.template operator()<std::int16_t>();
    case ElementType::s32: return of_type.template operator()<std::int32_t>();
    case ElementType::s64: return of_type.template operator()<std::int64_t>();
    case ElementType::s4:
    case ElementType::u8:
    case ElementType::boolean:
    case ElementType::f32: break;
  }
  return of_type.template operator()<std::uint8_t>();
}

/// The same for any type.
template <auto of_type>
Invoke for_elements(ElementType type) {
  return type == ElementType::f32 ? of_type.template operator()<float>()
                                  : for_integers<of_type>(type);
}

}  // namespace smelt
