// SPDX-License-Identifier: Apache-2.0
//
// A tensor of a .tflite file, with its shape, quantization and data checked.
#pragma once

#include <string>

#include "compiler/graph/graph.h"
#include "tflite_generated.h"

namespace smelt::tflite {

inline std::string text_of(const flatbuffers::String* text) {
  return text ? text->str() : "";
}

/// Elements of a vector that may be missing.
template <typename T>
std::uint32_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

struct ReadTensor {
  Tensor tensor;
  /// Why it cannot be used, or empty: an error only where it is used. The tensor is safe to look
  /// at.
  std::string problem;
};
ReadTensor read_tensor(const tflite_format::Model& model, const tflite_format::Tensor& source,
                       std::int32_t index);

}  // namespace smelt::tflite
