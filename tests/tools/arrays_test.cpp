// SPDX-License-Identifier: Apache-2.0
//
// NumPy files that are written read back as they were.
#include "tools/arrays.h"

#include <catch2/catch.hpp>

#include "tools/files.h"

using namespace smelt;
using namespace smelt::tools;

namespace {

Array array_of(ElementType type, Shape shape) {
  Array array{.name = {}, .type = type, .shape = std::move(shape), .bytes = {}};
  const auto bytes = element_count(array.shape) * byte_size(type);
  for (std::int64_t i = 0; i < bytes; ++i)
    array.bytes.push_back(static_cast<std::uint8_t>(type == ElementType::boolean ? i % 2 : i * 7));
  return array;
}

}  // namespace

TEST_CASE("a .npy file reads back as it was") {
  const TemporaryFolder folder;
  const Shape long_shape(40, 1);
  for (const ElementType type :
       {ElementType::f32, ElementType::s8, ElementType::u8, ElementType::s16, ElementType::s32,
        ElementType::s64, ElementType::boolean})
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{1, 8, 9, 3}, Shape{0, 4}, long_shape}) {
      CAPTURE(to_string(type), to_string(shape));
      const Array array = array_of(type, shape);
      Diagnostics diagnostics;
      REQUIRE(write_output(folder.path() / "a.npy", npy_text(array), diagnostics));
      const auto read = read_arrays(folder.path() / "a.npy", diagnostics);
      REQUIRE(read);
      REQUIRE(read->size() == 1);
      CHECK(read->front().type == array.type);
      CHECK(read->front().shape == array.shape);
      CHECK(read->front().bytes == array.bytes);
    }
}

TEST_CASE("the data of a .npy file is aligned, behind a header of one line") {
  for (int rank = 0; rank < 60; ++rank) {
    const Array array = array_of(ElementType::s8, Shape(static_cast<std::size_t>(rank), 1));
    const std::string text = npy_text(array);
    const std::size_t begin = text.size() - array.bytes.size();
    CHECK(begin % 64 == 0);
    CHECK(text.find('\n') == begin - 1);
    CHECK(text.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  }
  CHECK(npy_text(array_of(ElementType::s16, {2, 3})).substr(10, 60) ==
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), } ");
  CHECK(npy_text(array_of(ElementType::boolean, {2})).substr(10, 58) ==
        "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), } ");
}
