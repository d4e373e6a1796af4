// SPDX-License-Identifier: Apache-2.0
//
// Each step finds the least error over some of the unknowns, the others being what they are: the
// centres by k-means, in which a weight counts by its element of the hessian's diagonal; the level
// of one weight after the other; the centres; the scales.
#include "compiler/compress/codebook.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "compiler/compress/k_means.h"
#include "compiler/evaluate/parallel.h"

namespace smelt {
namespace {

using Vector = Eigen::VectorXd;
using Eigen::Index;

constexpr int scale_rounds = 4;
constexpr int rounds = 8;
constexpr int max_sweeps = 16;
constexpr double largest_level = 127;
/// A channel of zeros needs a scale too.
constexpr double smallest_scale = 1e-9;

/// A channel whose weights are scale * centres[places].
class Channel {
 public:
  explicit Channel(ChannelSquares squares)
      : squares_(std::move(squares)), places_(squares_.kept.size()) {
    const Vector powers = diagonal();
    const double power = powers.sum();
    const double squared = squares_.weights.cwiseAbs2().dot(powers);
    scale = power > 0 ? std::sqrt(squared / power) : 0;
    scale = std::max(std::isfinite(scale) ? scale : 0, smallest_scale);
  }

  double scale = 1;

  Index size() const { return squares_.weights.size(); }
  bool kept(Index tap) const { return squares_.kept[static_cast<std::size_t>(tap)] != 0; }
  std::size_t& place(Index tap) { return places_[static_cast<std::size_t>(tap)]; }
  std::size_t place(Index tap) const { return places_[static_cast<std::size_t>(tap)]; }

  /// The weights at first, in units of the scale, each with what its error costs.
  void append_points(std::vector<WeightedPoint>& points) const {
    for (Index tap = 0; tap < size(); ++tap)
      if (kept(tap)) points.push_back({squares_.weights[tap] / scale, at(tap) * scale * scale});
  }

  /// The nearest centres to the weights at first.
  void place_nearest(const std::vector<double>& centres) {
    for (Index tap = 0; tap < size(); ++tap)
      place(tap) = nearest(centres, kept(tap) ? squares_.weights[tap] / scale : 0);
  }
  /// The best scale if every weight counts by itself.
  void scale_to_weights(const std::vector<double>& centres) {
    double product = 0, squared = 0;
    for (Index tap = 0; tap < size(); ++tap) {
      const double centre = centres[place(tap)];
      product += at(tap) * squares_.weights[tap] * centre;
      squared += at(tap) * centre * centre;
    }
    set_scale(product, squared);
  }

  /// One weight after the other takes the centre that is best beside the others.
  void assign(const std::vector<double>& centres, const std::vector<double>& prices) {
    Vector weights = values(centres);
    Vector gradient = multiplied(weights) - squares_.right;
    bool changed = true;
    for (int sweep = 0; changed && sweep < max_sweeps; ++sweep) {
      changed = false;
      for (Index tap = 0; tap < size(); ++tap) {
        if (!kept(tap) || !(at(tap) > 0)) continue;
        const std::size_t best = best_place(tap, weights[tap], gradient[tap], centres, prices);
        if (best == place(tap)) continue;
        changed = true;
        place(tap) = best;
        const double change = scale * centres[best] - weights[tap];
        weights[tap] += change;
        if (squares_.hessian)
          gradient += change * squares_.hessian->col(tap);
        else
          gradient[tap] += change;
      }
    }
  }

  void refit_scale(const std::vector<double>& centres) {
    const Vector shape = values(centres) / scale;
    set_scale(shape.dot(squares_.right), shape.dot(multiplied(shape)));
  }

  /// Adds the equations of the centres: what multiplies them, and what they should give.
  void add_to(Eigen::MatrixXd& left, Vector& right) const {
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(size(), left.cols());  // H times the indicators
    for (Index tap = 0; tap < size(); ++tap) {
      if (!kept(tap)) continue;
      const auto k = static_cast<Index>(place(tap));
      right[k] += scale * squares_.right[tap];
      if (squares_.hessian)
        sums.col(k) += squares_.hessian->col(tap);
      else
        sums(tap, k) += 1;
    }
    for (Index tap = 0; tap < size(); ++tap)
      if (kept(tap)) left.row(static_cast<Index>(place(tap))) += scale * scale * sums.row(tap);
  }

 private:
  double at(Index tap) const { return squares_.hessian ? (*squares_.hessian)(tap, tap) : 1; }
  Vector diagonal() const {
    Vector result(size());
    for (Index tap = 0; tap < size(); ++tap) result[tap] = kept(tap) ? at(tap) : 0;
    return result;
  }
  Vector multiplied(const Vector& weights) const {
    return squares_.hessian ? Vector(*squares_.hessian * weights) : weights;
  }
  Vector values(const std::vector<double>& centres) const {
    Vector weights(size());
    for (Index tap = 0; tap < size(); ++tap)
      weights[tap] = kept(tap) ? scale * centres[place(tap)] : 0;
    return weights;
  }

  std::size_t best_place(Index tap, double weight, double gradient,
                         const std::vector<double>& centres,
                         const std::vector<double>& prices) const {
    const double wanted = weight - gradient / at(tap);
    std::size_t best = place(tap);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < centres.size(); ++k) {
      const double difference = scale * centres[k] - wanted;
      const double cost = at(tap) * difference * difference + prices[k];
      if (!(cost < least)) continue;
      least = cost;
      best = k;
    }
    return best;
  }

  void set_scale(double product, double squared) {
    const double best = product / squared;
    if (std::isfinite(best) && best > smallest_scale) scale = best;
  }

  ChannelSquares squares_;
  std::vector<std::size_t> places_;
};

class Shared {
 public:
  Shared(std::vector<ChannelSquares> channels, const CodebookOptions& options) : options_(options) {
    for (ChannelSquares& each : channels) channels_.emplace_back(std::move(each));
    for (const Channel& channel : channels_)
      for (Index tap = 0; tap < channel.size(); ++tap)
        with_zero_ = with_zero_ || !channel.kept(tap);
    // A zero is what costs least to store once many weights are.
    with_zero_ = with_zero_ || options.bit_price > 0;
  }

  Codebook run() && {
    begin();
    for (int round = 0; round < rounds; ++round) {
      for_each(
          [&, prices = prices(round == 0)](Channel& channel) { channel.assign(centres_, prices); });
      drop_unused();
      refit_centres();
      for_each([&](Channel& channel) { channel.refit_scale(centres_); });
    }
    round_centres();
    for_each([&, prices = prices(false)](Channel& channel) {
      channel.assign(centres_, prices);
      channel.refit_scale(centres_);
    });
    drop_unused();
    return result();
  }

 private:
  template <typename Work>
  void for_each(const Work& work) {
    parallel_for(channels_.size(),
                 [&] { return [&](std::size_t channel) { work(channels_[channel]); }; });
  }

  /// Centres and scales of weights that count by themselves.
  void begin() {
    for (int round = 0; round < scale_rounds; ++round) {
      std::vector<WeightedPoint> points;
      for (const Channel& channel : channels_) channel.append_points(points);
      centres_ = k_means(std::move(points), options_.levels, with_zero_);
      for_each([&](Channel& channel) {
        channel.place_nearest(centres_);
        channel.scale_to_weights(centres_);
      });
    }
  }

  std::vector<double> counts() const {
    std::vector<double> result(centres_.size());
    for (const Channel& channel : channels_)
      for (Index tap = 0; tap < channel.size(); ++tap) ++result[channel.place(tap)];
    return result;
  }

  /// What a weight of each centre costs. At first none takes a bit to be 0, so that this is where
  /// weights gather.
  std::vector<double> prices(bool first) const {
    std::vector<double> result = counts();
    const double all = std::accumulate(result.begin(), result.end(), 0.0);
    for (double& each : result) each = options_.bit_price * std::log2(all / std::max(each, 0.5));
    for (std::size_t k = 0; k < result.size(); ++k)
      if (first && centres_[k] == 0) result[k] = 0;
    return result;
  }

  void drop_unused() {
    const std::vector<double> used = counts();
    std::vector<double> centres;
    std::vector<std::size_t> moved(used.size());
    for (std::size_t k = 0; k < used.size(); ++k) {
      moved[k] = centres.size();
      if (used[k] > 0 || (with_zero_ && centres_[k] == 0)) centres.push_back(centres_[k]);
    }
    set_centres(std::move(centres), moved);
  }

  /// Centre k becomes centre moved[k].
  void set_centres(std::vector<double> centres, const std::vector<std::size_t>& moved) {
    centres_ = std::move(centres);
    for_each([&](Channel& channel) {
      for (Index tap = 0; tap < channel.size(); ++tap)
        channel.place(tap) = moved[channel.place(tap)];
    });
  }

  void refit_centres() {
    const auto size = static_cast<Index>(centres_.size());
    Eigen::MatrixXd left = Eigen::MatrixXd::Zero(size, size);
    Vector right = Vector::Zero(size);
    for (const Channel& channel : channels_) channel.add_to(left, right);
    // A little of what they are, where data do not tell.
    const double hold = 1e-6 * left.trace() / static_cast<double>(size) + 1e-30;
    for (Index k = 0; k < size; ++k) {
      const double centre = centres_[static_cast<std::size_t>(k)];
      left(k, k) += hold;
      right[k] += hold * centre;
      if (!with_zero_ || centre != 0) continue;
      left.row(k).setZero();
      left.col(k).setZero();
      left(k, k) = 1;
      right[k] = 0;
    }
    const Vector best = left.ldlt().solve(right);
    if (!best.allFinite()) return;
    set_sorted({best.begin(), best.end()});
  }

  /// Equal ones become one.
  void set_sorted(const std::vector<double>& unsorted) {
    std::vector<double> sorted = unsorted;
    std::sort(sorted.begin(), sorted.end());
    sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
    std::vector<std::size_t> moved;
    for (const double each : unsorted)
      moved.push_back(static_cast<std::size_t>(
          std::lower_bound(sorted.begin(), sorted.end(), each) - sorted.begin()));
    set_centres(std::move(sorted), moved);
  }

  /// Integers that use the range of levels.
  void round_centres() {
    double largest = 0;
    for (const double each : centres_) largest = std::max(largest, std::abs(each));
    if (largest == 0) return;
    std::vector<double> rounded;
    for (const double each : centres_)
      rounded.push_back(std::round(each / largest * largest_level) + 0.0);  // no -0
    for (Channel& channel : channels_) channel.scale *= largest / largest_level;
    set_sorted(rounded);
  }

  Codebook result() const {
    Codebook codebook;
    for (const double each : centres_) codebook.levels.push_back(static_cast<std::int8_t>(each));
    for (const Channel& channel : channels_) {
      codebook.scales.push_back(static_cast<float>(std::max(channel.scale, smallest_scale)));
      std::vector<std::int8_t>& levels = codebook.channels.emplace_back();
      for (Index tap = 0; tap < channel.size(); ++tap)
        levels.push_back(codebook.levels[channel.place(tap)]);
    }
    return codebook;
  }

  const CodebookOptions options_;
  std::vector<Channel> channels_;
  bool with_zero_ = false;
  std::vector<double> centres_;
};

}  // namespace

Codebook make_codebook(std::vector<ChannelSquares> channels, const CodebookOptions& options) {
  return Shared(std::move(channels), options).run();
}

}  // namespace smelt
