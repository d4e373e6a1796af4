// SPDX-License-Identifier: Apache-2.0
//
// Operators that find elements by index: gather, scatter, one_hot, top_k, take, resample, trilu.
#include "compiler/ops/indices.h"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "compiler/lower/lower.h"
#include "compiler/ops/gather.h"
#include "compiler/ops/gather_elements.h"
#include "compiler/ops/gather_nd.h"
#include "compiler/ops/one_hot.h"
#include "compiler/ops/resample.h"
#include "compiler/ops/scatter.h"
#include "compiler/ops/take.h"
#include "compiler/ops/top_k.h"
#include "compiler/ops/trilu.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tests/support/oracle_graph.h"
#include "tests/support/trial.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

using enum ElementType;

const std::vector<ElementType> all_types = {f32, s8, u8, s16, s32, s64, boolean};

/// The operands and the one node of a graph, and the bytes of its inputs.
struct Trial {
  explicit Trial(Random& source) : random(source) {}

  Random& random;
  Builder b;
  std::vector<Bytes> inputs;

  /// An input, or a constant, of any elements.
  TensorId operand(ElementType type, const Shape& shape) {
    return given(type, shape, random.elements(type, element_count(shape)));
  }
  TensorId given(ElementType type, const Shape& shape, Bytes bytes) {
    if (random.integer(0, 3) == 0) return b.constant_bytes(type, shape, std::move(bytes), {});
    inputs.push_back(std::move(bytes));
    return b.input(type, shape);
  }
  /// Indices of either width into `extent` elements; some are negative or outside.
  TensorId indices(const Shape& shape, std::int32_t extent) {
    std::vector<std::int64_t> values;
    for (std::int64_t i = element_count(shape); i > 0; --i)
      values.push_back(random.integer(0, 9) == 0 ? random.of<std::int64_t>({INT32_MIN, INT32_MAX})
                                                 : random.integer(-extent - 1, extent + 1));
    if (random.coin()) return given(s64, shape, to_bytes(values));
    return given(s32, shape, to_bytes(std::vector<std::int32_t>(values.begin(), values.end())));
  }
  Shape shape(std::int32_t least, std::int32_t most) {
    return random.shape(static_cast<std::size_t>(random.integer(least, most)), 4);
  }
  std::int32_t axis(const Shape& of) {
    return random.integer(0, static_cast<std::int32_t>(of.size()) - 1);
  }

  /// Kernels that read constants where they are, and those that need them copied.
  std::string mismatch(TensorId output) {
    b.output(output);
    if (const std::string text = problems(b.graph); !text.empty()) return text;
    for (const KernelChoice choice : {KernelChoice::best, KernelChoice::portable}) {
      OracleGraph oracle(b.graph);
      Evaluation evaluation(b.graph, choice);
      const std::string text = oracle_mismatch(b.graph, oracle, evaluation, inputs);
      if (!text.empty()) return text;
    }
    return {};
  }
};

/// Draws a node on operands many times.
void agree(const std::function<TensorId(Trial&)>& draw) {
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    Trial trial(random);
    CAPTURE(i);
    REQUIRE(trial.mismatch(draw(trial)) == "");
  }
}

/// A box in a tensor of this shape, but for the axis of any size.
Shape box_in(Trial& trial, Shape shape, std::int32_t axis) {
  for (std::int32_t& extent : shape) extent = trial.random.integer(1, extent);
  shape[static_cast<std::size_t>(axis)] = trial.random.integer(1, 5);
  return shape;
}

std::vector<std::int32_t> s32_values(const Bytes& bytes) {
  return elements<std::int32_t>({.data = bytes});
}

template <typename Attributes>
std::string complaint(const OpDef& op, Attributes attributes, const std::vector<Tensor>& inputs) {
  Builder b;
  std::vector<TensorId> ids;
  for (const Tensor& each : inputs)
    ids.push_back(each.constant ? b.constant_bytes(each.type, each.shape, each.data, {})
                                : b.input(each.type, each.shape));
  try {
    b.node(op, attributes, ids);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

Tensor tensor(ElementType type, Shape shape) {
  return {.type = type, .shape = std::move(shape)};
}

Tensor real_constant(Shape shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return {.type = f32,
          .shape = std::move(shape),
          .constant = true,
          .data = to_bytes(std::vector<float>(count, 1))};
}

}  // namespace

TEST_CASE("an index that is outside is the nearest that is inside", "[gather]") {
  Builder b;
  const TensorId x = b.input(s32, {3});
  const TensorId at = b.input(s64, {6});
  b.output(b.node(ops::gather, ops::GatherAttributes{0}, {x, at}));
  const std::vector<std::int64_t> indices = {0, 2, -1, -4, 3, INT64_MIN};
  const Bytes data = to_bytes(std::vector<std::int32_t>{10, 20, 30});
  CHECK(s32_values(Evaluation(b.graph).run({data, to_bytes(indices)})[0]) ==
        std::vector<std::int32_t>{10, 30, 30, 10, 30, 10});
}

TEST_CASE("a table of embeddings is read where it is", "[gather]") {
  Builder b;
  const TensorId table = b.constant<float>(f32, {2, 2}, {1, 2, 3, 4});
  b.output(b.node(ops::gather, ops::GatherAttributes{0}, {table, b.input(s32, {1})}));
  CHECK(lower(b.graph, *find_target("atmega2560")).steps.at(0).kernel.name == "gather_constant");
}

TEST_CASE("constants are copied where kernels cannot read them", "[gather]") {
  Builder b;
  const TensorId x = b.input(f32, {4});
  const TensorId at = b.constant<std::int32_t>(s32, {2}, {3, 0});
  b.output(b.node(ops::gather_elements, ops::GatherElementsAttributes{0}, {x, at}));
  const auto names = [&](const Target& target) {
    std::vector<std::string> result;
    for (const Step& step : lower(b.graph, target).steps) result.push_back(step.kernel.name);
    return result;
  };
  CHECK(names(host) == std::vector<std::string>{"gather_elements"});
  CHECK(names(*find_target("atmega2560")) ==
        std::vector<std::string>{"move_constant_32", "gather_elements"});
}

TEST_CASE("updates are put in one after another", "[scatter]") {
  const auto scattered = [](const std::string& reduction) {
    Builder b;
    const TensorId x = b.input(s32, {3});
    const TensorId at = b.constant<std::int32_t>(s32, {3}, {1, -2, 0});
    const TensorId updates = b.constant<std::int32_t>(s32, {3}, {5, 7, INT32_MAX});
    b.output(b.node(ops::scatter_elements, ops::ScatterElementsAttributes{0, reduction},
                    {x, at, updates}));
    return s32_values(Evaluation(b.graph).run({to_bytes(std::vector<std::int32_t>{2, 3, 4})})[0]);
  };
  CHECK(scattered("none") == std::vector<std::int32_t>{INT32_MAX, 7, 4});
  CHECK(scattered("add") == std::vector<std::int32_t>{INT32_MIN + 1, 15, 4});
  CHECK(scattered("mul") == std::vector<std::int32_t>{-2, 105, 4});
}

TEST_CASE("an index that is outside makes nothing hot", "[one_hot]") {
  Builder b;
  const TensorId at = b.input(s32, {4});
  const TensorId values = b.constant<std::int32_t>(s32, {2}, {0, 1});
  b.output(b.node(ops::one_hot, ops::OneHotAttributes{1, 2}, {at, values}, {}, s32));
  CHECK(
      s32_values(Evaluation(b.graph).run({to_bytes(std::vector<std::int32_t>{1, -2, 2, -3})})[0]) ==
      std::vector<std::int32_t>{0, 1, 1, 0, 0, 0, 0, 0});
}

TEST_CASE("of equal elements the first is the better", "[top_k]") {
  Builder b;
  const TensorId x = b.input(f32, {5});
  for (const bool largest : {true, false})
    b.output(b.node(ops::top_k, ops::TopKAttributes{0, 4, largest}, {x}, {}, s32));
  const auto positions = Evaluation(b.graph).run({floats({1, 3, 2, 3, 1})});
  CHECK(s32_values(positions[0]) == std::vector<std::int32_t>{1, 3, 2, 0});
  CHECK(s32_values(positions[1]) == std::vector<std::int32_t>{0, 4, 2, 1});
}

TEST_CASE("positions stay inside whatever the elements are", "[top_k]") {
  Builder b;
  const TensorId x = b.input(f32, {3});
  b.output(b.node(ops::top_k, ops::TopKAttributes{0, 3, true}, {x}, {}, s32));
  const float none = std::numeric_limits<float>::quiet_NaN();
  for (const std::int32_t each :
       s32_values(Evaluation(b.graph).run({floats({none, 1, none})})[0])) {
    CHECK(each >= 0);
    CHECK(each < 3);
  }
}

TEST_CASE("gathers agree with the oracle", "[gather][property]") {
  agree([](Trial& t) {
    const Shape shape = t.shape(1, 4);
    const std::int32_t axis = t.axis(shape);
    const TensorId x = t.operand(t.random.of(all_types), shape);
    const TensorId at = t.indices(t.shape(0, 2), shape[static_cast<std::size_t>(axis)]);
    return t.b.node(ops::gather, ops::GatherAttributes{axis}, {x, at});
  });
  agree([](Trial& t) {
    const Shape shape = t.shape(1, 6);
    const std::int32_t axis = t.axis(shape);
    const TensorId x = t.operand(t.random.of(all_types), shape);
    const TensorId at = t.indices(box_in(t, shape, axis), shape[static_cast<std::size_t>(axis)]);
    return t.b.node(ops::gather_elements, ops::GatherElementsAttributes{axis}, {x, at});
  });
  agree([](Trial& t) {
    const Shape shape = t.shape(1, 5);
    const auto rank = static_cast<std::int32_t>(shape.size());
    const std::int32_t batch_dims = t.random.integer(0, rank - 1);
    Shape tuples(shape.begin(), shape.begin() + batch_dims);
    if (t.random.coin()) tuples.push_back(3);
    tuples.push_back(t.random.integer(1, rank - batch_dims));
    const TensorId x = t.operand(t.random.of(all_types), shape);
    const TensorId at = t.indices(tuples, 3);
    return t.b.node(ops::gather_nd, ops::GatherNdAttributes{batch_dims}, {x, at});
  });
}

TEST_CASE("scatters agree with the oracle", "[scatter][property]") {
  const auto reduction_for = [](Trial& t, ElementType type) {
    const bool plain = type == f32 || type == s32 || type == s64;
    return plain ? t.random.of<std::string>({"none", "add", "mul"}) : "none";
  };
  agree([&](Trial& t) {
    const ElementType type = t.random.of(all_types);
    const Shape shape = t.shape(1, 6);
    const std::int32_t axis = t.axis(shape);
    const Shape box = box_in(t, shape, axis);
    const TensorId x = t.operand(type, shape);
    const TensorId at = t.indices(box, shape[static_cast<std::size_t>(axis)]);
    const TensorId updates = t.operand(type, box);
    return t.b.node(ops::scatter_elements,
                    ops::ScatterElementsAttributes{axis, reduction_for(t, type)}, {x, at, updates});
  });
  agree([&](Trial& t) {
    const ElementType type = t.random.of(all_types);
    const Shape shape = t.shape(1, 5);
    const std::int32_t depth = t.random.integer(1, static_cast<std::int32_t>(shape.size()));
    Shape box = t.random.shape(static_cast<std::size_t>(t.random.integer(0, 1)), 3);
    Shape tuples = box;
    tuples.push_back(depth);
    box.insert(box.end(), shape.begin() + depth, shape.end());
    const TensorId x = t.operand(type, shape);
    const TensorId at = t.indices(tuples, 3);
    const TensorId updates = t.operand(type, box);
    return t.b.node(ops::scatter_nd, ops::ScatterNdAttributes{reduction_for(t, type)},
                    {x, at, updates});
  });
}

TEST_CASE("one_hot and top_k agree with the oracle", "[one_hot][top_k][property]") {
  agree([](Trial& t) {
    const Shape shape = t.shape(0, 4);
    const std::int32_t depth = t.random.integer(1, 5);
    const ElementType type = t.random.of(all_types);
    const TensorId at = t.indices(shape, depth);
    const TensorId values = t.b.constant_bytes(type, {2}, t.random.elements(type, 2), {});
    const auto axis = t.random.integer(0, static_cast<std::int32_t>(shape.size()));
    return t.b.node(ops::one_hot, ops::OneHotAttributes{axis, depth}, {at, values}, {}, type);
  });
  agree([](Trial& t) {
    const Shape shape = t.shape(1, 4);
    const std::int32_t axis = t.axis(shape);
    const std::int32_t k = t.random.integer(1, shape[static_cast<std::size_t>(axis)]);
    const ElementType type = t.random.of<ElementType>({f32, s8, u8, s32, s64});
    const Bytes bytes = t.random.elements(type, element_count(shape));
    t.inputs.push_back(bytes);
    return t.b.node(ops::top_k, ops::TopKAttributes{axis, k, t.random.coin()},
                    {t.b.input(type, shape)}, {}, t.random.coin() ? s32 : s64);
  });
}

TEST_CASE("listed places, weighted sums and triangles agree with the oracle",
          "[take][resample][trilu][property]") {
  agree([](Trial& t) {
    const Shape shape = t.shape(0, 6);
    ops::TakeAttributes attributes;
    for (const std::int32_t extent : shape) {
      const bool whole = t.random.coin();
      attributes.sizes.push_back(whole ? extent : t.random.integer(1, 5));
      for (std::int32_t i = 0; i < attributes.sizes.back(); ++i)
        attributes.places.push_back(whole ? i : t.random.integer(0, extent - 1));
    }
    return t.b.node(ops::take, attributes, {t.operand(t.random.of(all_types), shape)});
  });
  agree([](Trial& t) {
    const Shape shape = t.shape(1, 5);
    const std::int32_t axis = t.axis(shape), size = t.random.integer(1, 5),
                       taps = t.random.integer(1, 4);
    ops::ResampleAttributes attributes{.axis = axis, .size = size};
    for (std::int32_t i = 0; i < size * taps; ++i) {
      attributes.places.push_back(t.random.integer(0, shape[static_cast<std::size_t>(axis)] - 1));
      attributes.weights.push_back(t.random.real(-1, 1));
    }
    const bool bias = t.random.coin();
    for (std::int32_t i = 0; bias && i < size; ++i) attributes.bias.push_back(t.random.real(-1, 1));
    t.inputs.push_back(t.random.elements(f32, element_count(shape)));
    return t.b.node(ops::resample, attributes, {t.b.input(f32, shape)});
  });
  agree([](Trial& t) {
    const TensorId x = t.operand(t.random.of(all_types), t.shape(2, 6));
    return t.b.node(ops::trilu, ops::TriluAttributes{t.random.integer(-5, 5), t.random.coin()},
                    {x});
  });
}

TEST_CASE("operators by index say what they cannot do", "[gather][scatter]") {
  const Tensor data = tensor(f32, {2, 3}), at = tensor(s32, {2, 3});
  const ops::GatherAttributes first{0};
  CHECK(complaint(ops::gather, first, {data, at}) == "");
  CHECK_THAT(complaint(ops::gather, first, {data, tensor(u8, {2})}), Contains("s32, s64"));
  CHECK_THAT(complaint(ops::gather, ops::GatherAttributes{2}, {data, at}),
             Contains("axis 2 is no dimension"));
  CHECK_THAT(complaint(ops::gather, first, {tensor(f32, {1, 1 << 20}), tensor(s32, {1 << 20})}),
             Contains("too large"));
  CHECK_THAT(complaint(ops::gather_elements, ops::GatherElementsAttributes{0},
                       {data, tensor(s32, {2, 4})}),
             Contains("indices 2x4 do not lie in the tensor 2x3"));
  CHECK_THAT(complaint(ops::gather_nd, ops::GatherNdAttributes{0}, {data, tensor(s32, {1, 3})}),
             Contains("do not fit the tensor 2x3"));
  CHECK_THAT(complaint(ops::gather_nd, ops::GatherNdAttributes{1}, {data, tensor(s32, {3, 1})}),
             Contains("1 batch dimensions do not fit"));
  CHECK_THAT(complaint(ops::gather_nd, ops::GatherNdAttributes{-1}, {data, at}),
             Contains("do not fit"));

  const ops::ScatterElementsAttributes add{0, "add"};
  CHECK(complaint(ops::scatter_elements, add, {data, at, data}) == "");
  CHECK_THAT(complaint(ops::scatter_elements, add, {data, at, tensor(f32, {2, 2})}),
             Contains("updates 2x2 instead of 2x3"));
  CHECK_THAT(complaint(ops::scatter_elements, add, {data, at, tensor(s32, {2, 3})}),
             Contains("supported: f32"));
  CHECK_THAT(
      complaint(ops::scatter_elements, ops::ScatterElementsAttributes{0, "max"}, {data, at, data}),
      Contains("the reduction \"max\" is not supported"));
  CHECK_THAT(complaint(ops::scatter_elements, add, {tensor(s8, {2, 3}), at, tensor(s8, {2, 3})}),
             Contains("supported: f32, s32, s64"));
  CHECK_THAT(
      complaint(ops::scatter_nd, ops::ScatterNdAttributes{}, {data, tensor(s32, {4, 1}), data}),
      Contains("updates 2x3 instead of 4x3"));

  const Tensor values = real_constant({2});
  CHECK_THAT(complaint(ops::one_hot, ops::OneHotAttributes{0, 0}, {at, values}),
             Contains("cannot add an axis 0 of 0 elements"));
  CHECK_THAT(complaint(ops::one_hot, ops::OneHotAttributes{0, 2}, {at, tensor(f32, {2})}),
             Contains("not a constant of two elements"));
  CHECK_THAT(complaint(ops::top_k, ops::TopKAttributes{1, 4}, {tensor(s32, {2, 3})}),
             Contains("4 of 3 elements are wanted"));

  CHECK_THAT(complaint(ops::take, ops::TakeAttributes{{1, 1}, {0, 3}}, {data}),
             Contains("place 3 is outside of dimension 1"));
  CHECK_THAT(complaint(ops::take, ops::TakeAttributes{{1, 2}, {0, 1}}, {data}),
             Contains("2 places do not make 1x2"));
  CHECK_THAT(complaint(ops::take, ops::TakeAttributes{{1, -1}, {}}, {data}), Contains("places"));
  CHECK_THAT(complaint(ops::trilu, ops::TriluAttributes{}, {tensor(f32, {3})}),
             Contains("which is no matrix"));
  CHECK_THAT(complaint(ops::trilu, ops::TriluAttributes{INT32_MAX}, {data}),
             Contains("too far off"));
  const auto resample = [&](std::int32_t axis, std::vector<std::int32_t> places) {
    return complaint(ops::resample, ops::ResampleAttributes{axis, 1, std::move(places), {1, 1}, {}},
                     {data});
  };
  CHECK(resample(0, {0, 1}) == "");
  CHECK_THAT(resample(0, {0, 2}), Contains("a place is outside of dimension 0"));
  CHECK_THAT(resample(0, {0}), Contains("1 places, 2 weights"));
  CHECK_THAT(resample(2, {0, 0}), Contains("axis 2 is no dimension"));
}
