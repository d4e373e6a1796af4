// SPDX-License-Identifier: Apache-2.0
//
// Elements of .onnx files: floats of other widths become float32.
#include "compiler/import/onnx_tensor.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

using namespace smelt;
using smelt::onnx_import::read_tensor;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

template <typename T>
onnx::TensorProto raw(onnx::TensorProto::DataType type, const std::vector<T>& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(type);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  tensor.set_raw_data(values.data(), values.size() * sizeof(T));
  return tensor;
}

std::vector<float> read(const onnx::TensorProto& source) {
  const auto [tensor, problem] = read_tensor(source);
  REQUIRE(problem.empty());
  REQUIRE(tensor.type == ElementType::f32);
  return elements<float>(tensor);
}

}  // namespace

TEST_CASE("half floats have subnormals and infinities") {
  const std::vector<std::uint16_t> bits = {0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555,
                                           0xc000, 0x7bff, 0x7c00, 0xfc00, 0x8001};
  const std::vector<float> expected = {0,
                                       std::ldexp(1.0F, -24),
                                       std::ldexp(1023.0F, -24),
                                       std::ldexp(1.0F, -14),
                                       1,
                                       1365.0F / 4096,
                                       -2,
                                       65504,
                                       infinity,
                                       -infinity,
                                       -std::ldexp(1.0F, -24)};
  CHECK(read(raw(onnx::TensorProto::FLOAT16, bits)) == expected);
  CHECK(std::isnan(read(raw<std::uint16_t>(onnx::TensorProto::FLOAT16, {0x7e00}))[0]));
  onnx::TensorProto listed = raw(onnx::TensorProto::FLOAT16, bits);
  listed.clear_raw_data();
  for (const std::uint16_t each : bits) listed.add_int32_data(each);
  CHECK(read(listed) == expected);
}

TEST_CASE("float64 is rounded") {
  CHECK(read(raw<double>(onnx::TensorProto::DOUBLE, {0.1, -1e300})) ==
        std::vector<float>{0.1F, -infinity});
}

TEST_CASE("raw data must fit the shape, whatever the width") {
  for (const auto type : {onnx::TensorProto::DOUBLE, onnx::TensorProto::FLOAT16}) {
    onnx::TensorProto cut = raw<double>(type, {1, 2});
    cut.mutable_raw_data()->resize(type == onnx::TensorProto::DOUBLE ? 15 : 3);
    CHECK_FALSE(read_tensor(cut).problem.empty());
    cut.mutable_raw_data()->resize(100);
    CHECK_FALSE(read_tensor(cut).problem.empty());
  }
}
