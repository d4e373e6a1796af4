// SPDX-License-Identifier: Apache-2.0
//
// Calls a kernel of runtime-min on the host from the same argument list that is emitted: structs
// are built field by field, in declaration order, so evaluator and emitted code cannot be given
// different numbers. `invoke<&conv2d_s8>` is such a caller.
#pragma once

#include <cassert>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "compiler/program/program.h"

namespace smelt {

/// Converts to whatever number or constant pointer a struct's field wants.
struct FieldValue {
  const Value* value;
  const std::vector<const void*>* constants;

  template <typename T>
    requires std::is_arithmetic_v<T>
  operator T() const {
    if (const auto* number = std::get_if<float>(value)) return static_cast<T>(*number);
    return static_cast<T>(std::get<std::int64_t>(*value));
  }
  template <typename T>
  operator const T*() const {
    if ([[maybe_unused]] const auto* null = std::get_if<std::int64_t>(value)) {
      assert(*null == 0 && "a pointer field is a constant or null");
      return nullptr;
    }
    return static_cast<const T*>(
        (*constants)[static_cast<std::size_t>(std::get<ConstantId>(*value))]);
  }
};

namespace detail {

template <std::size_t>
struct AnyField {
  template <typename T>
    requires(std::is_arithmetic_v<T> || std::is_pointer_v<T>)
  operator T() const;
};

template <typename T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{AnyField<I>{}...}; };
}

/// Number of scalar fields of an aggregate, array elements counted one by one.
template <typename T, std::size_t N = 64>
constexpr std::size_t field_count() {
  if constexpr (N == 0 || takes<T>(std::make_index_sequence<N>()))
    return N;
  else
    return field_count<T, N - 1>();
}

template <typename T, std::size_t... I>
T build(const std::vector<FieldValue>& values, std::index_sequence<I...>) {
  return T{values[I]...};
}

template <typename T>
T build(const Struct& arguments, const std::vector<const void*>& constants) {
  std::vector<FieldValue> values;
  for (const Field& field : arguments.fields)
    for (const Value& value : field.values) values.push_back({&value, &constants});
  assert(values.size() == field_count<T>() && "fields differ from the struct's declaration");
  return build<T>(values, std::make_index_sequence<field_count<T>()>());
}

template <auto kernel, typename... Pointers, std::size_t... I>
void call_with(const HostCall& call, std::index_sequence<I...>, auto&&... structs) {
  assert(call.pointers.size() == sizeof...(Pointers) && "operands differ from the signature");
  kernel(structs..., static_cast<Pointers>(call.pointers[I])...);
}

template <auto kernel, typename Layer, typename... Pointers>
  requires(std::is_pointer_v<Pointers> && ...)
void dispatch(const HostCall& call, void (*)(const Layer&, Pointers...)) {
  call_with<kernel, Pointers...>(call, std::index_sequence_for<Pointers...>(),
                                 build<Layer>(*call.layer, call.constants));
}

template <auto kernel, typename Shape, typename Layer, typename... Pointers>
void dispatch(const HostCall& call, void (*)(const Shape&, const Layer&, Pointers...)) {
  call_with<kernel, Pointers...>(call, std::index_sequence_for<Pointers...>(),
                                 build<Shape>(*call.shape, call.constants),
                                 build<Layer>(*call.layer, call.constants));
}

}  // namespace detail

template <auto kernel>
void invoke(const HostCall& call) {
  detail::dispatch<kernel>(call, kernel);
}

}  // namespace smelt
