// SPDX-License-Identifier: Apache-2.0
#include "compiler/lower/codings.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

namespace smelt {
namespace {

/// Of a layer's bytes: codings that differ by less are chosen by their speed.
constexpr std::int64_t negligible_part = 32;

/// What a node's weights cost under one coding.
struct Way {
  Coding coding = Coding::plain;
  std::int64_t bytes = 0;   ///< of all the node's constants
  double instructions = 0;  ///< of one run, estimated
};
struct Ways {
  std::vector<std::vector<Way>> nodes;  ///< by node; the first is plain
  std::int64_t others = 0;              ///< bytes of all other constants
};

std::map<std::string, std::int64_t> bytes_by_layer(const Program& program) {
  std::map<std::string, std::int64_t> bytes;
  for (const Constant& constant : program.constants)
    bytes[constant.layer] += static_cast<std::int64_t>(constant.bytes.size());
  return bytes;
}

const WeightCoding* coding_of(const Program& program, const std::string& layer) {
  for (const Step& step : program.steps)
    if (step.layer == layer && step.coding) return &*step.coding;
  return nullptr;
}

/// One pass over the weights reads `macs` / weights inputs with each.
double coded_instructions(const WeightCoding& coding, std::int64_t macs, std::int64_t passes,
                          const CodingCosts& costs) {
  const double symbols = costs.symbol * static_cast<double>(coding.symbols);
  // A layer that reads each weight once multiplies as it decodes.
  if (macs == coding.weights) return symbols;
  const double row = costs.weight * static_cast<double>(coding.weights);
  return costs.mac * static_cast<double>(macs) + (symbols + row) * static_cast<double>(passes);
}

Ways ways_of(const Graph& graph, const Target& target, const CodingOptions& options) {
  Ways ways{.nodes = std::vector<std::vector<Way>>(graph.nodes.size())};
  for (const Coding coding : all_codings) {
    const Program program =
        lower(graph, target, KernelChoice::best, Codings(graph.nodes.size(), coding));
    const auto bytes = bytes_by_layer(program);
    if (coding == Coding::plain)
      for (const auto& [layer, count] : bytes) ways.others += count;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      const auto found = bytes.find(node.name);
      if (found == bytes.end() || !node.op->macs) continue;
      const auto macs = node.op->macs({graph, node});
      const WeightCoding* facts = coding_of(program, node.name);
      if (coding == Coding::plain) {
        ways.nodes[i].push_back(
            {coding, found->second, target.coding_costs.plain_mac * static_cast<double>(macs)});
        ways.others -= found->second;
      } else if (facts) {
        ways.nodes[i].push_back(
            {coding, found->second,
             coded_instructions(*facts, macs, options.passes.empty() ? 1 : options.passes[i],
                                target.coding_costs)});
      }
    }
  }
  return ways;
}

/// The fastest of those that are as good as the smallest, and not larger than plain weights.
const Way& smallest(const std::vector<Way>& ways) {
  std::int64_t least = ways.front().bytes;
  for (const Way& way : ways) least = std::min(least, way.bytes);
  const std::int64_t most = std::min(ways.front().bytes, least + least / negligible_part);
  const Way* best = nullptr;
  for (const Way& way : ways)
    if (way.bytes <= most && (!best || std::pair(way.instructions, way.bytes) <
                                           std::pair(best->instructions, best->bytes)))
      best = &way;
  return *best;
}

const Way& fastest(const std::vector<Way>& ways) {
  return *std::min_element(ways.begin(), ways.end(), [](const Way& a, const Way& b) {
    return std::pair(a.instructions, a.bytes) < std::pair(b.instructions, b.bytes);
  });
}

/// Starts with the fastest ways, and takes again and again the one that saves most bytes for an
/// instruction more, until all fit; then gives back what need not have been taken.
class Fitting {
 public:
  Fitting(const Ways& ways, std::int64_t budget)
      : ways_(ways.nodes), chosen_(ways_.size()), bytes_(ways.others), budget_(budget) {
    for (std::size_t i = 0; i < ways_.size(); ++i)
      if (!ways_[i].empty()) set(i, fastest(ways_[i]));
  }

  std::vector<const Way*> run() {
    while (bytes_ > budget_ && shrink()) {
    }
    if (bytes_ <= budget_)
      for (std::size_t i = 0; i < ways_.size(); ++i) give_back(i);
    return chosen_;
  }

 private:
  void set(std::size_t node, const Way& way) {
    bytes_ += way.bytes - (chosen_[node] ? chosen_[node]->bytes : 0);
    chosen_[node] = &way;
  }

  bool shrink() {
    const Way* best = nullptr;
    std::size_t where = 0;
    double most = 0;
    for (std::size_t i = 0; i < ways_.size(); ++i)
      for (const Way& way : ways_[i]) {
        const auto saved = static_cast<double>(chosen_[i]->bytes - way.bytes);
        const double cost = std::max(1.0, way.instructions - chosen_[i]->instructions);
        if (saved <= 0 || saved / cost <= most) continue;
        most = saved / cost;
        best = &way;
        where = i;
      }
    if (best) set(where, *best);
    return best;
  }

  /// To the fastest way that there is room for.
  void give_back(std::size_t node) {
    for (const Way& way : ways_[node])
      if (way.instructions < chosen_[node]->instructions &&
          bytes_ + way.bytes - chosen_[node]->bytes <= budget_)
        set(node, way);
  }

  const std::vector<std::vector<Way>>& ways_;
  std::vector<const Way*> chosen_;
  std::int64_t bytes_, budget_;
};

}  // namespace

Codings choose_codings(const Graph& graph, const Target& target, const CodingOptions& options) {
  Codings codings(graph.nodes.size(), Coding::plain);
  if (options.mode == CodingMode::plain) return codings;
  const Ways ways = ways_of(graph, target, options);
  if (options.mode == CodingMode::smallest) {
    for (std::size_t i = 0; i < codings.size(); ++i)
      if (!ways.nodes[i].empty()) codings[i] = smallest(ways.nodes[i]).coding;
    return codings;
  }
  const auto budget = options.flash.value_or(std::numeric_limits<std::int64_t>::max());
  const std::vector<const Way*> chosen = Fitting(ways, budget).run();
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) codings[i] = chosen[i]->coding;
  return codings;
}

}  // namespace smelt
