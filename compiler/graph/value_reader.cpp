// SPDX-License-Identifier: Apache-2.0
#include "compiler/graph/value_reader.h"

#include <utility>

namespace smelt {
namespace {

template <typename T>
void append(std::vector<std::uint8_t>& bytes, T value) {
  const std::vector<std::uint8_t> more = to_bytes(std::span<const T>(&value, 1));
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

void ValueReader::read(bool& value) {
  value = scanner_.accept_word("true");
  if (!value && !scanner_.accept_word("false")) scanner_.expected("true or false");
}

void ValueReader::read(std::string& value) {
  if (auto text = scanner_.string())
    value = std::move(*text);
  else
    scanner_.expected("a string");
}

void ValueReader::read(Activation& value) {
  for (int i = 0; i <= static_cast<int>(Activation::relu6); ++i)
    if (scanner_.accept_word(to_string(static_cast<Activation>(i)))) {
      value = static_cast<Activation>(i);
      return;
    }
  scanner_.expected("none, relu, relu_n1_to_1 or relu6");
}

void ValueReader::read_tuple(std::initializer_list<std::int32_t*> values) {
  scanner_.expect('[');
  for (std::int32_t* const* each = values.begin(); each != values.end(); ++each) {
    if (each != values.begin()) scanner_.expect(',');
    read(**each);
  }
  scanner_.expect(']');
}

Quantization ValueReader::quantization() {
  Quantization result;
  if (scanner_.accept_word("scale")) read_shared(result.scales, 1);
  result.zero_points.resize(result.scales.size());
  if (scanner_.accept_word("zero")) read_shared(result.zero_points, result.scales.size());
  if (scanner_.accept_word("axis")) read(result.axis);
  return result;
}

Origin ValueReader::origin() {
  Origin result;
  if (scanner_.accept_word("origin")) read(result.tensor);
  if (scanner_.accept_word("channels")) read(result.channels);
  if (!scanner_.accept_word("removed")) return result;
  scanner_.list('[', ']', [&] {
    Origin::Removed& removed = result.removed.emplace_back();
    read(removed.channel);
    scanner_.expect(':');
    read(removed.value);
  });
  return result;
}

void ValueReader::element(ElementType type, std::vector<std::uint8_t>& data) {
  switch (type) {
    case ElementType::f32: return append(data, scanner_.number());
    case ElementType::s4:
    case ElementType::s8: return append(data, scanner_.integer<std::int8_t>());
    case ElementType::boolean:
    case ElementType::u8: return append(data, scanner_.integer<std::uint8_t>());
    case ElementType::s16: return append(data, scanner_.integer<std::int16_t>());
    case ElementType::s32: return append(data, scanner_.integer<std::int32_t>());
    case ElementType::s64: return append(data, scanner_.integer<std::int64_t>());
  }
}

}  // namespace smelt
