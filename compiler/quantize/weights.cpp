// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compiler/quantize/least_squares.h"

namespace smelt {
namespace {

/// A channel of zeros needs a scale too.
constexpr double smallest_scale = 1e-9;
constexpr double largest_bias = 1 << 30;

/// The weights of a linear operator by output channel.
class Linear {
 public:
  Linear(const NodeView& view, const WeightOptions& options)
      : layout_(view), options_(options), original_(weights_and_biases(view, 0, layout_.channels)) {
    const auto channels = static_cast<std::size_t>(layout_.channels);
    result_.weights.resize(channels * static_cast<std::size_t>(layout_.taps));
    result_.bias.resize(channels);
    for (std::int64_t c = 0; c < layout_.channels; ++c) bias(c) = original_(layout_.taps, c);
    result_.scales.resize(channels);
  }

  /// Quantizes a channel's weights without data.
  void round(std::int64_t channel) {
    set_scale(channel, original_.col(channel).head(layout_.taps),
              Eigen::VectorXd::Ones(layout_.taps));
    for (std::int64_t tap = 0; tap < layout_.taps; ++tap)
      quantize(channel, tap, original_(tap, channel));
  }

  /// Quantizes `count` channels whose inputs have these moments.
  void round(std::int64_t first, std::int64_t count, const Halves& halves) {
    const Moments all = halves.all();
    if (all.finite() && options_.optimized_rounding && !given()) {
      const Matrix original = original_.middleCols(first, count);
      const Kept kept = kept_of(first, count);
      const auto fit = [&](const Moments& moments, double hold) {
        return compensate(first, original, kept, moments, hold);
      };
      fit(all, best_hold(halves, original, fit));
      return;
    }
    for (std::int64_t c = first; c < first + count; ++c) {
      round(c);
      if (all.finite() && options_.bias_correction) correct_bias(c, all);
    }
  }

  QuantizedWeights result() && {
    for (std::int64_t c = 0; c < layout_.channels; ++c)
      if (result_.reason.empty() && given() && scale(c) < least_scale(c))
        result_.reason = fmt::format("the bias of channel {} is too large for its scale", c);
    return std::move(result_);
  }

 private:
  double limit() const { return (1 << (options_.bits - 1)) - 1; }
  /// Whether scales and levels are not to be chosen.
  bool given() const { return options_.compressed && !options_.compressed->scales.empty(); }
  bool kept(std::int64_t channel, std::int64_t tap) const {
    return !options_.compressed || options_.compressed->kept.empty() ||
           options_.compressed->kept[layout_.position(channel, tap)];
  }
  double& bias(std::int64_t channel) { return result_.bias[static_cast<std::size_t>(channel)]; }
  double scale(std::int64_t channel) const {
    return result_.scales[static_cast<std::size_t>(channel)];
  }
  double least_scale(std::int64_t channel) const {
    return std::abs(result_.bias[static_cast<std::size_t>(channel)]) / options_.input_scale /
           largest_bias;
  }

  Kept kept_of(std::int64_t first, std::int64_t count) const {
    Kept those(layout_.taps, count);
    for (std::int64_t c = 0; c < count; ++c)
      for (std::int64_t tap = 0; tap < layout_.taps; ++tap) those(tap, c) = kept(first + c, tap);
    return those;
  }

  void set_scale(std::int64_t channel, const Eigen::VectorXd& weights,
                 const Eigen::VectorXd& power) {
    const auto c = static_cast<std::size_t>(channel);
    result_.scales[c] =
        given() ? options_.compressed->scales[c] : best_scale(channel, weights, power);
  }

  /// The one at which rounding loses least, weighed by the inputs' power.
  float best_scale(std::int64_t channel, const Eigen::VectorXd& weights,
                   const Eigen::VectorXd& power) const {
    const double largest = weights.size() ? weights.cwiseAbs().maxCoeff() : 0;
    const double least_step = std::max(smallest_scale, least_scale(channel));
    double best = 1, least = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 20; ++i) {
      const double part = 1 - 0.025 * i;
      const double step = std::max(largest * part / limit(), least_step);
      double error = 0;
      for (std::int64_t tap = 0; tap < weights.size(); ++tap) {
        const double rounded = std::clamp(std::round(weights[tap] / step), -limit(), limit());
        const double difference = weights[tap] - rounded * step;
        error += power[tap] * difference * difference;
      }
      if (error >= least) continue;
      least = error;
      best = part;
    }
    return static_cast<float>(std::max(largest * best / limit(), least_step));
  }

  /// Returns the value that the integer stands for: 0 for what is not a number.
  double quantize(std::int64_t channel, std::int64_t tap, double value) {
    const double steps = std::round(value / scale(channel));
    const double rounded =
        kept(channel, tap) && !std::isnan(steps) ? std::clamp(steps, -limit(), limit()) : 0;
    result_.weights[layout_.position(channel, tap)] = static_cast<std::int8_t>(rounded);
    return rounded * scale(channel);
  }

  /// Returns what the integers and the biases stand for, a column per channel.
  Matrix compensate(std::int64_t first, const Matrix& original, const Kept& kept,
                    const Moments& moments, double hold) {
    const Eigen::VectorXd power = moments.found.diagonal().head(layout_.taps);
    const auto start = [&](std::int64_t column, const Eigen::VectorXd& weights) {
      set_scale(first + column, weights, power);
    };
    const auto round = [&](std::int64_t column, std::int64_t tap, double value) {
      return quantize(first + column, tap, value);
    };
    const Matrix rounded = LeastSquares(moments, original, hold).solve(kept, start, round);
    for (std::int64_t c = 0; c < rounded.cols(); ++c) bias(first + c) = rounded(layout_.taps, c);
    return rounded;
  }

  void correct_bias(std::int64_t channel, const Moments& moments) {
    double error = moments.by_exact.row(layout_.taps).dot(original_.col(channel));
    for (std::int64_t tap = 0; tap < layout_.taps; ++tap)
      error -= moments.found(layout_.taps, tap) * scale(channel) *
               result_.weights[layout_.position(channel, tap)];
    bias(channel) = error / moments.rows;
  }

  const LinearLayout layout_;
  const WeightOptions& options_;
  const Matrix original_;  // [taps + 1][channels]
  QuantizedWeights result_;
};

/// Why given levels cannot be the integers; empty: they can.
std::string unusable(const NodeView& view, const WeightOptions& options) {
  const CompressedWeights& given = *options.compressed;
  if (!fits(given, options.bits)) return "its levels take more than 4 bits";
  const LinearLayout layout(view);
  const std::vector<float> weights = elements<float>(view.input(weights_operand));
  for (std::int64_t c = 0; c < layout.channels; ++c) {
    const float scale = given.scales[static_cast<std::size_t>(c)];
    const auto& levels = given.levels_of(static_cast<std::size_t>(c));
    for (std::int64_t tap = 0; tap < layout.taps; ++tap) {
      const float weight = weights[layout.position(c, tap)];
      const float level = std::round(weight / scale);
      if (level * scale != weight || std::find(levels.begin(), levels.end(), level) == levels.end())
        return fmt::format("its weight {} of channel {} is none of the given levels", tap, c);
    }
  }
  return {};
}

QuantizedWeights quantize(const NodeView& view, const WeightOptions& options,
                          const std::vector<const Bytes*>& exact,
                          const std::vector<const Bytes*>& found) {
  Linear linear(view, options);
  const LinearLayout layout(view);
  const bool from_data = view.node.op->quantization->patches && !exact.empty() &&
                         layout.taps <= max_taps &&
                         (options.optimized_rounding || options.bias_correction);
  for (std::int64_t c = 0; c < layout.channels && !from_data; ++c) linear.round(c);
  for (std::int64_t c = 0; c < layout.channels && from_data; c += layout.group_channels)
    linear.round(
        c, layout.group_channels,
        moments_of(view, static_cast<std::int32_t>(c / layout.group_channels), exact, found));
  return std::move(linear).result();
}

}  // namespace

bool fits(const CompressedWeights& compressed, std::int32_t bits) {
  const int limit = (1 << (bits - 1)) - 1;
  for (const std::vector<std::int8_t>& levels : compressed.levels)
    for (const std::int8_t level : levels)
      if (level < -limit || level > limit) return false;
  return true;
}

QuantizedWeights quantize_weights(const NodeView& view, const WeightOptions& options,
                                  const std::vector<const Bytes*>& exact,
                                  const std::vector<const Bytes*>& found) {
  if (!options.compressed || options.compressed->scales.empty())
    return quantize(view, options, exact, found);
  std::string reason = unusable(view, options);
  if (reason.empty()) {
    QuantizedWeights result = quantize(view, options, exact, found);
    reason = result.reason;
    if (reason.empty()) return result;
  }
  const CompressedWeights free{.kept = options.compressed->kept};
  WeightOptions others = options;
  others.compressed = &free;
  QuantizedWeights result = quantize(view, others, exact, found);
  result.reason = reason + ": its weights are rounded anew";
  return result;
}

}  // namespace smelt
