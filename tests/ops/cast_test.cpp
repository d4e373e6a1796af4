// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/cast.h"

#include <catch2/catch.hpp>
#include <limits>

#include "compiler/evaluate/evaluate.h"
#include "tests/support/builder.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;

namespace {

using enum ElementType;

Bytes cast(ElementType from, ElementType to, const Bytes& bytes) {
  Builder b;
  const auto count = static_cast<std::int32_t>(bytes.size()) / byte_size(from);
  b.output(b.node(ops::cast, {}, {b.input(from, {count})}, {}, to));
  REQUIRE(problems(b.graph) == "");
  return Evaluation(b.graph).run({bytes})[0];
}

template <typename T>
Bytes of(const std::vector<T>& values) {
  return to_bytes(values);
}

}  // namespace

TEST_CASE("cast agrees with the oracle for all pairs of types", "[cast]") {
  Random random(10);
  for (int i = 0; i < 20; ++i)
    for (const ElementType from : {f32, s8, u8, s16, s32, s64, boolean})
      for (const ElementType to : {f32, s8, u8, s16, s32, s64, boolean}) {
        Builder b;
        const TensorId x = b.input(from, random.shape(2, 9));
        const TensorId y = b.node(ops::cast, {}, {x}, {}, to);
        b.output(y);
        CAPTURE(to_string(from), to_string(to));
        REQUIRE(problems(b.graph) == "");
        Bytes bytes = random.elements(from, element_count(b.graph[x].shape));
        // The oracle leaves negative floats as unsigned numbers open.
        if (from == f32 && to == u8)
          bytes = cast(u8, f32, random.elements(u8, element_count(b.graph[x].shape)));
        const oracle::Tensor expected =
            oracle::cast(for_oracle(b.graph[x], bytes), for_oracle(b.graph[y]));
        REQUIRE(difference(expected, b.graph[y], Evaluation(b.graph).run({bytes})[0]) == "");
      }
}

TEST_CASE("floats lose their fraction and saturate", "[cast]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  const Bytes x = floats({1.9F, -1.9F, 127.9F, 128, -128.9F, -129, 255.9F, 256, -0.9F, inf, -inf,
                          std::numeric_limits<float>::quiet_NaN()});
  CHECK(cast(f32, s8, x) ==
        of<std::int8_t>({1, -1, 127, 127, -128, -128, 127, 127, 0, 127, -128, 0}));
  CHECK(cast(f32, u8, x) == of<std::uint8_t>({1, 0, 127, 128, 0, 0, 255, 255, 0, 255, 0, 0}));
  const Bytes far = floats({2147483520.0F, 2147483648.0F, -2147483648.0F, -3e9F, 1e30F});
  CHECK(cast(f32, s32, far) ==
        of<std::int32_t>({2147483520, INT32_MAX, INT32_MIN, INT32_MIN, INT32_MAX}));
  CHECK(cast(f32, s64, far) ==
        of<std::int64_t>({2147483520, 2147483648, -2147483648, -3000000000, INT64_MAX}));
  CHECK(cast(f32, s16, far) == of<std::int16_t>({32767, 32767, -32768, -32768, 32767}));
}

TEST_CASE("integers wrap and truth is 1", "[cast]") {
  CHECK(cast(s32, u8, of<std::int32_t>({-1, 256, 511})) == of<std::uint8_t>({255, 0, 255}));
  CHECK(cast(s64, s32, of<std::int64_t>({1LL << 32, -5})) == of<std::int32_t>({0, -5}));
  CHECK(cast(s64, boolean, of<std::int64_t>({1LL << 32, 0, -5})) == of<std::uint8_t>({1, 0, 1}));
  CHECK(cast(f32, boolean, floats({0.1F, 0, -0.0F, std::numeric_limits<float>::quiet_NaN()})) ==
        of<std::uint8_t>({1, 0, 0, 1}));
  CHECK(cast(boolean, f32, of<std::uint8_t>({1, 0})) == floats({1, 0}));
}
