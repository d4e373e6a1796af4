// SPDX-License-Identifier: Apache-2.0
//
// Operators on two broadcast operands (the arithmetic notes, 5.3 and 5.5).
#include <algorithm>

#include "fixed_point.h"

namespace oracle {
namespace {

/// The float form: float32 throughout.
template <typename Function>
Tensor in_float(const Tensor& a, const Tensor& b, Activation activation, const Tensor& like,
                Function function) {
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    at(output.f, io) = activate(function(at(a.f, ia), at(b.f, ib)), activation);
  });
  return output;
}

/// Without scales: numbers as they are, modulo 2^n, then clamped by the activation.
template <typename Function>
Tensor in_integers(const Tensor& a, const Tensor& b, Activation activation, const Tensor& like,
                   Function function) {
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    const auto bits =
        function(static_cast<std::uint64_t>(at(a.q, ia)), static_cast<std::uint64_t>(at(b.q, ib)));
    const Index result = wrapped(static_cast<Index>(bits), like.type);
    switch (activation) {
      case Activation::none: at(output.q, io) = result; break;
      case Activation::relu: at(output.q, io) = std::max<Index>(result, 0); break;
      case Activation::relu_n1_to_1: at(output.q, io) = clamp(result, {-1, 1}); break;
      case Activation::relu6: at(output.q, io) = clamp(result, {0, 6}); break;
    }
  });
  return output;
}

/// How add and sub bring both operands to one scale, 2^20 finer than needed (s16: 2^15).
struct SumScaling {
  Multiplier a;
  Multiplier b;
  Multiplier output;
};

Index sum_unit(const Tensor& a) {
  return Index{1} << (a.type == Type::s16 ? 15 : 20);
}

/// add: in double.
SumScaling add_scaling(const Tensor& a, const Tensor& b, const Tensor& like) {
  const double twice = 2.0 * std::max(double{scale_of(a)}, double{scale_of(b)});
  const double unit = static_cast<double>(sum_unit(a));
  return {quantize_multiplier(double{scale_of(a)} / twice),
          quantize_multiplier(double{scale_of(b)} / twice),
          quantize_multiplier(twice / (unit * double{scale_of(like)}))};
}

/// sub: in float32, converted only then.
SumScaling sub_scaling(const Tensor& a, const Tensor& b, const Tensor& like) {
  const float twice = 2.0F * std::max(scale_of(a), scale_of(b));
  const float real_a = scale_of(a) / twice;
  const float real_b = scale_of(b) / twice;
  const float real_output = twice / (static_cast<float>(sum_unit(a)) * scale_of(like));
  return {quantize_multiplier(double{real_a}), quantize_multiplier(double{real_b}),
          quantize_multiplier(double{real_output})};
}

/// out = z_out + requant(u_a + sign * u_b), u = requant((q - z) * unit).
Tensor scaled_sum(const Tensor& a, const Tensor& b, Index sign, const SumScaling& scaling,
                  Activation activation, const Tensor& like) {
  Tensor output = blank(like);
  const Range range = activation_range(activation, like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    const Index ua = requantise((at(a.q, ia) - zero_point_of(a)) * sum_unit(a), scaling.a);
    const Index ub = requantise((at(b.q, ib) - zero_point_of(b)) * sum_unit(a), scaling.b);
    const Index sum = requantise(ua + sign * ub, scaling.output);
    at(output.q, io) = clamp(sum + zero_point_of(like), range);
  });
  return output;
}

template <typename Function>
Tensor raw_choice(const Tensor& a, const Tensor& b, const Tensor& like, Function choose) {
  if (is_float(a)) return in_float(a, b, Activation::none, like, choose);
  Tensor output = blank(like);
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    at(output.q, io) = choose(at(a.q, ia), at(b.q, ib));
  });
  return output;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, const ElementwiseOptions& options,
           const Tensor& like) {
  if (is_float(a)) {
    return in_float(a, b, options.activation, like, [](float x, float y) { return x + y; });
  }
  if (a.scales.empty()) {
    return in_integers(a, b, options.activation, like, [](auto x, auto y) { return x + y; });
  }
  return scaled_sum(a, b, 1, add_scaling(a, b, like), options.activation, like);
}

Tensor sub(const Tensor& a, const Tensor& b, const ElementwiseOptions& options,
           const Tensor& like) {
  if (is_float(a)) {
    return in_float(a, b, options.activation, like, [](float x, float y) { return x - y; });
  }
  if (a.scales.empty()) {
    return in_integers(a, b, options.activation, like, [](auto x, auto y) { return x - y; });
  }
  return scaled_sum(a, b, -1, sub_scaling(a, b, like), options.activation, like);
}

Tensor mul(const Tensor& a, const Tensor& b, const ElementwiseOptions& options,
           const Tensor& like) {
  if (is_float(a)) {
    return in_float(a, b, options.activation, like, [](float x, float y) { return x * y; });
  }
  if (a.scales.empty()) {
    return in_integers(a, b, options.activation, like, [](auto x, auto y) { return x * y; });
  }
  Tensor output = blank(like);
  const Range range = activation_range(options.activation, like);
  const Multiplier multiplier =
      quantize_multiplier(double{scale_of(a)} * double{scale_of(b)} / double{scale_of(like)});
  for_every_pair(a, b, output, [&](Index ia, Index ib, Index io) {
    const Index product = (at(a.q, ia) - zero_point_of(a)) * (at(b.q, ib) - zero_point_of(b));
    at(output.q, io) = clamp(requantise(product, multiplier) + zero_point_of(like), range);
  });
  return output;
}

Tensor maximum(const Tensor& a, const Tensor& b, const Tensor& like) {
  return raw_choice(a, b, like, [](auto x, auto y) { return x > y ? x : y; });
}

Tensor minimum(const Tensor& a, const Tensor& b, const Tensor& like) {
  return raw_choice(a, b, like, [](auto x, auto y) { return x < y ? x : y; });
}

Tensor prelu(const Tensor& input, const Tensor& alpha, const Tensor& like) {
  if (is_float(input)) {
    return in_float(input, alpha, Activation::none, like,
                    [](float x, float slope) { return x >= 0.0F ? x : x * slope; });
  }
  Tensor output = blank(like);
  const double s_in = double{scale_of(input)};
  const double s_alpha = double{scale_of(alpha)};
  const double s_out = double{scale_of(like)};
  const Multiplier identity = quantize_multiplier(s_in / s_out);
  const Multiplier sloped = quantize_multiplier(s_in * s_alpha / s_out);
  for_every_pair(input, alpha, output, [&](Index ii, Index ia, Index io) {
    const Index v = at(input.q, ii) - zero_point_of(input);
    const Index slope = at(alpha.q, ia) - zero_point_of(alpha);
    const Index scaled = v >= 0 ? requantise(v, identity) : requantise(v * slope, sloped);
    at(output.q, io) = clamp(scaled + zero_point_of(like), range_of(like.type));
  });
  return output;
}

}  // namespace oracle
