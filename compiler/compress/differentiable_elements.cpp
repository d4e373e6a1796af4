// SPDX-License-Identifier: Apache-2.0
//
// Functions of one or two elements.
#include <algorithm>
#include <cmath>

#include "compiler/compress/differentiable_rules.h"
#include "compiler/ops/add.h"
#include "compiler/ops/binary.h"
#include "compiler/ops/div.h"
#include "compiler/ops/elu.h"
#include "compiler/ops/hard_swish.h"
#include "compiler/ops/leaky_relu.h"
#include "compiler/ops/logistic.h"
#include "compiler/ops/maximum.h"
#include "compiler/ops/minimum.h"
#include "compiler/ops/mul.h"
#include "compiler/ops/prelu.h"
#include "compiler/ops/quantization.h"
#include "compiler/ops/relu.h"
#include "compiler/ops/relu6.h"
#include "compiler/ops/relu_n1_to_1.h"
#include "compiler/ops/sub.h"
#include "compiler/ops/tanh.h"

namespace smelt {
namespace {

struct Function {
  std::size_t count = 0;
  std::function<float(float x)> value;
  std::function<float(float x, float y)> slope;  ///< y: the value

  void forward(const Operands& operands, float* output) const {
    for (std::size_t i = 0; i < operands.samples * count; ++i)
      output[i] = value(operands.inputs[0][i]);
  }
  void backward(const Operands& operands, const float* output, const float* gradient,
                const std::vector<float*>& to) const {
    if (!to[0]) return;
    for (std::size_t i = 0; i < operands.samples * count; ++i)
      to[0][i] += gradient[i] * slope(operands.inputs[0][i], output[i]);
  }
};

Differentiable function(const NodeView& view, const Function& of) {
  Function sized = of;
  sized.count = count_of_elements(view.output());
  return differentiable_by(sized);
}

template <Activation activation>
Differentiable clamp(const NodeView& view) {
  const FloatRange range = float_range(activation);
  return function(
      view,
      {.value = [=](float x) { return std::min(std::max(x, range.min), range.max); },
       .slope = [=](float x, float) { return x > range.min && x < range.max ? 1.0F : 0.0F; }});
}

Differentiable leaky_relu(const NodeView& view) {
  const float alpha = view.attributes<ops::LeakyReluAttributes>().alpha;
  return function(view, {.value = [=](float x) { return x < 0 ? alpha * x : x; },
                         .slope = [=](float x, float) { return x < 0 ? alpha : 1.0F; }});
}

Differentiable elu(const NodeView& view) {
  const auto a = view.attributes<ops::EluAttributes>();
  return function(
      view,
      {.value = [=](float x) { return x < 0 ? a.alpha * (std::exp(a.rate * x) - 1) : a.slope * x; },
       .slope = [=](float x,
                    float) { return x < 0 ? a.alpha * a.rate * std::exp(a.rate * x) : a.slope; }});
}

Differentiable hard_swish(const NodeView& view) {
  return function(
      view,
      {.value = [](float x) { return x * std::min(std::max(x + 3, 0.0F), 6.0F) / 6; },
       .slope = [](float x, float) { return x <= -3  ? 0.0F
                                            : x >= 3 ? 1.0F
                                                     : (2 * x + 3) / 6; }});
}

Differentiable logistic(const NodeView& view) {
  return function(view, {.value = [](float x) { return 1 / (1 + std::exp(-x)); },
                         .slope = [](float, float y) { return y * (1 - y); }});
}

Differentiable tanh(const NodeView& view) {
  return function(view, {.value = [](float x) { return std::tanh(x); },
                         .slope = [](float, float y) { return 1 - y * y; }});
}

/// Value and partial derivatives of a function of two numbers.
struct Partials {
  float (*value)(float a, float b);
  float (*by_a)(float a, float b);
  float (*by_b)(float a, float b);
};

float one(float, float) {
  return 1;
}

constexpr Partials sum{[](float a, float b) { return a + b; }, one, one};
constexpr Partials difference{[](float a, float b) { return a - b; }, one,
                              [](float, float) { return -1.0F; }};
constexpr Partials product{[](float a, float b) { return a * b; }, [](float, float b) { return b; },
                           [](float a, float) { return a; }};
constexpr Partials quotient{[](float a, float b) { return a / b; },
                            [](float, float b) { return 1 / b; },
                            [](float a, float b) { return -a / (b * b); }};
constexpr Partials larger{[](float a, float b) { return std::max(a, b); },
                          [](float a, float b) { return a >= b ? 1.0F : 0.0F; },
                          [](float a, float b) { return a >= b ? 0.0F : 1.0F; }};
constexpr Partials smaller{[](float a, float b) { return std::min(a, b); },
                           [](float a, float b) { return a <= b ? 1.0F : 0.0F; },
                           [](float a, float b) { return a <= b ? 0.0F : 1.0F; }};
constexpr Partials sloped{[](float x, float slope) { return x < 0 ? x * slope : x; },
                          [](float x, float slope) { return x < 0 ? slope : 1.0F; },
                          [](float x, float) { return std::min(x, 0.0F); }};

/// An operand of a function of two.
struct Side {
  std::vector<std::int32_t> index;  ///< by element of the output
  std::size_t step = 0;             ///< from one sample to the next; 0: a constant
};

struct Binary {
  Partials partials;
  Side a, b;

  void forward(const Operands& operands, float* output) const {
    for (std::size_t sample = 0; sample < operands.samples; ++sample) {
      const float* const x = operands.inputs[0] + sample * a.step;
      const float* const y = operands.inputs[1] + sample * b.step;
      float* const to = output + sample * a.index.size();
      for (std::size_t i = 0; i < a.index.size(); ++i)
        to[i] = partials.value(x[a.index[i]], y[b.index[i]]);
    }
  }

  void backward(const Operands& operands, const float*, const float* gradient,
                const std::vector<float*>& to) const {
    for (std::size_t sample = 0; sample < operands.samples; ++sample) {
      const float* const x = operands.inputs[0] + sample * a.step;
      const float* const y = operands.inputs[1] + sample * b.step;
      const float* const of = gradient + sample * a.index.size();
      for (std::size_t i = 0; i < a.index.size(); ++i) {
        const auto at = static_cast<std::size_t>(a.index[i]);
        const auto bt = static_cast<std::size_t>(b.index[i]);
        if (to[0]) to[0][sample * a.step + at] += of[i] * partials.by_a(x[at], y[bt]);
        if (to[1]) to[1][sample * b.step + bt] += of[i] * partials.by_b(x[at], y[bt]);
      }
    }
  }
};

Side side_of(const NodeView& view, std::size_t operand) {
  const auto loops = broadcast_loops({view.input(0).shape, view.input(1).shape});
  Side side{.index = {0},
            .step = view.input(operand).constant ? 0 : count_of_elements(view.input(operand))};
  for (const BroadcastLoop& loop : loops) {
    std::vector<std::int32_t> inner;
    for (const std::int32_t outer : side.index)
      for (std::int32_t i = 0; i < loop.extent; ++i)
        inner.push_back(outer + i * loop.strides[operand]);
    side.index = std::move(inner);
  }
  return side;
}

template <const Partials& partials>
Differentiable binary(const NodeView& view) {
  return differentiable_by(Binary{partials, side_of(view, 0), side_of(view, 1)});
}

template <const Partials& partials, typename Attributes>
Differentiable clamped_binary(const NodeView& view) {
  return activated(binary<partials>(view), view.attributes<Attributes>().activation, view);
}

const std::vector<Learnable> factors = {Learnable::factor, Learnable::factor};
const std::vector<Learnable> summands = {Learnable::summand, Learnable::summand};

const DifferentiationRule rules[] = {
    {&ops::add, clamped_binary<sum, ops::AddAttributes>, summands},
    {&ops::div, clamped_binary<quotient, ops::DivAttributes>},
    {&ops::elu, elu},
    {&ops::hard_swish, hard_swish},
    {&ops::leaky_relu, leaky_relu},
    {&ops::logistic, logistic},
    {&ops::maximum, binary<larger>},
    {&ops::minimum, binary<smaller>},
    {&ops::mul, clamped_binary<product, ops::MulAttributes>, factors},
    {&ops::prelu, binary<sloped>, factors},
    {&ops::relu, clamp<Activation::relu>},
    {&ops::relu6, clamp<Activation::relu6>},
    {&ops::relu_n1_to_1, clamp<Activation::relu_n1_to_1>},
    {&ops::sub, clamped_binary<difference, ops::SubAttributes>, summands},
    {&ops::tanh, tanh},
};

}  // namespace

std::span<const DifferentiationRule> element_rules() {
  return rules;
}

}  // namespace smelt
