// SPDX-License-Identifier: Apache-2.0
//
// Dynamic programming over the sets of steps already done, one step after the other: what is alive
// depends on the set, hardly on the order within it, so of all orders of a set only the one with
// the smallest peak is followed. Chains with short branches have few such sets. Of wide graphs
// they are too many: then the best of each size are followed, within a number of tries that is the
// same everywhere.
//
// A step that fits under a peak which cannot be avoided anyway, and leaves no more alive than
// before, is done at once: whatever comes first instead, it could as well come later.
#include "compiler/plan/order.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "compiler/plan/demand.h"
#include "compiler/plan/dependencies.h"

namespace smelt {
namespace {

/// Tries of the first search and of the last; each is bounded by what those before have found.
constexpr std::int64_t first_tries = 10'000, last_tries = 320'000;

using Order = std::vector<std::int32_t>;

/// The last step of an order, and the place of those before it.
struct Link {
  std::int32_t step, before;
};

/// The best order found of one set of steps.
struct State {
  Progress progress;
  Order ready;  ///< steps whose dependencies are done, in the file's order
  std::int64_t peak = 0;
  std::int32_t order = -1;  ///< place of its last link
};

bool lower_peak(const State& a, const State& b) {
  return a.peak < b.peak;
}

struct Found {
  std::optional<Order> order;
  bool exact = true;  ///< nothing was left untried
};

class Search {
 public:
  Search(const Demand& demand, const std::vector<Order>& before, std::int64_t bound)
      : demand_(demand), bound_(bound), least_(demand.least()) {
    for (const Order& steps : before) {
      needed_.emplace_back(before.size());
      after_.emplace_back();
      for (const std::int32_t step : steps) needed_.back().insert(static_cast<std::size_t>(step));
    }
    for (std::size_t i = 0; i < before.size(); ++i)
      for (const std::int32_t step : before[i])
        after_[static_cast<std::size_t>(step)].push_back(static_cast<std::int32_t>(i));
  }

  /// An order whose peak is below the bound.
  Found run(std::int64_t tries) {
    const auto steps = static_cast<std::int64_t>(needed_.size());
    std::vector<State> states = {start()};
    Found found;
    for (std::int64_t i = 0; i < steps && !states.empty(); ++i) {
      // Twice its part: wide places are few.
      const std::int64_t part = std::max<std::int64_t>(1, 2 * tries / (steps - i));
      tried_ = 0;
      found.exact = extend(states, part) && found.exact;
      tries -= tried_;
    }
    const auto best = std::min_element(states.begin(), states.end(), lower_peak);
    if (best != states.end()) found.order = order_of(*best);
    return found;
  }

 private:
  State start() const {
    State state{.progress = demand_.start(), .ready = {}};
    for (std::size_t i = 0; i < needed_.size(); ++i)
      if (state.progress.done.contains(needed_[i]))
        state.ready.push_back(static_cast<std::int32_t>(i));
    return state;
  }

  /// Does one step more, in every way worth trying. False: not all were tried.
  bool extend(std::vector<State>& states, std::int64_t most) {
    std::vector<State> next;
    std::unordered_multimap<std::size_t, std::size_t> places;  // by hash, in `next`
    bool all = true;
    for (const State& state : states) {
      all = tried_ == 0 || tried_ + std::ssize(state.ready) <= most;
      if (!all) break;
      for (const std::int32_t step : worth_trying(state)) try_step(state, step, next, places);
    }
    std::sort(next.begin(), next.end(), [](const State& a, const State& b) {
      return std::tuple(a.progress.live, a.peak, a.order) <
             std::tuple(b.progress.live, b.peak, b.order);
    });
    states = std::move(next);
    return all;
  }

  /// All ready steps, or one that cannot be wrong.
  Order worth_trying(const State& state) {
    for (const std::int32_t step : state.ready) {
      ++tried_;
      const Need need = demand_.need(state.progress, static_cast<std::size_t>(step));
      if (need.during <= std::max(state.peak, least_) && need.after <= state.progress.live &&
          need.alone)
        return {step};
    }
    return state.ready;
  }

  void try_step(const State& state, std::int32_t step, std::vector<State>& next,
                std::unordered_multimap<std::size_t, std::size_t>& places) {
    const auto index = static_cast<std::size_t>(step);
    const Need need = demand_.need(state.progress, index);
    if (need.during >= bound_) return;
    State reached{.progress = state.progress,
                  .ready = {},
                  .peak = std::max(state.peak, need.during),
                  .order = static_cast<std::int32_t>(links_.size())};
    demand_.advance(reached.progress, index, need);
    const std::size_t hash = reached.progress.done.hash();
    const auto [first, last] = places.equal_range(hash);
    const auto same = std::find_if(first, last, [&](const auto& place) {
      return next[place.second].progress == reached.progress;
    });
    if (same != last && next[same->second].peak <= reached.peak) return;
    links_.push_back({step, state.order});
    reached.ready = ready_after(state, step, reached.progress.done);
    if (same != last) {
      next[same->second] = std::move(reached);
    } else {
      places.emplace(hash, next.size());
      next.push_back(std::move(reached));
    }
  }

  Order ready_after(const State& state, std::int32_t step, const StepSet& done) const {
    Order ready = state.ready;
    std::erase(ready, step);
    for (const std::int32_t next : after_[static_cast<std::size_t>(step)])
      if (done.contains(needed_[static_cast<std::size_t>(next)]))
        ready.insert(std::upper_bound(ready.begin(), ready.end(), next), next);
    return ready;
  }

  Order order_of(const State& state) const {
    Order order;
    for (std::int32_t at = state.order; at >= 0; at = links_[static_cast<std::size_t>(at)].before)
      order.push_back(links_[static_cast<std::size_t>(at)].step);
    std::reverse(order.begin(), order.end());
    return order;
  }

  const Demand& demand_;
  std::int64_t bound_, least_;
  std::vector<StepSet> needed_;  // by step: those that must be done
  std::vector<Order> after_;     // by step: those that need it
  std::vector<Link> links_;
  std::int64_t tried_ = 0;
};

Program in_order(const Program& program, const Order& order) {
  Program result = program;
  for (std::size_t i = 0; i < order.size(); ++i)
    result.steps[i] = program.steps[static_cast<std::size_t>(order[i])];
  return result;
}

}  // namespace

Program reorder(const Program& program, const PlanOptions& options) {
  const auto before = dependencies(program);
  const Demand demand(program, options);
  Program best = program;
  std::int64_t peak = peak_bytes(program, options);
  for (std::int64_t tries = first_tries; tries <= last_tries; tries *= 2) {
    if (peak <= demand.least()) break;
    const Found found = Search(demand, before, peak).run(tries);
    if (found.order) best = in_order(program, *found.order);
    peak = peak_bytes(best, options);
    if (found.exact) break;
  }
  return best;
}

}  // namespace smelt
