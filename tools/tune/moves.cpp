// SPDX-License-Identifier: Apache-2.0
#include "tools/tune/moves.h"

#include <algorithm>
#include <map>

namespace smelt::tools {
namespace {

/// Of a layer, which can be several steps.
struct Layer {
  std::int64_t constants = 0, code = 0;
  double cycles = 0;
};

std::map<std::string, Layer> by_layer(const Trial& trial) {
  std::map<std::string, Layer> layers;
  for (const PricedStep& step : trial.price.steps) {
    if (step.step < 0) continue;
    const auto index = static_cast<std::size_t>(step.step);
    Layer& layer = layers[trial.compiled.program.steps[index].layer];
    layer.constants += step.constant_bytes;
    layer.code += step.code_bytes;
    layer.cycles += step.cycles;
  }
  return layers;
}

/// Layers by the shape that their kernels are made for.
std::map<std::string, std::set<std::string>> layers_by_shape(const Trial& trial) {
  std::map<std::string, std::set<std::string>> shapes;
  for (const Step& step : trial.compiled.program.steps) {
    const auto& shape = step.row_form ? step.row_form->shape : step.shape;
    if (shape) shapes[shape->name].insert(step.layer);
  }
  return shapes;
}

}  // namespace

std::vector<Move> codings_between(const Trial& plain, const Trial& coded,
                                  const std::map<std::string, Coding>& codings) {
  const auto before = by_layer(plain), after = by_layer(coded);
  std::vector<Move> moves;
  for (const auto& [layer, coding] : codings) {
    if (!before.contains(layer) || !after.contains(layer)) continue;
    const Layer &larger = before.at(layer), &smaller = after.at(layer);
    moves.push_back(
        {{layer}, coding, larger.constants - smaller.constants, smaller.cycles - larger.cycles});
  }
  return moves;
}

// Kernels that all layers share have a price of their own: what sharing them all saves is divided
// as the code is large that is made for each shape.
std::vector<Move> sharing_between(const Trial& made_for_shapes, const Trial& shared) {
  const auto before = by_layer(made_for_shapes), after = by_layer(shared);
  std::int64_t functions = 0;
  std::vector<Move> moves;
  for (const auto& [shape, layers] : layers_by_shape(made_for_shapes)) {
    Move move = {.layers = layers};
    for (const PricedFunction& function : made_for_shapes.price.functions)
      if (function.name.find("::" + shape) != std::string::npos) move.bytes += function.bytes;
    for (const std::string& layer : layers) {
      if (!before.contains(layer) || !after.contains(layer)) continue;
      move.cycles += after.at(layer).cycles - before.at(layer).cycles;
      // What is inlined where it is called.
      move.bytes += std::max<std::int64_t>(0, before.at(layer).code - after.at(layer).code);
    }
    functions += move.bytes;
    moves.push_back(std::move(move));
  }
  const std::int64_t saved = made_for_shapes.price.flash_bytes() - shared.price.flash_bytes();
  for (Move& move : moves) move.bytes = functions == 0 ? 0 : move.bytes * saved / functions;
  return moves;
}

void sort_by_cost(std::vector<Move>& moves) {
  std::erase_if(moves, [](const Move& move) { return move.bytes <= 0; });
  std::stable_sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) {
    return a.cycles * static_cast<double>(b.bytes) < b.cycles * static_cast<double>(a.bytes);
  });
}

void apply(const Move& move, LayerChoices& choices) {
  for (const std::string& layer : move.layers)
    if (move.coding == Coding::plain)
      choices.shared.insert(layer);
    else
      choices.codings[layer] = move.coding;
}

}  // namespace smelt::tools
