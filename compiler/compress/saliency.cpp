// SPDX-License-Identifier: Apache-2.0
//
// With H^-1 the inverse of the hessian of what is left of a channel, that block B of its weights w
// becomes zero costs w_B' (H^-1_BB)^-1 w_B; the others make up for it if w changes by
// -H^-1_.B (H^-1_BB)^-1 w_B. H^-1 of what is left then is H^-1 - H^-1_.B (H^-1_BB)^-1 H^-1_B. .
#include "compiler/compress/saliency.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <limits>
#include <numeric>

#include "compiler/evaluate/parallel.h"

namespace smelt {
namespace {

/// Weights leave one after the other as long as that takes no more multiplications; beyond, they
/// leave by what each would cost if it were the first.
constexpr double max_elimination_work = 3e10;

/// How many more weights must leave each group of neighbouring taps.
class Surplus {
 public:
  Surplus(const Pattern& pattern, std::int64_t taps) : of_(pattern.of) {
    if (of_ > 0) left_.assign(static_cast<std::size_t>(taps / of_), pattern.of - pattern.nonzero);
    total_ = std::accumulate(left_.begin(), left_.end(), std::int64_t{0});
  }

  std::int64_t total() const { return total_; }
  bool wants(std::int64_t tap) const {
    return total_ > 0 && group(tap) < left_.size() && left_[group(tap)] > 0;
  }
  void take(std::int64_t tap) {
    --left_[group(tap)];
    --total_;
  }

 private:
  std::size_t group(std::int64_t tap) const { return static_cast<std::size_t>(tap / of_); }

  std::int64_t of_, total_ = 0;
  std::vector<std::int32_t> left_;
};

/// The taps at which blocks, or groups of N:M, begin and are whole.
std::vector<std::int64_t> first_taps(const Pattern& pattern, std::int64_t taps) {
  if (pattern.of > 0) taps -= taps % pattern.of;
  std::vector<std::int64_t> result;
  for (std::int64_t tap = 0; tap + pattern.taps <= taps; tap += pattern.taps) result.push_back(tap);
  return result;
}

/// What must leave costs nothing; nothing costs less than what leaves before it.
void make_ascending(std::vector<PruningUnit>& units, std::int64_t forced) {
  double most = 0;
  for (PruningUnit& unit : units) {
    if (forced-- > 0)
      unit.cost = 0;
    else
      most = unit.cost = std::max(most, unit.cost);
  }
}

/// In the order of costs that do not change, those first that must leave.
std::vector<PruningUnit> in_order(std::vector<PruningUnit> units, Surplus surplus) {
  std::stable_sort(units.begin(), units.end(),
                   [](const auto& a, const auto& b) { return a.cost < b.cost; });
  const std::int64_t forced = surplus.total();
  std::stable_partition(units.begin(), units.end(), [&](const PruningUnit& unit) {
    const bool wanted = surplus.wants(unit.tap);
    if (wanted) surplus.take(unit.tap);
    return wanted;
  });
  make_ascending(units, forced);
  return units;
}

/// Takes units from channels that are pruned alike, the cheapest first.
class Elimination {
 public:
  /// weights: [taps + 1][channels], inverse: that of the hessian.
  Elimination(Matrix weights, Matrix inverse, const Pattern& pattern)
      : weights_(std::move(weights)),
        inverse_(std::move(inverse)),
        pattern_(pattern),
        surplus_(pattern, weights_.rows() - 1),
        left_(first_taps(pattern, weights_.rows() - 1)),
        size_(weights_.rows()) {
    row_of_.resize(static_cast<std::size_t>(size_));
    std::iota(row_of_.begin(), row_of_.end(), Eigen::Index{0});
    tap_of_ = row_of_;
  }

  std::vector<PruningUnit> run() && {
    const std::int64_t forced = surplus_.total();
    std::vector<PruningUnit> units;
    while (!left_.empty()) {
      const std::size_t next = cheapest();
      const std::int64_t tap = left_[next];
      units.push_back({.tap = tap, .cost = cost(tap)});
      left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(next));
      if (surplus_.wants(tap)) surplus_.take(tap);
      for (std::int64_t i = 0; i < pattern_.taps; ++i) remove(tap + i);
    }
    make_ascending(units, forced);
    return units;
  }

 private:
  std::vector<Eigen::Index> rows_of(std::int64_t tap) const {
    return {row_of_.begin() + tap, row_of_.begin() + tap + pattern_.taps};
  }

  double cost(std::int64_t tap) const {
    if (pattern_.taps == 1) {
      const Eigen::Index row = row_of_[static_cast<std::size_t>(tap)];
      return weights_.row(row).squaredNorm() / inverse_(row, row);
    }
    const std::vector<Eigen::Index> rows = rows_of(tap);
    const Matrix block = weights_(rows, Eigen::all);
    return block.cwiseProduct(Matrix(inverse_(rows, rows)).llt().solve(block)).sum();
  }

  std::size_t cheapest() const {
    std::size_t best = left_.size();
    double least = 0;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (surplus_.total() > 0 && !surplus_.wants(left_[i])) continue;
      const double each = cost(left_[i]);
      if (best < left_.size() && !(each < least)) continue;
      best = i;
      least = each;
    }
    return best;
  }

  /// Makes a weight zero and forgets its row.
  void remove(std::int64_t tap) {
    move_last(row_of_[static_cast<std::size_t>(tap)]);
    const Eigen::Index last = --size_;
    const Eigen::VectorXd change = inverse_.col(last).head(size_) / inverse_(last, last);
    weights_.topRows(size_).noalias() -= change * weights_.row(last);
    inverse_.topLeftCorner(size_, size_).noalias() -= change * inverse_.row(last).head(size_);
  }

  void move_last(Eigen::Index row) {
    const Eigen::Index last = size_ - 1;
    weights_.row(row).swap(weights_.row(last));
    inverse_.row(row).swap(inverse_.row(last));
    inverse_.col(row).swap(inverse_.col(last));
    std::swap(tap_of_[static_cast<std::size_t>(row)], tap_of_[static_cast<std::size_t>(last)]);
    row_of_[static_cast<std::size_t>(tap_of_[static_cast<std::size_t>(row)])] = row;
    row_of_[static_cast<std::size_t>(tap_of_[static_cast<std::size_t>(last)])] = last;
  }

  Matrix weights_, inverse_;  // those that are left are the first
  const Pattern& pattern_;
  Surplus surplus_;
  std::vector<std::int64_t> left_;  // units, by first tap
  Eigen::Index size_;               // how many rows are left, the bias's among them
  std::vector<Eigen::Index> row_of_, tap_of_;
};

/// The blocks of `channels` channels that are pruned alike, each by `rank`.
template <typename Rank>
std::vector<PruningUnit> by_channels(std::int64_t channels, const Pattern& pattern,
                                     const Rank& rank) {
  const auto count = static_cast<std::size_t>(channels / pattern.channels);
  std::vector<std::vector<PruningUnit>> lists(count);
  parallel_for(count, [&] {
    return [&](std::size_t i) {
      const std::int64_t first = static_cast<std::int64_t>(i) * pattern.channels;
      lists[i] = rank(first);
      for (PruningUnit& unit : lists[i]) unit.channel = first;
    };
  });
  return merged(lists);
}

/// Units of channels that are pruned alike, in the order of what each would cost by itself: its
/// squares, each by the inverse's diagonal.
std::vector<PruningUnit> rank_by_squares(const Matrix& weights, const Eigen::VectorXd& inverse,
                                         const Pattern& pattern) {
  std::vector<PruningUnit> units;
  for (const std::int64_t tap : first_taps(pattern, inverse.size())) {
    double cost = 0;
    for (std::int64_t i = tap; i < tap + pattern.taps; ++i)
      cost += weights.row(i).squaredNorm() / inverse[i];
    units.push_back({.tap = tap, .cost = cost});
  }
  return in_order(std::move(units), Surplus(pattern, inverse.size()));
}

}  // namespace

std::vector<PruningUnit> merged(const std::vector<std::vector<PruningUnit>>& lists) {
  std::vector<PruningUnit> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.cost < b.cost; });
  return all;
}

std::vector<PruningUnit> rank_by_magnitude(const Matrix& weights, const Pattern& pattern) {
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(weights.rows());
  return by_channels(weights.cols(), pattern, [&](std::int64_t first) {
    return rank_by_squares(weights.middleCols(first, pattern.channels), ones, pattern);
  });
}

std::vector<PruningUnit> rank_by_error(const Matrix& best, const Matrix& hessian,
                                       const Pattern& pattern) {
  const Matrix inverse = hessian.llt().solve(Matrix::Identity(hessian.rows(), hessian.cols()));
  const Eigen::Index taps = best.rows() - 1;
  const double work = std::pow(static_cast<double>(taps), 3) / 3 * static_cast<double>(best.cols());
  return by_channels(best.cols(), pattern, [&](std::int64_t first) {
    const Matrix those = best.middleCols(first, pattern.channels);
    return work / pattern.channels > max_elimination_work
               ? rank_by_squares(those, inverse.diagonal().head(taps), pattern)
               : Elimination(those, inverse, pattern).run();
  });
}

}  // namespace smelt
