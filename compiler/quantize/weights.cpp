// SPDX-License-Identifier: Apache-2.0
//
// With z the inputs of an output element and a last 1, w its weights and bias, z^ and w^ the same
// in the quantized graph, the error to be made small is the sum over the data of (w z - w^ z^)^2.
// It depends on the data by the moments sum z^ z^' and sum z^ z' only.
#include "compiler/quantize/weights.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

using Matrix = Eigen::MatrixXd;
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Sums are made of so many parts, whatever the number of cores, so that results do not depend on
/// it.
constexpr std::size_t parts = 8;
/// The moments of more taps take too much time and memory.
constexpr std::int64_t max_taps = 4096;
/// How closely weights are held to what they were, in parts of the data's power: little data tells
/// little of many weights. Which is best is seen on data that has not been fitted to, up to a size
/// that leaves time for it.
constexpr double holds[] = {0.03, 0.3, 3, 1e4};
constexpr double usual_hold = 0.3;
constexpr std::int64_t max_compared_taps = 1024;
/// A channel of zeros needs a scale too.
constexpr double smallest_scale = 1e-9;
constexpr double largest_bias = 1 << 30;

struct Moments {
  Matrix found;     // [taps + 1][taps + 1], sum z^ z^'
  Matrix by_exact;  // [taps + 1][taps + 1], sum z^ z'
  double rows = 0;

  void operator+=(const Moments& other) {
    if (found.size() == 0) {
      *this = other;
    } else if (other.found.size() != 0) {
      found += other.found;
      by_exact += other.by_exact;
      rows += other.rows;
    }
  }
};

/// One sample's patches with the column of ones.
Rows with_ones(const Patches& patches) {
  Rows rows(patches.rows, patches.taps + 1);
  rows.leftCols(patches.taps) =
      Eigen::Map<const Rows>(patches.values.data(), patches.rows, patches.taps);
  rows.rightCols(1).setOnes();
  return rows;
}

Moments moments_of(const Rows& exact, const Rows& found) {
  return {(found.transpose() * found).cast<double>(), (found.transpose() * exact).cast<double>(),
          static_cast<double>(found.rows())};
}

/// Of the first and of the last half of the samples: neighbours are alike, halves are less so.
struct Halves {
  Moments first, last;
  Moments all() const {
    Moments sum = first;
    sum += last;
    return sum;
  }
};

Halves moments_of(const NodeView& view, std::int32_t group, const std::vector<const Bytes*>& exact,
                  const std::vector<const Bytes*>& found) {
  const auto& rule = *view.node.op->quantization;
  std::vector<Moments> sums(parts);
  parallel_for(parts, [&] {
    return [&](std::size_t part) {
      const std::size_t end = (part + 1) * exact.size() / parts;
      for (std::size_t i = part * exact.size() / parts; i < end; ++i)
        sums[part] += moments_of(with_ones(rule.patches(view, floats(*exact[i]), group)),
                                 with_ones(rule.patches(view, floats(*found[i]), group)));
    };
  });
  Halves halves;
  for (std::size_t part = 0; part < parts; ++part)
    (part < parts / 2 ? halves.first : halves.last) += sums[part];
  return halves;
}

/// The weights of a linear operator by output channel.
class Linear {
 public:
  Linear(const NodeView& view, const WeightOptions& options) : options_(options) {
    const Tensor& weights = view.input(1);
    const auto axis = static_cast<std::size_t>(view.node.op->quantization->channel_axis);
    channels_ = weights.shape[axis];
    for (std::size_t i = axis + 1; i < weights.shape.size(); ++i) inner_ *= weights.shape[i];
    taps_ = element_count(weights.shape) / channels_;
    values_ = elements<float>(weights);
    if (view.has_input(2)) bias_ = elements<float>(view.input(2));
    bias_.resize(static_cast<std::size_t>(channels_));
    result_.weights.resize(values_.size());
    result_.bias.assign(bias_.begin(), bias_.end());
    result_.scales.resize(bias_.size());
  }

  std::int64_t taps() const { return taps_; }

  /// Quantizes a channel's weights without data.
  void round(std::int64_t channel) {
    const Matrix w = row(channel, 1);
    set_scale(channel, w.col(0).head(taps_), Eigen::VectorXd::Ones(taps_));
    for (std::int64_t tap = 0; tap < taps_; ++tap) quantize(channel, tap, w(tap, 0));
  }

  /// Quantizes `count` channels whose inputs have these moments.
  void round(std::int64_t first, std::int64_t count, const Halves& halves) {
    const Matrix original = row(first, count);
    const Moments all = halves.all();
    // Data that overflows tells nothing.
    if (!all.found.allFinite() || !all.by_exact.allFinite()) {
      for (std::int64_t c = 0; c < count; ++c) round(first + c);
    } else if (options_.optimized_rounding) {
      const double hold = best_hold(first, original, halves);
      compensate(first, original, all, hold);
    } else {
      for (std::int64_t c = 0; c < count; ++c) round(first + c);
      if (options_.bias_correction) correct_bias(first, original, all);
    }
  }

  QuantizedWeights result() && { return std::move(result_); }

 private:
  double limit() const { return (1 << (options_.bits - 1)) - 1; }
  std::size_t position(std::int64_t channel, std::int64_t tap) const {
    return static_cast<std::size_t>((tap / inner_ * channels_ + channel) * inner_ + tap % inner_);
  }
  double& bias(std::int64_t channel) { return result_.bias[static_cast<std::size_t>(channel)]; }
  double scale(std::int64_t channel) const {
    return result_.scales[static_cast<std::size_t>(channel)];
  }

  /// Weights and bias, a column per channel.
  Matrix row(std::int64_t first, std::int64_t count) const {
    Matrix columns(taps_ + 1, count);
    for (std::int64_t c = 0; c < count; ++c) {
      for (std::int64_t tap = 0; tap < taps_; ++tap)
        columns(tap, c) = values_[position(first + c, tap)];
      columns(taps_, c) = bias_[static_cast<std::size_t>(first + c)];
    }
    return columns;
  }

  /// The scale at which rounding loses least, weighed by the inputs' power.
  void set_scale(std::int64_t channel, const Eigen::VectorXd& weights,
                 const Eigen::VectorXd& power) {
    const double largest = weights.size() ? weights.cwiseAbs().maxCoeff() : 0;
    const double least_scale =
        std::max(smallest_scale, std::abs(bias(channel)) / options_.input_scale / largest_bias);
    double best = 1, least = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 20; ++i) {
      const double part = 1 - 0.025 * i;
      const double step = std::max(largest * part / limit(), least_scale);
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
    result_.scales[static_cast<std::size_t>(channel)] =
        static_cast<float>(std::max(largest * best / limit(), least_scale));
  }

  /// Returns the value that the integer stands for.
  double quantize(std::int64_t channel, std::int64_t tap, double value) {
    const double rounded = std::clamp(std::round(value / scale(channel)), -limit(), limit());
    result_.weights[position(channel, tap)] = static_cast<std::int8_t>(rounded);
    return rounded * scale(channel);
  }

  /// The one that fits the last half best when weights are chosen by the first.
  double best_hold(std::int64_t first, const Matrix& original, const Halves& halves) {
    if (taps_ > max_compared_taps || halves.first.rows == 0) return usual_hold;
    double best = usual_hold, least = std::numeric_limits<double>::infinity();
    for (const double hold : holds) {
      const Matrix rounded = compensate(first, original, halves.first, hold);
      const double error =
          (rounded.cwiseProduct(halves.last.found * rounded - 2 * halves.last.by_exact * original))
              .sum();
      if (error >= least) continue;
      least = error;
      best = hold;
    }
    return best;
  }

  /// Returns what the integers and the biases stand for, a column per channel.
  Matrix compensate(std::int64_t first, const Matrix& original, const Moments& moments,
                    double hold_by) {
    const Eigen::VectorXd diagonal = moments.found.diagonal();
    const double floor = 1e-3 * diagonal.mean() + 1e-12;
    Eigen::VectorXd hold = hold_by * (diagonal.array() + floor).matrix();
    hold[taps_] = holds[0] * floor;  // every row of data tells of the bias
    const Matrix hessian = moments.found + Matrix(hold.asDiagonal());
    const Eigen::LLT<Matrix> solver(hessian);
    Matrix left = solver.solve(moments.by_exact * original + hold.asDiagonal() * original);
    Matrix rounded(left.rows(), left.cols());
    const Matrix inverse = solver.solve(Matrix::Identity(hessian.rows(), hessian.cols()));
    const Matrix factor = inverse.llt().matrixU();
    for (std::int64_t c = 0; c < left.cols(); ++c)
      set_scale(first + c, left.col(c).head(taps_), diagonal.head(taps_));
    for (std::int64_t tap = 0; tap < taps_; ++tap) {
      Eigen::RowVectorXd error(left.cols());
      for (std::int64_t c = 0; c < left.cols(); ++c) {
        rounded(tap, c) = quantize(first + c, tap, left(tap, c));
        error[c] = left(tap, c) - rounded(tap, c);
      }
      left.bottomRows(taps_ - tap) -=
          factor.row(tap).tail(taps_ - tap).transpose() * (error / factor(tap, tap));
    }
    for (std::int64_t c = 0; c < left.cols(); ++c) bias(first + c) = left(taps_, c);
    rounded.row(taps_) = left.row(taps_);
    return rounded;
  }

  void correct_bias(std::int64_t first, const Matrix& original, const Moments& moments) {
    for (std::int64_t c = 0; c < original.cols(); ++c) {
      double error = moments.by_exact.row(taps_).dot(original.col(c));
      for (std::int64_t tap = 0; tap < taps_; ++tap)
        error -= moments.found(taps_, tap) * scale(first + c) *
                 result_.weights[position(first + c, tap)];
      bias(first + c) = error / moments.rows;
    }
  }

  const WeightOptions& options_;
  std::int64_t channels_ = 0, taps_ = 0, inner_ = 1;
  std::vector<float> values_, bias_;
  QuantizedWeights result_;
};

}  // namespace

QuantizedWeights quantize_weights(const NodeView& view, const WeightOptions& options,
                                  const std::vector<const Bytes*>& exact,
                                  const std::vector<const Bytes*>& found) {
  Linear linear(view, options);
  const QuantizationRule& rule = *view.node.op->quantization;
  const std::int64_t channels = view.input(1).shape[static_cast<std::size_t>(rule.channel_axis)];
  const bool from_data = rule.patches && !exact.empty() && linear.taps() <= max_taps &&
                         (options.optimized_rounding || options.bias_correction);
  if (!from_data) {
    for (std::int64_t c = 0; c < channels; ++c) linear.round(c);
    return std::move(linear).result();
  }
  const std::int32_t groups = rule.groups(view);
  for (std::int32_t group = 0; group < groups; ++group)
    linear.round(group * (channels / groups), channels / groups,
                 moments_of(view, group, exact, found));
  return std::move(linear).result();
}

}  // namespace smelt
