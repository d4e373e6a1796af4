// SPDX-License-Identifier: Apache-2.0
//
// Random graphs over all operators. One row for each operator knows how to append it to a graph:
// what operands suit it, and how its attributes and quantization are drawn.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/builder.h"
#include "tests/support/trial.h"

namespace smelt::test {

/// A graph being drawn.
class Sketch {
 public:
  /// `floats`: of nothing else, but for what operators make of them.
  explicit Sketch(Random& source, bool floats = false) : random(source), floats_(floats) {}

  Random& random;
  const Graph& graph() const { return builder_.graph; }
  const Tensor& operator[](TensorId id) const { return builder_.graph[id]; }

  using Suits = std::function<bool(const Tensor&)>;
  /// A tensor for which `suits`: more often than not one that the graph has, the younger the
  /// likelier; else a new input, or now and then a constant, of one of `types` and the given rank.
  TensorId pick(const std::vector<ElementType>& types, std::int32_t min_rank, std::int32_t max_rank,
                const Suits& suits = {});
  /// A tensor of that type and shape, and of that quantization if it is given.
  TensorId operand(ElementType type, const Shape& shape,
                   const std::optional<Quantization>& quantization = {});
  TensorId input(ElementType type, Shape shape, Quantization quantization);
  TensorId constant(ElementType type, Shape shape, Bytes bytes, Quantization quantization = {});
  TensorId variable(ElementType type, Shape shape, Quantization quantization);
  /// Appends a node and makes its output a candidate for further operands.
  TensorId node(const OpDef& op, std::any attributes, std::vector<TensorId> inputs,
                Quantization quantization = {}, std::optional<ElementType> type = {});

  /// For activations: mostly moderate, sometimes extreme. None for types without.
  Quantization quantization(ElementType type);
  Shape shape(std::int32_t rank);
  Activation activation();

  /// Whether operators shall read the result of the last one, if it suits them.
  void read_last(bool wanted) { reads_last_ = wanted; }
  /// Appends what `draw` draws, or leaves the graph as it is if that breaks an operator's rules.
  bool attempt(const std::function<void(Sketch&)>& draw);
  /// Why the last attempt was given up.
  const std::string& refusal() const { return refusal_; }
  /// Chooses the outputs and gives the graph its names.
  Graph finish(const std::string& name);

 private:
  Builder builder_;
  std::string refusal_;
  bool floats_ = false;
  bool reads_last_ = false;
  std::vector<TensorId> values_;  // what nodes may read, oldest first
};

/// How one operator is drawn.
struct GeneratorRow {
  const OpDef& op;
  void (*draw)(Sketch&);  ///< may break the operator's rules: then another is drawn
  bool seldom = false;    ///< one of many that are alike
};
/// One row for every operator but the user's own.
const std::vector<GeneratorRow>& generator_rows();
const GeneratorRow& row_of(const OpDef& op);
/// An operator that often follows `last` in models, now and then; otherwise null.
const GeneratorRow* following_row(Random& random, const OpDef& last);

/// The graph of a seed: always the same. Neighbouring seeds begin with different operators.
Graph random_graph(std::uint32_t seed);
/// The same of floats and of operators that can be quantized.
Graph random_float_graph(std::uint32_t seed);

/// How often each operator occurs, by name.
using Census = std::map<std::string, int, std::less<>>;
void count_operators(const Graph& graph, Census& census);

}  // namespace smelt::test
