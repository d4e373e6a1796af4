// SPDX-License-Identifier: Apache-2.0
//
// A .tflite file stated field by field, right or wrong: for what no valid graph can be exported to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tflite_generated.h"

namespace smelt::test {

namespace format = smelt::tflite_format;

struct FileTensor {
  std::string name;
  format::TensorType type = format::TensorType::FLOAT32;
  std::vector<std::int32_t> shape;
  std::vector<std::uint8_t> data = {};  ///< in a buffer of its own, if there are any
  std::vector<float> scales = {};
  std::vector<std::int64_t> zero_points = {};
  std::int32_t axis = 0;
  std::vector<std::int32_t> shape_signature = {};
  bool variable = false, sparse = false, other_scheme = false;
  std::uint32_t external_buffer = 0;
  std::optional<std::uint32_t> buffer = {};  ///< instead of its own
  std::uint64_t outside_offset = 0;          ///< of its buffer
};

using Options = std::function<flatbuffers::Offset<void>(flatbuffers::FlatBufferBuilder&)>;

struct FileOperator {
  format::BuiltinOperator code = {};
  std::vector<std::int32_t> inputs = {}, outputs = {};
  format::BuiltinOptions options_type = {};
  Options options = {};
  int version = 1;
  std::string custom_code = {};
  std::vector<std::uint8_t> custom_options = {};
  std::uint64_t large_options = 0;               ///< bytes behind the FlatBuffer
  std::optional<std::uint32_t> code_index = {};  ///< instead of its own
};

/// The options that `create` makes: `options(format::CreateAddOptions, activation)`.
template <typename Create, typename... Values>
Options options(Create create, Values... values) {
  return [=](flatbuffers::FlatBufferBuilder& file) { return create(file, values...).Union(); };
}

struct FileModel {
  std::vector<FileTensor> tensors = {};
  std::vector<FileOperator> operators = {};
  std::vector<std::int32_t> inputs = {}, outputs = {};
  std::uint32_t version = 3;
  bool has_subgraph = true;

  std::vector<std::uint8_t> bytes() const;
};

}  // namespace smelt::test
