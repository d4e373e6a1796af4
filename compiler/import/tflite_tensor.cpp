// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/tflite_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace smelt::tflite {
namespace {

namespace format = smelt::tflite_format;

constexpr std::int64_t max_elements = std::int64_t{1} << 28;
constexpr std::size_t max_rank = 8;

std::optional<ElementType> element_type(format::TensorType type) {
  switch (type) {
    case format::TensorType::FLOAT32: return ElementType::f32;
    case format::TensorType::INT4: return ElementType::s4;
    case format::TensorType::INT8: return ElementType::s8;
    case format::TensorType::UINT8: return ElementType::u8;
    case format::TensorType::INT16: return ElementType::s16;
    case format::TensorType::INT32: return ElementType::s32;
    case format::TensorType::INT64: return ElementType::s64;
    case format::TensorType::BOOL: return ElementType::boolean;
    default: return std::nullopt;
  }
}

/// Bytes of the elements in a file: of 4 bits, two share a byte.
std::uint64_t packed_bytes(ElementType type, std::int64_t count) {
  const auto elements = static_cast<std::uint64_t>(count);
  return type == ElementType::s4 ? (elements + 1) / 2
                                 : elements * static_cast<std::uint64_t>(byte_size(type));
}

/// One element of 4 bits per byte, the low half of each first.
std::vector<std::uint8_t> unpacked(const flatbuffers::Vector<std::uint8_t>& data,
                                   std::int64_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::uint32_t i = 0; i < static_cast<std::uint64_t>(count); ++i) {
    const unsigned half = data.Get(i / 2) >> (i % 2 * 4) & 15U;
    bytes.push_back(static_cast<std::uint8_t>((half ^ 8U) - 8U));
  }
  return bytes;
}

/// The FlatBuffers verifier lets 64-bit elements pass that are aligned to 32 bits.
std::int64_t element(const flatbuffers::Vector<std::int64_t>& vector, std::uint32_t i) {
  std::int64_t value = 0;
  std::memcpy(&value, vector.Data() + i * sizeof value, sizeof value);
  return flatbuffers::EndianScalar(value);
}

class Reader {
 public:
  Reader(const format::Model& model, const format::Tensor& source, std::int32_t index)
      : model_(model), source_(source) {
    tensor_.name = text_of(source.name());
    tensor_.origin = {.tensor = index};
    if (tensor_.name.empty()) tensor_.name = fmt::format("tensor_{}", index);
  }

  ReadTensor run() {
    read_shape();
    read_type();
    tensor_.variable = source_.is_variable();
    if (source_.sparsity()) refuse("is stored sparse");
    if (source_.quantization()) read_quantization(*source_.quantization());
    read_data();
    if (tensor_.type == ElementType::s4 && !tensor_.constant)
      refuse("has type INT4, which only constants may have");
    return {std::move(tensor_), std::move(problem_)};
  }

 private:
  /// Keeps the first reason.
  void refuse(std::string reason) {
    if (problem_.empty()) problem_ = std::move(reason);
  }

  void read_shape() {
    for (std::uint32_t i = 0; i < size_of(source_.shape()); ++i) {
      std::int32_t extent = source_.shape()->Get(i);
      const bool open =
          i < size_of(source_.shape_signature()) && source_.shape_signature()->Get(i) < 0;
      // An unknown batch is one sample.
      if ((open || extent < 0) && i == 0)
        extent = 1;
      else if (open || extent < 0)
        refuse(fmt::format("has a dynamic shape (dimension {})", i));
      tensor_.shape.push_back(extent);
    }
    if (tensor_.shape.size() > max_rank || !checked_count(tensor_.shape, max_elements)) {
      refuse(fmt::format("has shape {}", to_string(tensor_.shape)));
      tensor_.shape = {0};
    }
  }

  void read_type() {
    if (const auto type = element_type(source_.type())) {
      tensor_.type = *type;
      return;
    }
    const std::string name = format::EnumNameTensorType(source_.type());
    refuse(fmt::format("has type {}, which is not supported",
                       name.empty() ? fmt::format("#{}", static_cast<int>(source_.type())) : name));
  }

  void read_quantization(const format::QuantizationParameters& source) {
    if (source.details_type() != format::QuantizationDetails::NONE)
      refuse("has a quantization scheme that is not supported");
    const std::uint32_t count = size_of(source.scale());
    if (count == 0) return;
    Quantization& quantization = tensor_.quantization;
    for (const float scale : *source.scale()) {
      quantization.scales.push_back(scale);
      if (!std::isfinite(scale) || scale <= 0) refuse(fmt::format("has scale {}", scale));
    }
    read_zero_points(source);
    if (count == 1) return;
    quantization.axis = source.quantized_dimension();
    const bool has_axis = quantization.axis >= 0 &&
                          static_cast<std::size_t>(quantization.axis) < tensor_.shape.size();
    if (!has_axis || static_cast<std::int64_t>(count) !=
                         tensor_.shape[static_cast<std::size_t>(quantization.axis)])
      refuse(fmt::format("has {} scales along axis {} of {}", count, quantization.axis,
                         to_string(tensor_.shape)));
  }

  void read_zero_points(const format::QuantizationParameters& source) {
    Quantization& quantization = tensor_.quantization;
    const std::uint32_t given = size_of(source.zero_point());
    const IntegerRange range = range_of(tensor_.type);
    if (given > 1 && given != quantization.scales.size())
      refuse(fmt::format("has {} zero points for {} scales", given, quantization.scales.size()));
    for (std::uint32_t i = 0; i < quantization.scales.size(); ++i) {
      const std::int64_t zero =
          given == 0 ? 0 : element(*source.zero_point(), std::min(i, given - 1));
      if (is_integer(tensor_.type) && (zero < range.min || zero > range.max))
        refuse(fmt::format("has zero point {}", zero));
      quantization.zero_points.push_back(
          static_cast<std::int32_t>(std::clamp<std::int64_t>(zero, INT32_MIN, INT32_MAX)));
    }
  }

  void read_data() {
    const std::uint32_t index = source_.buffer();
    if (source_.external_buffer() != 0) refuse("is stored outside the file");
    if (index >= size_of(model_.buffers()) && index != 0)
      return refuse(fmt::format("names buffer {}, which does not exist", index));
    if (index == 0) return;
    const format::Buffer& buffer = *model_.buffers()->Get(index);
    if (buffer.offset() > 1 || buffer.size() > 1) refuse("is stored outside the FlatBuffer");
    if (size_of(buffer.data()) == 0) return;
    const std::uint64_t expected = packed_bytes(tensor_.type, element_count(tensor_.shape));
    if (buffer.data()->size() != expected)
      refuse(fmt::format("has {} bytes of data, its shape {} needs {}", buffer.data()->size(),
                         to_string(tensor_.shape), expected));
    if (!problem_.empty()) return;
    if (tensor_.type == ElementType::s4)
      tensor_.data = unpacked(*buffer.data(), element_count(tensor_.shape));
    else
      tensor_.data.assign(buffer.data()->begin(), buffer.data()->end());
    tensor_.constant = true;
    tensor_.variable = false;
  }

  const format::Model& model_;
  const format::Tensor& source_;
  Tensor tensor_;
  std::string problem_;
};

}  // namespace

ReadTensor read_tensor(const format::Model& model, const format::Tensor& source,
                       std::int32_t index) {
  return Reader(model, source, index).run();
}

}  // namespace smelt::tflite
