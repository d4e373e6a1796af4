// SPDX-License-Identifier: Apache-2.0
//
// Operators that copy elements, or put constants beside them. Which go where is what their own
// kernels do with the numbers of the elements.
#include <cmath>

#include "compiler/compress/differentiable_rules.h"
#include "compiler/evaluate/node_evaluation.h"
#include "compiler/ops/concat.h"
#include "compiler/ops/pad.h"
#include "compiler/ops/reshape.h"
#include "compiler/ops/slice.h"
#include "compiler/ops/transpose.h"

namespace smelt {
namespace {

/// An element of an operand that is an element of the output.
struct Move {
  std::uint32_t from = 0, to = 0;
};

struct Movement {
  std::vector<std::vector<Move>> moves;  ///< by operand
  std::vector<std::size_t> steps;        ///< by operand, from one sample to the next
  std::vector<float> fixed;              ///< the output where nothing moves to

  void forward(const Operands& operands, float* output) const {
    for (std::size_t sample = 0; sample < operands.samples; ++sample) {
      float* const to = output + sample * fixed.size();
      std::copy(fixed.begin(), fixed.end(), to);
      for (std::size_t i = 0; i < moves.size(); ++i)
        for (const Move& move : moves[i])
          to[move.to] = operands.inputs[i][sample * steps[i] + move.from];
    }
  }

  void backward(const Operands& operands, const float*, const float* gradient,
                const std::vector<float*>& inputs) const {
    for (std::size_t i = 0; i < moves.size(); ++i)
      for (std::size_t sample = 0; inputs[i] && sample < operands.samples; ++sample)
        for (const Move& move : moves[i])
          inputs[i][sample * steps[i] + move.from] += gradient[sample * fixed.size() + move.to];
  }
};

/// What the node makes of operands whose elements are `first`, `first` + `step`, ... .
std::vector<float> numbered(const NodeView& view, NodeEvaluation& evaluation, float first,
                            float step) {
  std::vector<Bytes> operands;
  float next = first;
  for (const TensorId id : evaluation.operands()) {
    std::vector<float> numbers(count_of_elements(view.graph[id]));
    for (float& number : numbers) number = std::exchange(next, next + step);
    operands.push_back(to_bytes(numbers));
  }
  const Bytes output = evaluation.run(operands)[0];
  std::vector<float> values(output.size() / sizeof(float));
  std::memcpy(values.data(), output.data(), output.size());
  return values;
}

Differentiable movement(const NodeView& view) {
  NodeEvaluation evaluation(view.graph, view.node);
  // Numbered up and down: what is the same both times has not moved.
  const std::vector<float> up = numbered(view, evaluation, 1, 1);
  const std::vector<float> down = numbered(view, evaluation, -1, -1);
  Movement result;
  result.fixed.resize(up.size());
  for (std::size_t i = 0; i < up.size(); ++i)
    if (up[i] == down[i] || std::isnan(up[i])) result.fixed[i] = up[i];
  std::size_t begin = 0;
  for (std::size_t i = 0; i < view.node.inputs.size(); ++i) {
    result.moves.emplace_back();
    result.steps.push_back(0);
  }
  for (const TensorId id : evaluation.operands()) {
    const std::size_t count = count_of_elements(view.graph[id]);
    const auto place = static_cast<std::size_t>(
        std::find(view.node.inputs.begin(), view.node.inputs.end(), id) - view.node.inputs.begin());
    result.steps[place] = count;
    for (std::size_t i = 0; i < up.size(); ++i) {
      const auto number = static_cast<std::size_t>(up[i]) - 1;
      if (up[i] != down[i] && number >= begin && number - begin < count)
        result.moves[place].push_back(
            {static_cast<std::uint32_t>(number - begin), static_cast<std::uint32_t>(i)});
    }
    begin += count;
  }
  return differentiable_by(result);
}

const DifferentiationRule rules[] = {
    {&ops::concat, movement}, {&ops::pad, movement},       {&ops::reshape, movement},
    {&ops::slice, movement},  {&ops::transpose, movement},
};

}  // namespace

std::span<const DifferentiationRule> movement_rules() {
  return rules;
}

}  // namespace smelt
