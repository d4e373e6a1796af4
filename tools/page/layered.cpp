// SPDX-License-Identifier: Apache-2.0
#include "tools/page/layered.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace smelt::tools {
namespace {

constexpr std::size_t most_items = 20000;
constexpr int rounds = 6;
/// Of an edge that passes a row.
constexpr double pass_width = 8;

/// A box, or the place where an edge passes a row.
struct Item {
  std::size_t row = 0;
  double width = 0, x = 0;  ///< x: of its middle
  std::vector<std::size_t> above, below;
};

/// The numbers nearest to `wishes`, in least squares, each at least its distance behind the one
/// before it. Neighbours that want to pass each other go together (pool adjacent violators).
std::vector<double> spaced(std::vector<double> wishes, const std::vector<double>& distances) {
  struct Block {
    double sum = 0;
    std::size_t count = 0;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<double> offsets(wishes.size());
  std::partial_sum(distances.begin(), distances.end(), offsets.begin());
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    blocks.push_back({wishes[i] - offsets[i], 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back().sum += last.sum;
      blocks.back().count += last.count;
    }
  }
  std::size_t i = 0;
  for (const Block& block : blocks)
    for (const std::size_t end = i + block.count; i < end; ++i)
      wishes[i] = block.mean() + offsets[i];
  return wishes;
}

class Layout {
 public:
  Layout(std::size_t boxes, const std::vector<LayeredEdge>& edges, const LayeredOptions& options)
      : options_(options), boxes_(boxes), edges_(edges) {}

  std::optional<Layered> run() {
    rank();
    if (!connect()) return std::nullopt;
    fill_rows();
    for (int i = 0; i < rounds; ++i) sort(i % 2 == 0);
    for (int i = 0; i <= rounds; ++i) place(i % 2 == 0);
    return result();
  }

 private:
  /// Below all that it reads; what reads nothing stands right above its first reader.
  void rank() {
    items_.assign(boxes_, {.width = options_.box_width});
    std::vector<bool> reads(boxes_);
    for (const LayeredEdge& edge : by_reader()) {
      assert(edge.from < edge.to && edge.to < boxes_);
      items_[edge.to].row = std::max(items_[edge.to].row, items_[edge.from].row + 1);
      reads[edge.to] = true;
    }
    std::vector<std::size_t> first(boxes_, boxes_);
    for (const LayeredEdge& edge : edges_)
      first[edge.from] = std::min(first[edge.from], items_[edge.to].row);
    for (std::size_t i = 0; i < boxes_; ++i)
      if (!reads[i] && first[i] < boxes_) items_[i].row = first[i] - 1;
  }

  std::vector<LayeredEdge> by_reader() const {
    std::vector<LayeredEdge> sorted = edges_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const LayeredEdge& a, const LayeredEdge& b) { return a.to < b.to; });
    return sorted;
  }

  /// False if there are too many items.
  bool connect() {
    if (boxes_ > most_items) return false;
    for (const LayeredEdge& edge : edges_) {
      std::vector<std::size_t> path = {edge.from};
      for (std::size_t row = items_[edge.from].row + 1; row < items_[edge.to].row; ++row) {
        path.push_back(items_.size());
        if (items_.size() == most_items) return false;
        items_.push_back({.row = row, .width = pass_width});
      }
      path.push_back(edge.to);
      for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        items_[path[i]].below.push_back(path[i + 1]);
        items_[path[i + 1]].above.push_back(path[i]);
      }
      paths_.push_back(std::move(path));
    }
    return true;
  }

  void fill_rows() {
    std::size_t last = 0;
    for (const Item& item : items_) last = std::max(last, item.row);
    rows_.resize(last + 1);
    for (std::size_t i = 0; i < items_.size(); ++i) {
      std::vector<std::size_t>& row = rows_[items_[i].row];
      items_[i].x = static_cast<double>(row.size());
      row.push_back(i);
    }
  }

  /// Of the neighbours in the row above or below; without any, where it is.
  double mean(const Item& item, bool downwards) const {
    const std::vector<std::size_t>& neighbours = downwards ? item.above : item.below;
    if (neighbours.empty()) return item.x;
    double sum = 0;
    for (const std::size_t each : neighbours) sum += items_[each].x;
    return sum / static_cast<double>(neighbours.size());
  }

  template <typename Action>
  void for_each_row(bool downwards, Action action) {
    for (std::size_t i = 0; i < rows_.size(); ++i)
      action(rows_[downwards ? i : rows_.size() - 1 - i]);
  }

  void sort(bool downwards) {
    for_each_row(downwards, [&](std::vector<std::size_t>& row) {
      std::vector<std::pair<double, std::size_t>> order;
      for (const std::size_t i : row) order.emplace_back(mean(items_[i], downwards), i);
      std::stable_sort(order.begin(), order.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = order[i].second;
        items_[row[i]].x = static_cast<double>(i);
      }
    });
  }

  void place(bool downwards) {
    for_each_row(downwards, [&](const std::vector<std::size_t>& row) {
      std::vector<double> wishes, distances;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const Item& item = items_[row[i]];
        wishes.push_back(mean(item, downwards));
        distances.push_back(
            i == 0 ? 0 : (items_[row[i - 1]].width + item.width) / 2 + options_.box_gap);
      }
      const std::vector<double> found = spaced(std::move(wishes), distances);
      for (std::size_t i = 0; i < row.size(); ++i) items_[row[i]].x = found[i];
    });
  }

  double top(const Item& item) const {
    return static_cast<double>(item.row) * (options_.box_height + options_.row_gap);
  }

  Layered result() const {
    Layered result;
    double left = items_[0].x, right = left;
    for (const Item& item : items_) {
      left = std::min(left, item.x - item.width / 2);
      right = std::max(right, item.x + item.width / 2);
    }
    const auto x = [&](const Item& item) { return item.x - left; };
    for (std::size_t i = 0; i < boxes_; ++i) {
      const Item& item = items_[i];
      result.boxes.push_back({x(item) - item.width / 2, top(item), x(item) + item.width / 2,
                              top(item) + options_.box_height});
    }
    for (const std::vector<std::size_t>& path : paths_) {
      std::vector<Layered::Point>& points = result.edges.emplace_back();
      for (std::size_t i = 0; i < path.size(); ++i) {
        const Item& item = items_[path[i]];
        if (i > 0) points.push_back({x(item), top(item)});
        if (i + 1 < path.size()) points.push_back({x(item), top(item) + options_.box_height});
      }
    }
    result.width = right - left;
    result.height = static_cast<double>(rows_.size()) * (options_.box_height + options_.row_gap) -
                    options_.row_gap;
    return result;
  }

  const LayeredOptions& options_;
  const std::size_t boxes_;
  const std::vector<LayeredEdge>& edges_;
  std::vector<Item> items_;  // boxes first
  std::vector<std::vector<std::size_t>> paths_, rows_;
};

}  // namespace

std::optional<Layered> layered(std::size_t boxes, const std::vector<LayeredEdge>& edges,
                               const LayeredOptions& options) {
  return boxes == 0 ? Layered() : Layout(boxes, edges, options).run();
}

}  // namespace smelt::tools
