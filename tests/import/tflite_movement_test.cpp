// SPDX-License-Identifier: Apache-2.0
//
// Operators that the .tflite reader expresses by others: what they compute, by hand, and what of
// them is refused.
#include <numeric>

#include "compiler/evaluate/evaluate.h"
#include "compiler/graph/text.h"
#include "compiler/ops/quantize.h"
#include "compiler/pipeline.h"
#include "tests/import/files.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Contains;

namespace {

using Values = std::vector<float>;

/// 0, 1, 2, ...
Values counting(const Graph& graph) {
  Values values(static_cast<std::size_t>(element_count(graph[graph.inputs[0]].shape)));
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

/// What the model makes of an input that counts from 0.
std::vector<Values> computed(const FileModel& model) {
  const Graph graph = accepted(model).graph;
  std::vector<Values> results;
  for (const Bytes& bytes : Evaluation(graph).run({to_bytes(counting(graph))})) {
    Tensor output;
    output.data = bytes;
    results.push_back(elements<float>(output));
  }
  return results;
}

FileOperator strided(std::int32_t begin_mask = 0, std::int32_t end_mask = 0,
                     std::int32_t shrink = 0, std::int32_t ellipsis = 0, std::int32_t fresh = 0,
                     bool offset = false) {
  return {.code = Code::STRIDED_SLICE,
          .options_type = Table::StridedSliceOptions,
          .options = options(format::CreateStridedSliceOptions, begin_mask, end_mask, ellipsis,
                             fresh, shrink, offset)};
}

/// in[begin:end:stride] of an input of shape 3x4.
FileModel sliced(FileOperator op, const std::vector<std::int32_t>& begin,
                 const std::vector<std::int32_t>& end, const std::vector<std::int32_t>& strides,
                 std::vector<std::int32_t> result) {
  const auto rank = static_cast<std::int32_t>(begin.size());
  return with_operator(
      std::move(op), floats("in", {3, 4}),
      {ints("begin", {rank}, begin), ints("end", {rank}, end), ints("strides", {rank}, strides)},
      floats("out", std::move(result)));
}

/// An operator with several results, all outputs of the model.
FileModel several(FileOperator op, std::vector<FileTensor> tensors, std::vector<FileTensor> results,
                  std::int32_t input) {
  FileModel model{.tensors = std::move(tensors), .inputs = {input}};
  if (op.inputs.empty())
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(model.tensors.size()); ++i)
      op.inputs.push_back(i);
  for (FileTensor& each : results) {
    op.outputs.push_back(static_cast<std::int32_t>(model.tensors.size()));
    model.tensors.push_back(std::move(each));
  }
  model.outputs = op.outputs;
  model.operators.push_back(std::move(op));
  return model;
}

FileOperator split(std::int32_t parts) {
  return {.code = Code::SPLIT,
          .options_type = Table::SplitOptions,
          .options = options(format::CreateSplitOptions, parts)};
}

FileModel split_v(const std::vector<std::int32_t>& sizes, std::int32_t axis) {
  const auto count = static_cast<std::int32_t>(sizes.size());
  std::vector<FileTensor> results = {floats("a", {2, 1}), floats("b", {2, 3})};
  return several({.code = Code::SPLIT_V},
                 {floats("in", {2, 4}), ints("sizes", {count}, sizes), ints("axis", {}, {axis})},
                 results, 0);
}

FileOperator pack(std::int32_t axis) {
  return {.code = Code::PACK,
          .options_type = Table::PackOptions,
          .options = options(format::CreatePackOptions, 2, axis)};
}

FileOperator unpack(std::int32_t axis) {
  return {.code = Code::UNPACK,
          .options_type = Table::UnpackOptions,
          .options = options(format::CreateUnpackOptions, 2, axis)};
}

FileTensor quantized(std::string name, std::vector<std::int32_t> shape, float scale,
                     std::int64_t zero_point) {
  return {.name = std::move(name),
          .type = Type::INT8,
          .shape = std::move(shape),
          .scales = {scale},
          .zero_points = {zero_point}};
}

FileModel padded(const std::vector<std::int32_t>& amounts, FileTensor input, FileTensor output,
                 std::optional<FileTensor> value = {}) {
  std::vector<FileTensor> operands = {
      ints("paddings", {static_cast<std::int32_t>(amounts.size()) / 2, 2}, amounts)};
  if (value) operands.push_back(*value);
  return with_operator({.code = value ? Code::PADV2 : Code::PAD}, std::move(input), operands,
                       std::move(output));
}

}  // namespace

TEST_CASE("STRIDED_SLICE: masks, negative indices, negative strides") {
  const auto result = [](const FileModel& model) { return computed(model)[0]; };
  CHECK(result(sliced(strided(), {1, 1}, {3, 4}, {1, 2}, {2, 2})) == Values{5, 7, 9, 11});
  CHECK(result(sliced(strided(), {-2, -3}, {-1, -1}, {1, 1}, {1, 2})) == Values{5, 6});
  // Bit 0 of the masks: from the start, to the end, whatever begin and end are.
  CHECK(result(sliced(strided(1, 1), {2, 0}, {1, 1}, {1, 1}, {3, 1})) == Values{0, 4, 8});
  CHECK(result(sliced(strided(2, 2), {2, 3}, {0, 1}, {-1, -3}, {2, 2})) == Values{11, 8, 7, 4});
  // Beyond the tensor is its edge.
  CHECK(result(sliced(strided(), {-9, 0}, {9, 1}, {2, 1}, {2, 1})) == Values{0, 8});
  CHECK(result(sliced(strided(), {9, 0}, {-9, 1}, {-1, 1}, {3, 1})) == Values{8, 4, 0});
  // A shrunk dimension is one element, and goes.
  CHECK(result(sliced(strided(0, 0, 1), {1, 0}, {0, 4}, {1, 1}, {4})) == Values{4, 5, 6, 7});
  CHECK(result(sliced(strided(0, 0, 2), {0, -1}, {3, 0}, {1, 1}, {3})) == Values{3, 7, 11});
}

TEST_CASE("STRIDED_SLICE that is refused") {
  const auto slice = [](const FileOperator& op) {
    return refusal(sliced(op, {0, 0}, {3, 4}, {1, 1}, {3, 4}));
  };
  CHECK_THAT(slice(strided(0, 0, 0, 1)), Contains("has an ellipsis, new axes or offsets"));
  CHECK_THAT(slice(strided(0, 0, 0, 0, 1)), Contains("has an ellipsis, new axes or offsets"));
  CHECK_THAT(slice(strided(0, 0, 0, 0, 0, true)), Contains("has an ellipsis, new axes or offsets"));
  CHECK_THAT(refusal(sliced(strided(), {0, 0}, {3, 4}, {1, 0}, {3, 4})),
             Contains("has a stride of 0"));
  CHECK_THAT(refusal(sliced(strided(), {0}, {3}, {1}, {3, 4})),
             Contains("begin has 1 elements, expected 2 of 32 bits"));
  CHECK_THAT(refusal(sliced(strided(), {2, 0}, {1, 4}, {1, 1}, {0, 4})),
             Contains("slices must be static and not empty"));
  CHECK_THAT(refusal(sliced(strided(0, 0, 1), {5, 0}, {6, 4}, {1, 1}, {4})),
             Contains("do not lie in the input"));
  FileModel model = sliced(strided(), {0, 0}, {3, 4}, {1, 1}, {3, 4});
  model.tensors[1] = floats("begin", {2});
  CHECK_THAT(refusal(model), Contains("begin \"begin\" is not a constant integer tensor"));
}

TEST_CASE("strides and indices as large as they come") {
  CHECK(computed(sliced(strided(), {0, 0}, {INT32_MAX, INT32_MAX}, {INT32_MAX, INT32_MAX},
                        {1, 1}))[0] == Values{0});
  CHECK(computed(sliced(strided(), {INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN},
                        {INT32_MIN, INT32_MIN}, {1, 1}))[0] == Values{11});
}

TEST_CASE("SLICE: -1 is the rest") {
  const auto sliced_by = [](const std::vector<std::int32_t>& begin,
                            const std::vector<std::int32_t>& size,
                            std::vector<std::int32_t> result) {
    return with_operator({.code = Code::SLICE}, floats("in", {3, 4}),
                         {ints("begin", {2}, begin), ints("size", {2}, size)},
                         floats("out", std::move(result)));
  };
  CHECK(computed(sliced_by({1, 2}, {-1, 2}, {2, 2}))[0] == Values{6, 7, 10, 11});
  CHECK_THAT(refusal(sliced_by({2, 0}, {2, 4}, {2, 4})), Contains("do not lie in the input"));
  CHECK_THAT(refusal(sliced_by({-1, 0}, {-1, 4}, {1, 4})), Contains("do not lie in the input"));
  CHECK_THAT(refusal(sliced_by({0, 0}, {1, INT32_MAX}, {1, 4})),
             Contains("do not lie in the input"));
}

TEST_CASE("SPLIT") {
  const auto model = [](std::int32_t axis, std::vector<FileTensor> results) {
    return several(split(2), {ints("axis", {}, {axis}), floats("in", {2, 4})}, std::move(results),
                   1);
  };
  CHECK(computed(model(-1, {floats("a", {2, 2}), floats("b", {2, 2})})) ==
        std::vector<Values>{{0, 1, 4, 5}, {2, 3, 6, 7}});
  CHECK(computed(model(0, {floats("a", {1, 4}), floats("b", {1, 4})})) ==
        std::vector<Values>{{0, 1, 2, 3}, {4, 5, 6, 7}});
  CHECK_THAT(refusal(model(2, {floats("a", {2, 2}), floats("b", {2, 2})})),
             Contains("axis 2 of a tensor with 2 dimensions"));
  CHECK_THAT(refusal(model(1, {floats("a", {2, 1}), floats("b", {2, 1}), floats("c", {2, 2})})),
             Contains("cannot split 4 into 3 equal parts"));
  CHECK_THAT(refusal(model(1, {floats("a", {2, 3}), floats("b", {2, 2})})),
             Contains("has not as many elements"));
}

TEST_CASE("SPLIT_V") {
  const std::vector<Values> expected{{0, 4}, {1, 2, 3, 5, 6, 7}};
  CHECK(computed(split_v({1, 3}, 1)) == expected);
  CHECK(computed(split_v({1, -1}, -1)) == expected);
  CHECK_THAT(refusal(split_v({1, 2}, 1)), Contains("sizes 1, 2 do not add up to 4"));
  CHECK_THAT(refusal(split_v({-1, -1}, 1)), Contains("do not add up to 4"));
  CHECK_THAT(refusal(split_v({5, -1}, 1)), Contains("do not add up to 4"));
  CHECK_THAT(refusal(split_v({-2, 6}, 1)), Contains("do not add up to 4"));
  CHECK_THAT(refusal(split_v({INT32_MAX, INT32_MAX}, 1)), Contains("do not add up to 4"));
  CHECK_THAT(refusal(split_v({4}, 1)), Contains("sizes has 1 elements, expected 2"));
}

TEST_CASE("UNPACK") {
  const auto model = [](std::int32_t axis, std::vector<std::int32_t> shape) {
    return several(unpack(axis), {floats("in", {2, 3})}, {floats("a", shape), floats("b", shape)},
                   0);
  };
  CHECK(computed(model(0, {3})) == std::vector<Values>{{0, 1, 2}, {3, 4, 5}});
  CHECK(computed(model(-2, {3})) == std::vector<Values>{{0, 1, 2}, {3, 4, 5}});
  CHECK_THAT(refusal(model(1, {2})), Contains("has not one output per index of its axis"));
  CHECK_THAT(refusal(model(2, {3})), Contains("axis 2 of a tensor with 2 dimensions"));
}

TEST_CASE("PACK") {
  const auto model = [](std::int32_t axis, std::vector<std::int32_t> result) {
    FileOperator op = pack(axis);
    op.inputs = {0, 0};
    FileModel packed = with_operator(op, floats("in", {3}), {}, floats("out", std::move(result)));
    return packed;
  };
  CHECK(computed(model(0, {2, 3}))[0] == Values{0, 1, 2, 0, 1, 2});
  CHECK(computed(model(-1, {3, 2}))[0] == Values{0, 0, 1, 1, 2, 2});
  CHECK_THAT(refusal(model(2, {3, 2})), Contains("axis 2 of a tensor with 2 dimensions"));
  CHECK_THAT(refusal(model(0, {6})), Contains("inputs and output do not fit"));
  FileModel lacking = model(0, {2, 3});
  lacking.operators[0].inputs = {0, -1};
  CHECK_THAT(refusal(lacking), Contains("lacks an input"));
}

TEST_CASE("CONCATENATION brings inputs to the scale of the output") {
  FileOperator op{.code = Code::CONCATENATION,
                  .inputs = {0, 0},
                  .options_type = Table::ConcatenationOptions,
                  .options = options(format::CreateConcatenationOptions, -1,
                                     format::ActivationFunctionType::NONE)};
  FileModel model =
      with_operator(op, quantized("in", {1, 2}, 0.5F, 10), {}, quantized("out", {1, 4}, 0.25F, -4));
  const Graph graph = accepted(model).graph;
  REQUIRE(graph.nodes.size() == 3);
  CHECK(graph.nodes[0].op == &ops::quantize);
  const Bytes out = Evaluation(graph).run({{12, 6}})[0];
  CHECK(out == Bytes{0, static_cast<std::uint8_t>(-12), 0, static_cast<std::uint8_t>(-12)});
  model.operators[0].inputs = {0, -1};
  CHECK_THAT(refusal(model), Contains("lacks an input"));
}

TEST_CASE("PAD and PADV2") {
  const FileTensor in = floats("in", {1, 2});
  const FileTensor out = floats("out", {2, 3});
  FileTensor value = floats("value", {});
  value.data = to_bytes(Values{7});
  CHECK(computed(padded({0, 1, 1, 0}, in, out))[0] == Values{0, 0, 1, 0, 0, 0});
  CHECK(computed(padded({0, 1, 1, 0}, in, out, value))[0] == Values{7, 0, 1, 7, 7, 7});
  CHECK_THAT(refusal(padded({0, -1, 1, 0}, in, out)), Contains("pads are negative or too large"));
  CHECK_THAT(refusal(padded({0, INT32_MAX, 1, 0}, in, out)), Contains("negative or too large"));
  CHECK_THAT(refusal(padded({0, 1}, in, out)), Contains("paddings has 2 elements, expected 4"));
  value.data = to_bytes(Values{7, 8});
  value.shape = {2};
  CHECK_THAT(refusal(padded({0, 1, 1, 0}, in, out, value)),
             Contains("the value to pad with is not one constant of the output's type"));
}

TEST_CASE("quantized tensors are padded with what means zero") {
  const FileModel model =
      padded({0, 0, 1, 0}, quantized("in", {1, 2}, 0.5F, 9), quantized("out", {1, 3}, 0.5F, 9));
  CHECK(Evaluation(accepted(model).graph).run({{1, 2}})[0] == Bytes{9, 1, 2});
  FileTensor value = quantized("value", {}, 0.25F, 9);
  value.data = {3};
  CHECK_THAT(refusal(padded({0, 0, 1, 0}, quantized("in", {1, 2}, 0.5F, 9),
                            quantized("out", {1, 3}, 0.5F, 9), value)),
             Contains("the value to pad with has another scale than the output"));
}

TEST_CASE("axes") {
  const auto reduced = [](FileTensor axes) {
    return with_operator({.code = Code::SUM,
                          .options_type = Table::ReducerOptions,
                          .options = options(format::CreateReducerOptions, false)},
                         floats("in", {2, 2}), {std::move(axes)}, floats("out", {}));
  };
  CHECK(computed(reduced(ints("axes", {3}, {-1, 0, 1})))[0] == Values{6});
  CHECK_THAT(refusal(reduced(ints("axes", {1}, {2}))),
             Contains("axis 2 of a tensor with 2 dimensions"));
  CHECK_THAT(refusal(reduced(ints("axes", {1}, {-3}))), Contains("axis -3 of a tensor"));
  FileTensor wide{.name = "axes",
                  .type = Type::INT64,
                  .shape = {1},
                  .data = to_bytes(std::vector<std::int64_t>{std::int64_t{1} << 40})};
  CHECK_THAT(refusal(reduced(wide)), Contains("axis 1099511627776 of a tensor"));
  CHECK_THAT(refusal(with_operator({.code = Code::ARG_MAX}, floats("in", {2, 2}), {wide},
                                   floats("out", {2}))),
             Contains("axis has 1 elements, expected 1 of 32 bits"));
}

TEST_CASE("shapes computed by the model fold away") {
  // in -> SHAPE -> STRIDED_SLICE (the batch) -> PACK with 6 -> the shape that RESHAPE is given.
  FileModel model{.inputs = {0}, .outputs = {8}};
  const auto whole = [](std::string name, std::vector<std::int32_t> shape) {
    return FileTensor{.name = std::move(name), .type = Type::INT32, .shape = std::move(shape)};
  };
  model.tensors = {floats("in", {-1, 2, 3}), whole("shape", {3}),   ints("begin", {1}, {0}),
                   ints("end", {1}, {1}),    ints("one", {1}, {1}), whole("batch", {}),
                   ints("six", {}, {6}),     whole("wanted", {2}),  floats("out", {-1, 6})};
  FileOperator slice = strided(0, 0, 1);
  slice.inputs = {1, 2, 3, 4};
  slice.outputs = {5};
  FileOperator packed = pack(0);
  packed.inputs = {5, 6};
  packed.outputs = {7};
  model.operators = {{.code = Code::SHAPE, .inputs = {0}, .outputs = {1}},
                     slice,
                     packed,
                     {.code = Code::RESHAPE, .inputs = {0, 7}, .outputs = {8}}};
  Diagnostics diagnostics;
  const auto graph = run_passes(accepted(model).graph, {}, diagnostics);
  REQUIRE(graph);
  CHECK_THAT(print(*graph), Contains("\"out\": f32[1,6] origin 8 = reshape(%"));
  CHECK(graph->nodes.size() == 1);
}

TEST_CASE("SHAPE that is refused") {
  const auto shaped = [](FileTensor output) {
    return with_operator({.code = Code::SHAPE}, floats("in", {2, 3}), {}, std::move(output));
  };
  CHECK_THAT(refusal(shaped(floats("out", {2}))), Contains("has an output that is no shape"));
  CHECK_THAT(refusal(shaped({.name = "out", .type = Type::INT64, .shape = {2}})),
             Contains("output \"out\" does not depend on an input"));
  FileModel model = shaped({.name = "out", .type = Type::INT32, .shape = {2}});
  model.inputs.push_back(1);
  CHECK_THAT(refusal(model), Contains("has an output that has a value already"));
}
