// SPDX-License-Identifier: Apache-2.0
//
// Of sorted points, those of one centre are neighbours. With cost(i, j) the error of points i to j
// (exclusive) by the best centre of their own, the least error of the first j by k centres is
// D(k, j) = min over i of D(k - 1, i) + cost(i, j), where the best i does not fall as j grows: each
// k takes m log m steps. One centre that must be 0 is a second state: it has not been, or has been
// spent.
#include "compiler/compress/k_means.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace smelt {
namespace {

constexpr std::size_t max_groups = 512;
constexpr int max_iterations = 100;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Neighbours by their mean, so that there are few.
std::vector<WeightedPoint> grouped(const std::vector<WeightedPoint>& points) {
  const std::size_t groups = std::min(points.size(), max_groups);
  std::vector<WeightedPoint> result;
  for (std::size_t g = 0; g < groups; ++g) {
    WeightedPoint sum{0, 0};
    for (std::size_t i = g * points.size() / groups; i < (g + 1) * points.size() / groups; ++i) {
      sum.value += points[i].value * points[i].weight;
      sum.weight += points[i].weight;
    }
    if (sum.weight > 0) result.push_back({sum.value / sum.weight, sum.weight});
  }
  return result;
}

class Partition {
 public:
  Partition(const std::vector<WeightedPoint>& points, std::size_t count, bool with_zero)
      : size_(points.size()), with_zero_(with_zero), sums_(size_ + 1) {
    for (std::size_t i = 0; i < size_; ++i) {
      const auto& [value, weight] = points[i];
      sums_[i + 1] = {sums_[i].weight + weight, sums_[i].first + weight * value,
                      sums_[i].second + weight * value * value};
    }
    rows_.assign((count + 1) * 2, Row(size_ + 1));
    row(0, false)[0].error = 0;
    for (std::size_t k = 1; k <= count; ++k) {
      fill(k, false, false, 0, size_, 0, size_);
      if (!with_zero) continue;
      fill(k, true, false, 0, size_, 0, size_);
      fill(k, true, true, 0, size_, 0, size_);
    }
  }

  std::vector<double> centres(std::size_t count) {
    std::vector<double> result;
    bool zero_spent = with_zero_;
    for (std::size_t k = count, end = size_; k > 0; --k) {
      const Cell& cell = row(k, zero_spent)[end];
      if (cell.zero || cell.begin < end) result.push_back(cell.zero ? 0 : mean(cell.begin, end));
      zero_spent = zero_spent && !cell.zero;
      end = cell.begin;
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

 private:
  struct Sums {
    double weight = 0, first = 0, second = 0;
  };
  struct Cell {
    double error = infinity;
    std::size_t begin = 0;  ///< of the last centre's points
    bool zero = false;      ///< that centre is 0
  };
  using Row = std::vector<Cell>;

  Row& row(std::size_t k, bool zero_spent) { return rows_[2 * k + (zero_spent ? 1 : 0)]; }

  double mean(std::size_t begin, std::size_t end) const {
    const double weight = sums_[end].weight - sums_[begin].weight;
    return weight > 0 ? (sums_[end].first - sums_[begin].first) / weight : 0;
  }
  double cost(std::size_t begin, std::size_t end, bool zero) const {
    const double squares = sums_[end].second - sums_[begin].second;
    if (zero) return squares;
    return squares - mean(begin, end) * (sums_[end].first - sums_[begin].first);
  }

  /// Points up to each of [low, high], whose last centre begins within [from, to].
  void fill(std::size_t k, bool zero_spent, bool zero, std::size_t low, std::size_t high,
            std::size_t from, std::size_t to) {
    const std::size_t middle = (low + high) / 2;
    const Row& before = row(k - 1, zero_spent && !zero);
    Cell best{.begin = from};
    for (std::size_t begin = from; begin <= std::min(middle, to); ++begin) {
      const double error = before[begin].error + cost(begin, middle, zero);
      if (error < best.error) best = {error, begin, zero};
    }
    Cell& cell = row(k, zero_spent)[middle];
    if (best.error < cell.error) cell = best;
    if (middle > low) fill(k, zero_spent, zero, low, middle - 1, from, best.begin);
    if (middle < high) fill(k, zero_spent, zero, middle + 1, high, best.begin, to);
  }

  std::size_t size_;
  bool with_zero_;
  std::vector<Sums> sums_;  // of the points before
  std::vector<Row> rows_;   // by number of centres, and whether 0 is one of them
};

/// Returns whether any centre moved.
bool improve(const std::vector<WeightedPoint>& points, std::vector<double>& centres,
             bool with_zero) {
  std::vector<WeightedPoint> sums(centres.size(), WeightedPoint{0, 0});
  for (const auto& [value, weight] : points) {
    WeightedPoint& sum = sums[nearest(centres, value)];
    sum.value += weight * value;
    sum.weight += weight;
  }
  bool moved = false;
  for (std::size_t k = 0; k < centres.size(); ++k) {
    if ((with_zero && centres[k] == 0) || sums[k].weight <= 0) continue;
    const double mean = sums[k].value / sums[k].weight;
    moved = moved || mean != centres[k];
    centres[k] = mean;
  }
  return moved;
}

}  // namespace

std::size_t nearest(const std::vector<double>& centres, double value) {
  const auto above = std::lower_bound(centres.begin(), centres.end(), value);
  if (above == centres.begin()) return 0;
  const bool below = above == centres.end() || value - *(above - 1) <= *above - value;
  return static_cast<std::size_t>(above - centres.begin()) - (below ? 1 : 0);
}

std::vector<double> k_means(std::vector<WeightedPoint> points, std::size_t count, bool with_zero) {
  std::sort(points.begin(), points.end(), [](const WeightedPoint& a, const WeightedPoint& b) {
    return a.value != b.value ? a.value < b.value : a.weight < b.weight;
  });
  const std::vector<WeightedPoint> groups = grouped(points);
  std::vector<double> centres;
  if (!groups.empty()) centres = Partition(groups, count, with_zero).centres(count);
  if (with_zero || centres.empty()) centres.push_back(0);
  const auto sort = [&] {
    std::sort(centres.begin(), centres.end());
    centres.erase(std::unique(centres.begin(), centres.end()), centres.end());
  };
  sort();
  for (int i = 0; i < max_iterations && improve(points, centres, with_zero); ++i) sort();
  return centres;
}

}  // namespace smelt
