// SPDX-License-Identifier: Apache-2.0
//
// Reads the values of the textual form: attributes, elements, quantization and origins.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/graph/scanner.h"

namespace smelt {

class ValueReader {
 public:
  explicit ValueReader(Scanner& scanner) : scanner_(scanner) {}

  /// One function for each type that an attribute can have.
  void read(bool& value);
  void read(std::int32_t& value) { value = scanner_.integer<std::int32_t>(); }
  void read(float& value) { value = scanner_.number(); }
  void read(std::string& value);
  void read(Activation& value);
  void read(Extent2& value) { read_tuple({&value.height, &value.width}); }
  void read(Pads& value) { read_tuple({&value.top, &value.left, &value.bottom, &value.right}); }
  template <typename T>
  void read(std::vector<T>& values) {
    values.clear();
    scanner_.list('[', ']', [&] { read(values.emplace_back()); });
  }

  Quantization quantization();
  Origin origin();
  /// Appends the bytes of one element.
  void element(ElementType type, std::vector<std::uint8_t>& data);

 private:
  void read_tuple(std::initializer_list<std::int32_t*> values);

  /// A list, or one value for all `count`.
  template <typename T>
  void read_shared(std::vector<T>& values, std::size_t count) {
    if (scanner_.peek() == '[') return read(values);
    T value{};
    read(value);
    values.assign(count, value);
  }

  Scanner& scanner_;
};

}  // namespace smelt
