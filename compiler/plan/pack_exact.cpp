// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/pack_exact.h"

#include <algorithm>
#include <optional>

#include "compiler/plan/pack_domains.h"

namespace smelt {
namespace {

constexpr std::int64_t least_work = 400'000;  ///< of a search that is worth it
/// A single look at more pairs would use too much of it.
constexpr std::int64_t most_pairs = 50'000;

std::int64_t pair_count(const PackProblem& problem) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < problem.size(); ++i) count += std::ssize(problem.neighbours(i));
  return count / 2;
}

/// The next size that leaves any block more room than `bytes` does.
std::int64_t next_size(const PackProblem& problem, std::int64_t bytes) {
  std::int64_t next = bytes + problem[0].alignment;
  for (const Block& block : problem.blocks())
    next = std::min(
        next, aligned_down(bytes - block.bytes, block.alignment) + block.alignment + block.bytes);
  return next;
}

std::int64_t size_of(const PackProblem& problem, const std::vector<std::int64_t>& offsets) {
  std::int64_t size = 0;
  for (std::size_t i = 0; i < problem.size(); ++i)
    size = std::max(size, offsets[i] + problem[i].bytes);
  return size;
}

enum class Answer : std::uint8_t { fits, too_small, unknown };

class Search {
 public:
  explicit Search(const PackProblem& problem) : problem_(problem), domains_(problem) {}

  /// Whether the blocks fit into so many bytes. `like`: offsets of a packing to begin with.
  Answer fit(std::int64_t bytes, const std::vector<std::int64_t>& like, std::int64_t work);

  /// Offsets, after they were found to fit.
  const std::vector<std::int64_t>& offsets() const { return domains_.lowest(); }
  std::int64_t work_left() const { return domains_.work; }

 private:
  struct Decision {
    std::uint32_t pair;
    PackOrder order;
    std::size_t mark;     ///< before it
    bool second = false;  ///< the other order has been tried
  };

  std::optional<Answer> attempt(std::int64_t decisions);
  std::optional<Decision> choose();
  bool backtrack();

  const PackProblem& problem_;
  PackDomains domains_;
  std::vector<Decision> decisions_;
  std::vector<std::int64_t> like_;
};

Answer Search::fit(std::int64_t bytes, const std::vector<std::int64_t>& like, std::int64_t work) {
  like_ = like;
  domains_.work = work;
  for (std::int64_t most = 100 + 4 * std::ssize(problem_.blocks());; most += most / 2) {
    if (!domains_.start(bytes)) return Answer::too_small;
    const std::optional<Answer> answer = attempt(most);
    if (domains_.work <= 0) return Answer::unknown;
    if (answer) return *answer;
  }
}

/// Searches until it knows, or has taken so many decisions.
std::optional<Answer> Search::attempt(std::int64_t decisions) {
  decisions_.clear();
  for (; decisions > 0 && domains_.work > 0; --decisions) {
    const std::optional<Decision> decision = choose();
    if (!decision) return Answer::fits;
    decisions_.push_back(*decision);
    if (!domains_.decide(decision->pair, decision->order) && !backtrack()) return Answer::too_small;
  }
  return std::nullopt;
}

/// Of the pairs that clash, that with the least room for each of its contradictions.
std::optional<Search::Decision> Search::choose() {
  std::optional<std::uint32_t> best;
  double least = 0;
  const std::vector<PackPair>& pairs = domains_.pairs();
  domains_.work -= std::ssize(pairs) / 2;
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    if (!domains_.clash(i)) continue;
    const std::int64_t room = domains_.slack_up(pairs[i]) + domains_.slack_down(pairs[i]);
    const std::int64_t blame = domains_.blame()[pairs[i].first] + domains_.blame()[pairs[i].second];
    const double score =
        static_cast<double>(room + domains_.unit()) / static_cast<double>(blame + 2);
    if (best && score >= least) continue;
    best = i;
    least = score;
  }
  if (!best) return std::nullopt;
  const bool up = like_[pairs[*best].first] < like_[pairs[*best].second];
  return Decision{*best, up ? PackOrder::first_below : PackOrder::second_below, domains_.mark()};
}

/// Takes the last decision that leaves another way the other way; false if there is none.
bool Search::backtrack() {
  for (; !decisions_.empty() && domains_.work > 0; decisions_.pop_back()) {
    Decision& last = decisions_.back();
    domains_.take_back(last.mark);
    if (last.second) continue;
    last.second = true;
    last.order =
        last.order == PackOrder::first_below ? PackOrder::second_below : PackOrder::first_below;
    if (domains_.decide(last.pair, last.order)) return true;
    domains_.take_back(last.mark);
  }
  return false;
}

/// The sizes that were given up. Those left to ask for lie between the bound and the bytes known to
/// be enough, on both sides of these.
class Sizes {
 public:
  void give_up(std::int64_t size) {
    from_ = to_ < from_ ? size : std::min(from_, size);
    to_ = std::max(to_, size);
  }

  /// The middle of those above the ones given up, then of those below.
  std::optional<std::int64_t> next(const Packed& packed) const {
    const auto middle = [](std::int64_t first, std::int64_t last) {
      return first <= last ? std::optional(first + (last - first) / 2) : std::nullopt;
    };
    const auto above = middle(std::max(packed.bound, to_ + 1), packed.bytes - 1);
    return above ? above : middle(packed.bound, std::min(packed.bytes, from_) - 1);
  }

 private:
  std::int64_t from_ = 0, to_ = -1;  // none yet
};

}  // namespace

void raise_bound(const PackProblem& problem, Packed& packed, std::int64_t& work) {
  if (pair_count(problem) > most_pairs) return;
  PackDomains domains(problem);
  domains.work = work / 4;
  std::int64_t possible = packed.bytes, size = packed.bound;
  while (packed.bound < possible && domains.work > 0) {
    if (domains.start(size))
      possible = size;
    else
      packed.bound = std::min(next_size(problem, size), packed.bytes);
    size = packed.bound + (possible - packed.bound) / 2;
  }
  work -= work / 4 - domains.work;
}

void pack_exactly(const PackProblem& problem, Packed& packed, std::vector<std::int64_t>& offsets,
                  std::int64_t& work) {
  if (pair_count(problem) > most_pairs) return;
  Search search(problem);
  Sizes sizes;
  // The bound is the most likely size: most of the work is for it.
  std::optional<std::int64_t> size = packed.bound;
  for (std::int64_t share = work * 3 / 4; size && work > least_work; share = work / 3) {
    const Answer answer = search.fit(*size, offsets, share);
    work -= share - search.work_left();
    if (answer == Answer::fits) {
      offsets = search.offsets();
      packed.bytes = size_of(problem, offsets);
    } else if (answer == Answer::too_small) {
      packed.bound = std::min(next_size(problem, *size), packed.bytes);
    } else {
      sizes.give_up(*size);
    }
    if (packed.bound == packed.bytes) return;
    size = sizes.next(packed);
  }
}

}  // namespace smelt
