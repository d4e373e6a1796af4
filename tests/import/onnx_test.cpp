// SPDX-License-Identifier: Apache-2.0
//
// What the .onnx reader says of models that it cannot take, and what it makes of those it can.
// Models are written in the textual form of ONNX's parser.
#include "compiler/import/onnx.h"

#include <catch2/catch.hpp>

#include "compiler/evaluate/evaluate.h"
#include "compiler/import/onnx_format.h"
#include "compiler/pipeline.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wextra"
#include <onnx/defs/parser.h>
#pragma GCC diagnostic pop

using namespace smelt;
using Catch::Matchers::Contains;

namespace {

onnx::ModelProto model(const std::string& graph, int version = 17) {
  onnx::ModelProto result;
  const std::string text = "<ir_version: 8, opset_import: [\"\" : " + std::to_string(version) +
                           ", \"other\" : 1]> net " + graph;
  const auto status = onnx::OnnxParser::Parse(result, text.c_str());
  INFO(status.ErrorMessage());
  REQUIRE(status.IsOK());
  return result;
}

std::vector<std::uint8_t> bytes_of(const onnx::ModelProto& model) {
  const std::string text = model.SerializeAsString();
  return {text.begin(), text.end()};
}

std::string said(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& each : diagnostics.all()) text += to_string(each);
  return text;
}

std::string refusal(const std::vector<std::uint8_t>& bytes, const OnnxOptions& options = {}) {
  Diagnostics diagnostics;
  CHECK_FALSE(import_onnx(bytes, "m.onnx", options, diagnostics));
  CHECK(diagnostics.failed());
  return said(diagnostics);
}
std::string refusal(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  return refusal(bytes_of(model), options);
}

struct Accepted {
  Graph graph;
  std::string said;
};
Accepted accepted(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  Diagnostics diagnostics;
  auto graph = import_onnx(bytes_of(model), "m.onnx", options, diagnostics);
  INFO(said(diagnostics));
  REQUIRE(graph);
  return {std::move(*graph), said(diagnostics)};
}

onnx::TensorProto& add_floats(onnx::ModelProto& model, const std::string& name,
                              const std::vector<std::int64_t>& shape,
                              const std::vector<float>& values) {
  onnx::TensorProto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) tensor.add_dims(extent);
  for (const float value : values) tensor.add_float_data(value);
  return tensor;
}

/// Names of the operators of a graph.
std::vector<std::string> operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.emplace_back(node.op->name);
  return names;
}

std::vector<float> evaluated(const Graph& graph, const std::vector<float>& input) {
  return elements<float>({.data = Evaluation(graph).run({to_bytes(input)})[0]});
}

const std::string open_relu = "(float[N,3,height] x) => (float[N,3,height] y) { y = Relu(x) }";

}  // namespace

TEST_CASE("an open batch is one sample, other open dimensions are named") {
  CHECK_THAT(refusal(model(open_relu)),
             Contains("input \"x\" leaves dimension 2 \"height\" open") && Contains("--shape x="));
  CHECK(accepted(model(open_relu), {.shapes = {{"x", {2, 3, 5}}}}).graph.tensors[0].shape ==
        Shape{2, 3, 5});
  const std::string batch = "(float[N,3] x) => (float[N,3] y) { y = Relu(x) }";
  CHECK(accepted(model(batch)).graph.tensors[0].shape == Shape{1, 3});
}

TEST_CASE("shapes that do not fit the model's inputs are refused") {
  CHECK_THAT(refusal(model(open_relu), {.shapes = {{"x", {2, 3}}}}),
             Contains("input \"x\" has 3 dimensions, --shape gives 2"));
  CHECK_THAT(refusal(model(open_relu), {.shapes = {{"x", {2, 4, 5}}}}),
             Contains("input \"x\" has extent 3 in dimension 1, --shape gives 4"));
  CHECK_THAT(refusal(model(open_relu), {.shapes = {{"z", {2}}}}),
             Contains("the model has no input \"z\"") && Contains("its inputs are x"));
}

TEST_CASE("all that is unsupported is said in one run, with the index in the file") {
  const std::string text = refusal(
      model("(float[1,3] x) => (float[1,3] y) { a = Relu(x) b = Det(a) c = other.Twist(b) d = "
            "Bernoulli(c) e = ArgMax<axis=7>(a) y = Relu(d) }"));
  CHECK_THAT(text, Contains("operator 1 (Det \"b\"): is not supported"));
  CHECK_THAT(text, Contains("operator 2 (Twist \"c\"): is an operator of domain \"other\""));
  CHECK_THAT(text, Contains("operator 3 (Bernoulli \"d\"): is not supported"));
  CHECK_THAT(text, Contains("operator 4 (ArgMax \"e\"): axis 7 of a tensor with 2 dimensions"));
}

TEST_CASE("data outside the file is refused, wherever it points") {
  onnx::ModelProto source = model("(float[1,3] x) => (float[1,3] y) { y = Add(x, w) }");
  onnx::TensorProto& weights = add_floats(source, "w", {3}, {});
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& entry = *weights.add_external_data();
  entry.set_key("location");
  entry.set_value("../../etc/passwd");
  CHECK_THAT(refusal(source), Contains("tensor \"w\" is stored outside the file"));
}

TEST_CASE("constants outside the file are refused, too") {
  onnx::ModelProto source = model("(float[1,3] x) => (float[1,3] y) { y = Relu(x) }");
  onnx::NodeProto& node = *source.mutable_graph()->add_node();
  node.set_op_type("Constant");
  node.add_output("c");
  onnx::AttributeProto& value = *node.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_name("far");
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  auto& entry = *value.mutable_t()->add_external_data();
  entry.set_key("location");
  entry.set_value("/dev/zero");
  CHECK_THAT(refusal(source), Contains("tensor \"far\" is stored outside the file"));
}

TEST_CASE("functions of the model's own are refused, that call themselves or not") {
  onnx::ModelProto source = model("(float[1] x) => (float[1] y) { y = other.Again(x) }");
  onnx::FunctionProto& function = *source.add_functions();
  function.set_name("Again");
  function.set_domain("other");
  function.add_input("a");
  function.add_output("b");
  onnx::NodeProto& call = *function.add_node();
  call.set_op_type("Again");
  call.set_domain("other");
  call.add_input("a");
  call.add_output("b");
  CHECK_THAT(refusal(source), Contains("defines functions of its own"));
}

TEST_CASE("values that are computed from themselves, twice or never are refused") {
  const auto said_of = [](const std::string& nodes) {
    return refusal(model("(float[1] x) => (float[1] y) { " + nodes + " }", 18));
  };
  CHECK_THAT(said_of("a = Add(x, b) b = Relu(a) y = Relu(b)"),
             Contains("value \"b\" is read before it is computed"));
  CHECK_THAT(said_of("a = Relu(x) a = Tanh(x) y = Relu(a)"),
             Contains("value \"a\" is computed twice"));
  CHECK_THAT(said_of("x = Relu(x) y = Relu(x)"), Contains("value \"x\" is computed twice"));
  CHECK_THAT(said_of("a = Relu(x)"), Contains("output \"y\" is not computed"));
}

TEST_CASE("names that are missing or given twice are refused") {
  onnx::ModelProto nameless = model("(float[1] x) => (float[1] y) { y = Relu(x) }", 18);
  nameless.mutable_graph()->mutable_input(0)->clear_name();
  CHECK_THAT(refusal(nameless), Contains("error"));
  onnx::ModelProto twice = model("(float[1] x) => (float[1] y) { y = Add(x, w) }", 18);
  add_floats(twice, "w", {1}, {1});
  add_floats(twice, "w", {1}, {2});
  CHECK_THAT(refusal(twice), Contains("\"w\" is given twice"));
  onnx::ModelProto inputs = model("(float[1] x, float[1] z) => (float[1] y) { y = Relu(x) }", 18);
  inputs.mutable_graph()->mutable_input(1)->set_name("x");
  CHECK_THAT(refusal(inputs), Contains("\"x\" is given twice"));
  onnx::ModelProto nobody = model("(float[1] x) => (float[1] y) { y = Relu(x) }", 18);
  nobody.mutable_graph()->mutable_node(0)->clear_op_type();
  CHECK_THAT(refusal(nobody), Contains("is not supported"));
}

TEST_CASE("operands that are all empty are refused") {
  onnx::ModelProto source =
      model("(float[1] x) => (float[0] y) { y = Concat<axis = 0>(w, w) }", 18);
  add_floats(source, "w", {0}, {});
  CHECK_THAT(refusal(source), Contains("joins nothing but empty tensors"));
}

TEST_CASE("raw data of another size than the shape's is refused") {
  for (const std::size_t size : {0U, 11U, 13U}) {
    onnx::ModelProto source = model("(float[3] x) => (float[3] y) { y = Add(x, w) }", 18);
    onnx::TensorProto& weights = add_floats(source, "w", {3}, {});
    weights.set_raw_data(std::string(size, 'a'));
    CHECK_THAT(refusal(source), Contains("bytes of data, its shape 3 needs 12"));
  }
}

TEST_CASE("extents that are negative or huge are refused") {
  for (const std::int64_t extent :
       {std::int64_t{-1}, INT64_MIN, INT64_MAX, std::int64_t{1} << 32}) {
    onnx::ModelProto source = model("(float[1] x) => (float[1] y) { y = Add(x, w) }", 18);
    add_floats(source, "w", {extent}, {});
    CHECK_THAT(refusal(source), Contains("tensor \"w\" has shape"));
    onnx::ModelProto input = model("(float[1] x) => (float[1] y) { y = Relu(x) }", 18);
    auto& shape = *input.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
    shape.mutable_shape()->mutable_dim(0)->set_dim_value(extent);
    if (extent > 0) CHECK_THAT(refusal(input), Contains("input \"x\" has shape"));
  }
}

TEST_CASE("a tensor whose data does not fill its shape is refused") {
  onnx::ModelProto source = model("(float[1,3] x) => (float[1,3] y) { y = Add(x, w) }", 18);
  add_floats(source, "w", {3}, {1, 2});
  CHECK_THAT(refusal(source), Contains("tensor \"w\" has 8 bytes of data, its shape 3 needs 12"));
}

TEST_CASE("giant shapes are refused") {
  CHECK_THAT(refusal(model("(float[100000,100000] x) => (float[100000,100000] y) { y = Relu(x) }")),
             Contains("input \"x\" has shape 100000x100000"));
  CHECK_THAT(refusal(model("(float[1] x) => (float[1] y) { s = Constant<value = int64[2] "
                           "{1000000000, 1000000000}>() z = ConstantOfShape(s) y = Add(x, z) }",
                           18)),
             Contains("makes a tensor 1000000000x1000000000"));
  onnx::ModelProto source = model("(float[1] x) => (float[1] y) { y = Add(x, w) }", 18);
  add_floats(source, "w", {INT64_MAX, INT64_MAX}, {});
  CHECK_THAT(refusal(source), Contains("tensor \"w\" has shape"));
}

TEST_CASE("graphs within are refused, deep ones before they are read") {
  const auto nested = [](int depth) {
    onnx::ModelProto source = model("(float[1] x) => (float[1] y) { y = Relu(x) }");
    onnx::GraphProto* graph = source.mutable_graph();
    for (int i = 0; i < depth; ++i) {
      onnx::NodeProto& node = *graph->add_node();
      node.set_op_type("If");
      node.add_output("z");
      onnx::AttributeProto& attribute = *node.add_attribute();
      attribute.set_name("then_branch");
      attribute.set_type(onnx::AttributeProto::GRAPH);
      graph = attribute.mutable_g();
    }
    return source;
  };
  CHECK_THAT(refusal(nested(1)), Contains("operator 1 (If \"z\"): has a graph within"));
  CHECK_THAT(refusal(nested(30)), Contains("is not a valid .onnx file"));
}

TEST_CASE("recurrent layers name what does not fit") {
  const auto gru = [](const std::string& attributes, std::int64_t rows) {
    onnx::ModelProto source =
        model("(float[2,1,1] x) => (float[2,1,1,1] y) { y = GRU" + attributes + "(x, w, r) }", 14);
    const auto count = static_cast<std::size_t>(rows);
    add_floats(source, "w", {1, rows, 1}, std::vector<float>(count, 1));
    add_floats(source, "r", {1, rows, 1}, std::vector<float>(count, 1));
    return source;
  };
  CHECK(operators(accepted(gru("<hidden_size = 1>", 3)).graph) ==
        std::vector<std::string>{"sequence_gru", "reshape"});
  CHECK_THAT(refusal(gru("<hidden_size = 2>", 3)), Contains("hidden_size is not that"));
  CHECK_THAT(refusal(gru("<activations = [\"Elu\", \"Tanh\"]>", 3)),
             Contains("activation \"Elu\" is not supported"));
  CHECK_THAT(refusal(gru("<direction = \"bidirectional\">", 3)), Contains("do not match"));
  CHECK_THAT(refusal(gru("<direction = \"sideways\">", 3)),
             Contains("direction \"sideways\" is not supported"));
  CHECK_THAT(refusal(gru("<hidden_size = 1>", 4)), Contains("do not match the input"));
}

TEST_CASE("versions of the operator set have bounds") {
  CHECK_THAT(refusal(model("(float[1] x) => (float[1] y) { y = Relu(x) }", 5)),
             Contains("version 5 of the operator set, where it was another"));
  CHECK_THAT(accepted(model("(float[1] x) => (float[1] y) { y = Relu(x) }", 21)).said,
             Contains("warning") && Contains("uses version 21 of the operator set, 17 is known"));
  // What newer versions add shows in attributes that nobody asked for.
  CHECK_THAT(refusal(model("(float[1] x) => (float[1] y) { y = Relu<novel = 1>(x) }", 21)),
             Contains("attribute \"novel\" is not supported"));
}

TEST_CASE("inputs that parametrise are bound as constants") {
  const onnx::ModelProto source =
      model("(float[2,3] x, int64[1] shape) => (float[6] y) { y = Reshape(x, shape) }");
  CHECK_THAT(refusal(source), Contains("shape \"shape\" is not a constant integer tensor") &&
                                  Contains("--bind shape=file.npy"));
  const OnnxOptions::Value six{ElementType::s64, {1}, to_bytes(std::vector<std::int64_t>{6})};
  const Graph graph = accepted(source, {.bound = {{"shape", six}}}).graph;
  CHECK(graph.inputs.size() == 1);
  CHECK(graph[graph.outputs[0]].shape == Shape{6});
  const OnnxOptions::Value narrow{ElementType::s32, {1}, to_bytes(std::vector<std::int32_t>{6})};
  CHECK_THAT(refusal(source, {.bound = {{"shape", narrow}}}),
             Contains("input \"shape\" is INT64, the value bound to it is INT32"));
}

TEST_CASE("shapes that the model computes are constants") {
  const Graph graph =
      accepted(model("(float[2,3,4] x) => (float[2,12] y) { s = Shape(x) "
                     "zero = Constant<value = int64[1] {0}>() one = Constant<value = int64 {1}>() "
                     "two = Constant<value = int64 {2}>() n = Gather(s, zero) a = Gather(s, one) "
                     "b = Gather(s, two) c = Mul(a, b) d = Unsqueeze(c, zero) "
                     "t = Concat<axis = 0>(n, d) y = Reshape(x, t) }"))
          .graph;
  CHECK(operators(graph) == std::vector<std::string>{"reshape"});
}

TEST_CASE("an output that is an input, and one that does not depend on any") {
  const Graph graph = accepted(model("(float[2] x) => (float[2] y) { y = Identity(x) }")).graph;
  CHECK(evaluated(graph, {3, 4}) == std::vector<float>{3, 4});
  const Graph shape = accepted(model("(float[2] x) => (int64[1] y) { y = Shape(x) }")).graph;
  CHECK(Evaluation(shape).run({to_bytes(std::vector<float>{3, 4})})[0] ==
        to_bytes(std::vector<std::int64_t>{2}));
}

TEST_CASE("indices that are known are slices, others are looked up on the device") {
  const auto gather = [](const std::string& indices) {
    return operators(
        accepted(model("(float[4,3] x) => (float[n,3] y) { i = Constant<value = int64" + indices +
                       ">() y = Gather(x, i) }"))
            .graph);
  };
  using Names = std::vector<std::string>;
  CHECK(gather("[2] {1, 3}") == Names{"slice"});
  CHECK(gather("[3] {0, -1, 1}") == Names{"take"});
  CHECK(operators(accepted(model("(float[4,3] x, int64[2] i) => (float[2,3] y) "
                                 "{ y = Gather(x, i) }"))
                      .graph) == Names{"gather"});
}

TEST_CASE("repeats, pads and sizes are tables") {
  const auto run = [](const std::string& body, const std::vector<float>& input) {
    return evaluated(accepted(model("(float[3] x) => (float[n] y) { " + body + " }")).graph, input);
  };
  const std::string two = "r = Constant<value = int64[1] {2}>() ";
  CHECK(run(two + "y = Tile(x, r)", {1, 2, 3}) == std::vector<float>{1, 2, 3, 1, 2, 3});
  const std::string pads = "p = Constant<value = int64[2] {2, 1}>() ";
  CHECK(run(pads + "y = Pad<mode = \"reflect\">(x, p)", {1, 2, 3}) ==
        std::vector<float>{3, 2, 1, 2, 3, 2});
  CHECK(run(pads + "y = Pad<mode = \"edge\">(x, p)", {1, 2, 3}) ==
        std::vector<float>{1, 1, 1, 2, 3, 3});
  CHECK(run(pads + "y = Pad<mode = \"wrap\">(x, p)", {1, 2, 3}) ==
        std::vector<float>{2, 3, 1, 2, 3, 1});
  const std::string six = "n = Constant<value = int64[1] {6}>() ";
  CHECK(run(six + "y = Resize<coordinate_transformation_mode = \"asymmetric\", nearest_mode = "
                  "\"floor\">(x, , , n)",
            {1, 2, 3}) == std::vector<float>{1, 1, 2, 2, 3, 3});
  CHECK(run(six + "y = Resize<mode = \"linear\", coordinate_transformation_mode = "
                  "\"asymmetric\">(x, , , n)",
            {1, 2, 3}) == std::vector<float>{1, 1.5F, 2, 2.5F, 3, 3});
}

TEST_CASE("what moves elements says what it cannot take") {
  const auto says = [](const std::string& body) {
    return refusal(model("(float[4,3] x, int64[2] i) => (float[4,3] y) { " + body + " }"));
  };
  const std::string three = "n = Constant<value = int64[1] {3}>() ";
  CHECK_THAT(says(three + "y = Tile(x, n)"), Contains("has 1 repeats for an input 4x3"));
  CHECK_THAT(says("y = Tile(x, i)"), Contains("--bind i=file.npy"));
  CHECK_THAT(says("n = Constant<value = int64[2] {3, -3}>() y = Expand(x, n)"),
             Contains("they must be positive"));
  CHECK_THAT(says(three + "y = Gather<axis = 1>(x, n)"), Contains("index 3 is outside of 3"));
  CHECK_THAT(says("y = DepthToSpace<blocksize = 2>(x)"),
             Contains("has blocks of 2 in an input 4x3"));
  CHECK_THAT(says(three + "y = Resize(x, , , n)"), Contains("has 1 sizes for 2 dimensions"));
  CHECK_THAT(says("n = Constant<value = float[2] {1.0, -1.0}>() y = Resize(x, , n)"),
             Contains("has the scale -1"));
  CHECK_THAT(
      says("n = Constant<value = float[2] {1.0, 2.0}>() y = Resize<mode = \"lanczos\">(x, , n)"),
      Contains("mode \"lanczos\" is not supported"));
  CHECK_THAT(says("p = Constant<value = int64[4] {0, 0, 2000000, 0}>() "
                  "y = Pad<mode = \"edge\">(x, p)"),
             Contains("pads dimension 0 of 4x3 by 0 and 2000000"));
  CHECK_THAT(says(three + "y = ReverseSequence(x, n)"), Contains("has the sequence lengths [3]"));
  CHECK_THAT(says("a = Constant<value = float {0.0}>() y = Range(a, a, a)"),
             Contains("counts from 0 to 0 by 0"));
}

namespace {

/// A convolution of one channel by 2, plus 1, then a normalization: 3 * (x - 5) / 2 + 7.
onnx::ModelProto normalized(const std::string& body, const std::string& outputs) {
  onnx::ModelProto source =
      model("(float[1,1,1,2] x) => (" + outputs + ") { c = Conv(x, w, b) " +
            "y = BatchNormalization<epsilon = 0.0>(c, s, o, m, v) " + body + " }");
  add_floats(source, "w", {1, 1, 1, 1}, {2});
  add_floats(source, "b", {1}, {1});
  add_floats(source, "s", {1}, {3});
  add_floats(source, "o", {1}, {7});
  add_floats(source, "m", {1}, {5});
  add_floats(source, "v", {1}, {4});
  return source;
}

Graph passed(const Graph& graph) {
  Diagnostics diagnostics;
  const auto result = run_passes(graph, {}, diagnostics);
  REQUIRE(result);
  return *result;
}

}  // namespace

TEST_CASE("batch normalization goes into the weights before it") {
  const Graph read = accepted(normalized("", "float[1,1,1,2] y")).graph;
  CHECK(evaluated(read, {1, 10}) == std::vector<float>{4, 31});
  const Graph folded = passed(read);
  CHECK(operators(folded) == std::vector<std::string>{"reshape", "conv2d", "reshape"});
  CHECK(evaluated(folded, {1, 10}) == std::vector<float>{4, 31});
  const Graph kept =
      passed(accepted(normalized("z = Relu(c)", "float[1,1,1,2] y, float[1,1,1,2] z")).graph);
  CHECK(evaluated(kept, {1, 10}) == std::vector<float>{4, 31});
}

TEST_CASE("normalization goes into a layer through transposes of its channels alone") {
  onnx::ModelProto source = model(
      "(float[1,2,1,2] x) => (float[1,2,1,2] y) { c = Conv(x, w) t = Transpose<perm = [0, 3, 2, "
      "1]>(c) y = BatchNormalization<epsilon = 0.0>(t, s, o, m, v) }");
  add_floats(source, "w", {2, 2, 1, 1}, {1, 0, 0, 1});
  for (const char* name : {"s", "v"}) add_floats(source, name, {2}, {1, 1});
  add_floats(source, "o", {2}, {10, 20});
  add_floats(source, "m", {2}, {0, 0});
  CHECK(evaluated(passed(accepted(source).graph), {1, 2, 3, 4}) ==
        std::vector<float>{11, 13, 22, 24});
}

TEST_CASE("the outputs of a product of three dimensions are no channels") {
  onnx::ModelProto source = model(
      "(float[1,2,2] x) => (float[1,2,2] y) { c = MatMul(x, w) "
      "y = BatchNormalization<epsilon = 0.0>(c, s, o, m, v) }");
  add_floats(source, "w", {2, 2}, {1, 0, 0, 1});
  for (const char* name : {"s", "v"}) add_floats(source, name, {2}, {1, 1});
  add_floats(source, "o", {2}, {10, 20});
  add_floats(source, "m", {2}, {0, 0});
  CHECK(evaluated(passed(accepted(source).graph), {1, 2, 3, 4}) ==
        std::vector<float>{11, 12, 23, 24});
}

TEST_CASE("gelu as exporters write it, and squares, are quick operators") {
  const Graph graph = accepted(model("(float[3] x) => (float[3] y) { "
                                     "r = Constant<value = float {1.41421354}>() "
                                     "o = Constant<value = float {1.0}>() "
                                     "h = Constant<value = float {0.5}>() "
                                     "d = Div(x, r) e = Erf(d) p = Add(e, o) "
                                     "m = Mul(x, p) y = Mul(m, h) }"))
                          .graph;
  CHECK(operators(graph) == std::vector<std::string>{"mul", "erf", "add", "mul", "mul"});
  const std::vector<float> y = evaluated(graph, {-1, 0, 2});
  CHECK(y[0] == Approx(-0.15865525F));
  CHECK(y[1] == 0);
  CHECK(y[2] == Approx(1.95449973F));
  const Graph square = accepted(model("(float[2] x) => (float[2] y) { "
                                      "t = Constant<value = float {2.0}>() y = Pow(x, t) }"))
                           .graph;
  CHECK(operators(square) == std::vector<std::string>{"mul"});
}

TEST_CASE("division by a constant without a reciprocal is a division") {
  const auto divided = [](const std::string& by) {
    return accepted(model("(float[2] x) => (float[2] y) { c = Constant<value = float {" + by +
                          "}>() y = Div(x, c) }"))
        .graph;
  };
  CHECK(operators(divided("4.0")) == std::vector<std::string>{"mul"});
  CHECK(operators(divided("0.0")) == std::vector<std::string>{"div"});
  CHECK(evaluated(divided("4.0"), {1, -2}) == std::vector<float>{0.25F, -0.5F});
}

TEST_CASE("functions that are made of several operators") {
  const auto of = [](const std::string& call, const std::vector<float>& x) {
    return evaluated(accepted(model("(float[4] x) => (float[4] y) { y = " + call + " }")).graph, x);
  };
  CHECK(of("ThresholdedRelu<alpha = 2.0>(x)", {-3, 1, 2, 3}) == std::vector<float>{0, 0, 0, 3});
  CHECK(of("Shrink<lambd = 1.5, bias = 1.0>(x)", {-3, -1, 1, 2}) ==
        std::vector<float>{-2, 0, 0, 1});
  CHECK(of("Hardmax(x)", {1, 5, 5, 2}) == std::vector<float>{0, 1, 0, 0});
  CHECK(of("Mean(x, x, x)", {3, 6, -9, 0}) == std::vector<float>{3, 6, -9, 0});
}

TEST_CASE("arithmetic that the operators do not have is refused") {
  CHECK_THAT(refusal(model("(float[2] a, float[2] b) => (float[2] y) { y = Mod(a, b) }")),
             Contains("fmod is 0") && Contains("set fmod to 1"));
  CHECK_THAT(refusal(model("(uint8[2] a, uint8[2] b) => (uint8[2] y) { "
                           "y = BitShift<direction = \"UP\">(a, b) }")),
             Contains("direction \"UP\" is neither LEFT nor RIGHT"));
  CHECK_THAT(refusal(model("(float[2] x) => (float[2] y) { y = Celu<alpha = 0.0>(x) }")),
             Contains("rate inf"));
  CHECK_THAT(refusal(model("(float[2] x, float[2] lo) => (float[2] y) { y = Clip(x, lo) }")),
             Contains("a bound is not one number"));
}

TEST_CASE("quantized models compute with integers, or with floats if they are to") {
  onnx::ModelProto source = model(
      "(float[1,2] x) => (float[1,2] y) { a = QuantizeLinear(x, s, z) b = DequantizeLinear(a, s, "
      "z) "
      "w = DequantizeLinear(v, t, u) c = MatMul(b, w) d = QuantizeLinear(c, s, z) "
      "y = DequantizeLinear(d, s, z) }");
  const auto bytes = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                         onnx::TensorProto::DataType type, const std::string& data) {
    onnx::TensorProto& tensor = *source.mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t extent : shape) tensor.add_dims(extent);
    tensor.set_raw_data(data);
  };
  add_floats(source, "s", {}, {0.5F});
  bytes("z", {}, onnx::TensorProto::UINT8, std::string(1, 100));
  bytes("v", {2, 2}, onnx::TensorProto::INT8, {1, 2, 3, 4});
  add_floats(source, "t", {2}, {1, 2});
  bytes("u", {2}, onnx::TensorProto::INT8, std::string(2, 0));
  const Graph integers = accepted(source).graph;
  CHECK(operators(integers) == std::vector<std::string>{"quantize_linear", "fully_connected",
                                                        "quantize", "dequantize_linear"});
  const Graph floats = accepted(source, {.shapes = {}, .bound = {}, .integers = false}).graph;
  CHECK(operators(floats) == std::vector<std::string>{"quantize_linear", "dequantize_linear",
                                                      "fully_connected", "quantize_linear",
                                                      "dequantize_linear"});
  // 1.5 * 1 + 2 * 3 and 1.5 * 2 * 2 + 2 * 4 * 2.
  for (const Graph* graph : {&integers, &floats})
    CHECK(evaluated(*graph, {1.6F, 2}) == std::vector<float>{7.5F, 22});
}

TEST_CASE("a damaged file gives a graph or an error") {
  const std::vector<std::uint8_t> bytes = bytes_of(normalized("", "float[1,1,1,2] y"));
  int refused = 0;
  const auto import = [&](const std::vector<std::uint8_t>& damaged) {
    Diagnostics diagnostics;
    const auto graph = import_onnx(damaged, "m.onnx", {}, diagnostics);
    CHECK(graph.has_value() != diagnostics.failed());
    refused += graph ? 0 : 1;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    import({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(i)});
    for (const int flip : {1, 2, 0x40, 0x80, 0xff}) {
      std::vector<std::uint8_t> damaged = bytes;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ flip);
      import(damaged);
    }
  }
  CHECK(refused > 0);
}
