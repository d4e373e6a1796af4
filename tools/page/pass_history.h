// SPDX-License-Identifier: Apache-2.0
//
// What the passes did to a graph: of each, which nodes left, came, or became others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/graph/graph.h"

namespace smelt::tools {

/// A node without the numbers of its constants.
struct SketchNode {
  std::string name;       ///< of the layer
  std::string_view op;    ///< "conv2d"
  std::string file_kind;  ///< operator name in the model file; empty: made by a pass
  std::string attributes;
  /// Nodes whose outputs it reads, each once; -1 - i: input i of the graph.
  std::vector<std::int32_t> reads;
  std::vector<std::string> outputs;       ///< "s8 1x25x5x64"
  std::vector<std::string> constants;     ///< likewise, of those that it reads
  std::vector<std::size_t> fingerprints;  ///< of their numbers and scales
  std::int64_t macs = 0;
};

struct Sketch {
  struct Port {
    std::string name, type;
    std::int32_t node = -1;  ///< that computes it; an input: -1
  };
  std::vector<SketchNode> nodes;  ///< in the order of execution
  std::vector<Port> inputs, outputs;
  std::int64_t macs = 0;
};

Sketch sketch_of(const Graph& graph);

/// "s8 1x25x5x64"
std::string type_text(const Tensor& tensor);

enum class Change : std::uint8_t { none, removed, added, changed };

struct NodeChange {
  Change change = Change::none;
  std::string name;
  std::string_view op;
  std::string what;  ///< "activation none, now relu"; of what is removed or added: empty
};

/// By node of either graph. Nodes of the same name and operator are the same, then nodes of the
/// same name, in their order.
struct Comparison {
  std::vector<NodeChange> before, after;
};
Comparison compare(const Sketch& before, const Sketch& after);

struct PassRecord {
  std::string name;
  std::size_t nodes = 0;            ///< behind it
  std::int64_t macs = 0;            ///< of one run, behind it
  std::vector<NodeChange> changes;  ///< without those that are none
};

class PassHistory {
 public:
  explicit PassHistory(Sketch before) : before_(std::move(before)), after_(before_) {}
  /// What the next pass gave.
  void add(std::string_view pass, Sketch after);

  const Sketch& before() const { return before_; }
  const Sketch& after() const { return after_; }
  const std::vector<PassRecord>& passes() const { return passes_; }

 private:
  Sketch before_, after_;
  std::vector<PassRecord> passes_;
};

}  // namespace smelt::tools
