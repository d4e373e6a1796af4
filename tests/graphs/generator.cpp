// SPDX-License-Identifier: Apache-2.0
#include "tests/graphs/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "compiler/ops/conv2d.h"

namespace smelt::test {
namespace {

/// Larger tensors would only cost time.
constexpr std::int64_t max_elements = 3000;

/// A constant or an input of the model, as seldom or often as it is interesting.
constexpr int one_constant_in = 6;

/// Models are mostly convolutions; functions of one element are many, and much alike.
const GeneratorRow& any_row(Random& random, const std::vector<GeneratorRow>& rows) {
  if (random.integer(0, 7) == 0) return row_of(ops::conv2d);
  for (;;) {
    const GeneratorRow& row = random.of(rows);
    if (!row.seldom || random.integer(0, 7) == 0) return row;
  }
}

/// A graph that begins with one of `rows` and goes on with them.
Graph drawn(std::uint32_t seed, Sketch& sketch, const std::vector<GeneratorRow>& rows) {
  Random& random = sketch.random;
  const GeneratorRow* next = &rows[seed % rows.size()];
  // Single operators and short chains are the quickest to understand.
  const std::int32_t nodes = random.of<std::int32_t>({1, 2, 3, 4, 6, 8});
  // A draw that breaks the operator's rules, mostly by its scales, is followed by another, in the
  // end of another operator.
  for (int left = 1000; static_cast<std::int32_t>(sketch.graph().nodes.size()) < nodes; --left) {
    if (left == 0)
      throw std::logic_error(
          fmt::format("no {} can be drawn: {}", next->op.name, sketch.refusal()));
    if (!sketch.attempt(next->draw)) {
      if (left % 50 == 0) sketch.read_last(false);
      if (left % 100 == 0 && !sketch.graph().nodes.empty()) next = &any_row(random, rows);
      continue;
    }
    const GeneratorRow* follower = following_row(random, *sketch.graph().nodes.back().op);
    sketch.read_last(follower != nullptr);
    next = follower ? follower : &any_row(random, rows);
    left = 1000;
  }
  return sketch.finish(fmt::format("g{}", seed));
}

/// Of operators that can be quantized.
const std::vector<GeneratorRow>& quantizable_rows() {
  static const std::vector<GeneratorRow> rows = [] {
    std::vector<GeneratorRow> chosen;
    for (const GeneratorRow& row : generator_rows())
      if (row.op.quantization) chosen.push_back(row);
    return chosen;
  }();
  return rows;
}

}  // namespace

const GeneratorRow& row_of(const OpDef& op) {
  const std::vector<GeneratorRow>& rows = generator_rows();
  return *std::find_if(rows.begin(), rows.end(),
                       [&](const GeneratorRow& row) { return &row.op == &op; });
}

Quantization Sketch::quantization(ElementType type) {
  switch (random.integer(0, 9)) {
    case 0: return random.quantization(type, 1e-6F, 1e4F);
    case 1: return random.quantization(type, 1e-3F, 3);
    default: return random.quantization(type, 0.01F, 0.3F);
  }
}

Shape Sketch::shape(std::int32_t rank) {
  Shape shape = random.shape(static_cast<std::size_t>(rank), rank > 4 ? 3 : 6);
  if (rank == 4) shape[0] = random.integer(0, 3) == 0 ? random.integer(2, 3) : 1;
  // More channels than vectors have lanes, in small images.
  if (rank > 0 && random.integer(0, 5) == 0) {
    for (std::int32_t& extent : shape) extent = std::min(extent, 3);
    shape.back() = random.integer(7, 40);
  }
  return shape;
}

Activation Sketch::activation() {
  if (random.coin()) return Activation::none;
  return random.of<Activation>({Activation::relu, Activation::relu6, Activation::relu_n1_to_1});
}

TensorId Sketch::input(ElementType type, Shape shape, Quantization quantization) {
  values_.push_back(builder_.input(type, std::move(shape), std::move(quantization)));
  return values_.back();
}

TensorId Sketch::constant(ElementType type, Shape shape, Bytes bytes, Quantization quantization) {
  return builder_.constant_bytes(type, std::move(shape), std::move(bytes), std::move(quantization));
}

TensorId Sketch::variable(ElementType type, Shape shape, Quantization quantization) {
  return builder_.variable(type, std::move(shape), std::move(quantization));
}

TensorId Sketch::pick(const std::vector<ElementType>& wanted, std::int32_t min_rank,
                      std::int32_t max_rank, const Suits& suits) {
  std::vector<ElementType> types = wanted;
  if (floats_) std::erase_if(types, [](ElementType type) { return type != ElementType::f32; });
  if (types.empty()) throw std::invalid_argument("an operator that takes no floats");
  std::vector<TensorId> candidates;
  for (const TensorId id : values_) {
    const Tensor& tensor = (*this)[id];
    const auto rank = static_cast<std::int32_t>(tensor.shape.size());
    const bool type = std::find(types.begin(), types.end(), tensor.type) != types.end();
    if (type && rank >= min_rank && rank <= max_rank && (!suits || suits(tensor)))
      candidates.push_back(id);
  }
  if (reads_last_ && !candidates.empty() && candidates.back() == values_.back())
    return candidates.back();
  if (!candidates.empty() && random.integer(0, 7) != 0)
    return random.coin() ? candidates.back() : random.of(candidates);
  const ElementType type = random.of(types);
  const bool image = min_rank <= 4 && max_rank >= 4 && random.coin();
  const Shape fresh = shape(image ? 4 : random.integer(min_rank, max_rank));
  if (random.integer(1, one_constant_in) > 1) return input(type, fresh, quantization(type));
  return constant(type, fresh, random.elements(type, element_count(fresh)), quantization(type));
}

TensorId Sketch::operand(ElementType type, const Shape& shape,
                         const std::optional<Quantization>& wanted) {
  if (floats_ && type != ElementType::f32) throw std::invalid_argument("an operand of integers");
  std::vector<TensorId> candidates;
  for (const TensorId id : values_) {
    const Tensor& tensor = (*this)[id];
    if (tensor.type == type && tensor.shape == shape && (!wanted || tensor.quantization == *wanted))
      candidates.push_back(id);
  }
  if (!candidates.empty() && random.integer(0, 3) != 0) return random.of(candidates);
  const Quantization given = wanted ? *wanted : quantization(type);
  if (random.integer(0, 2) != 0) return input(type, shape, given);
  return constant(type, shape, random.elements(type, element_count(shape)), given);
}

TensorId Sketch::node(const OpDef& op, std::any attributes, std::vector<TensorId> inputs,
                      Quantization quantization, std::optional<ElementType> type) {
  const TensorId id =
      builder_.node(op, std::move(attributes), std::move(inputs), std::move(quantization), type);
  if (element_count((*this)[id].shape) > max_elements)
    throw std::invalid_argument("a tensor that is too large");
  values_.push_back(id);
  return id;
}

bool Sketch::attempt(const std::function<void(Sketch&)>& draw) {
  const Builder before = builder_;
  const std::vector<TensorId> values_before = values_;
  try {
    draw(*this);
    return true;
  } catch (const std::invalid_argument& broken) {
    refusal_ = broken.what();
    builder_ = before;
    values_ = values_before;
    return false;
  }
}

Graph Sketch::finish(const std::string& name) {
  Graph graph = builder_.graph;
  graph.name = name;
  graph.file = name + ".tflite";
  std::vector<bool> read(graph.tensors.size());
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.inputs)
      if (id != no_tensor) read[static_cast<std::size_t>(id)] = true;
  // What nobody reads, but for a few that are dead; and a few that others read, too.
  for (const Node& node : graph.nodes) {
    const TensorId id = node.outputs[0];
    const bool last = &node == &graph.nodes.back();
    if (last || random.integer(0, 7) < (read[static_cast<std::size_t>(id)] ? 1 : 6))
      graph.outputs.push_back(id);
  }
  // An input, too, may be an output.
  if (!graph.inputs.empty() && random.integer(0, 15) == 0)
    graph.outputs.push_back(random.of(graph.inputs));
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    graph.tensors[i].origin.tensor = static_cast<std::int32_t>(i);
    graph.tensors[i].name = fmt::format("{}_t{}", graph.tensors[i].name, i);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    graph.nodes[i].file_index = static_cast<std::int32_t>(i);
    graph.nodes[i].file_kind = std::string(graph.nodes[i].op->name);
    graph.nodes[i].name = graph[graph.nodes[i].outputs[0]].name;
  }
  return graph;
}

Graph random_graph(std::uint32_t seed) {
  Random random(seed);
  Sketch sketch(random);
  return drawn(seed, sketch, generator_rows());
}

Graph random_float_graph(std::uint32_t seed) {
  Random random(seed);
  Sketch sketch(random, true);
  return drawn(seed, sketch, quantizable_rows());
}

void count_operators(const Graph& graph, Census& census) {
  for (const Node& node : graph.nodes) ++census[std::string(node.op->name)];
}

}  // namespace smelt::test
