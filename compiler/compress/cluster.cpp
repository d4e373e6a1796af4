// SPDX-License-Identifier: Apache-2.0
//
// The graph is changed node by node in the order of execution; it and what it was are run along on
// the samples, so that every layer's levels are chosen knowing the errors of those before it.
#include "compiler/compress/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/compress/codebook.h"
#include "compiler/quantize/least_squares.h"
#include "compiler/quantize/linear.h"
#include "compiler/quantize/moments.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

using Eigen::Index;

constexpr std::int32_t max_bits = 6;

bool is_finite(const Graph& graph, const Node& node) {
  return std::all_of(node.inputs.begin() + weights_operand, node.inputs.end(), [&](TensorId id) {
    if (id == no_tensor) return true;
    const std::vector<float> values = elements<float>(graph[id]);
    return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
  });
}

/// What the weights of one group of output channels solve, the biases being what is best beside
/// them.
struct GroupSquares {
  Matrix hessian;  // [taps][taps]; empty: there are no data
  Matrix right;    // [taps][channels]
  Matrix weights;  // [taps][channels], before they are clustered
  Matrix to_bias;  // [1][taps]: the biases are free_bias - to_bias * weights
  Matrix free_bias;
};

GroupSquares without_data(const Matrix& original) {
  const Index taps = original.rows() - 1;
  const Matrix weights = original.topRows(taps);
  return {.right = weights,
          .weights = weights,
          .to_bias = Matrix::Zero(1, taps),
          .free_bias = original.bottomRows(1)};
}

GroupSquares with_data(const LeastSquares& squares, const Kept& kept) {
  const Index taps = kept.rows();
  const double power = squares.hessian()(taps, taps);
  GroupSquares result;
  result.weights = squares.solve(kept).topRows(taps);
  result.to_bias = squares.hessian().row(taps).head(taps) / power;
  result.free_bias = squares.right().bottomRows(1) / power;
  result.hessian = squares.hessian().topLeftCorner(taps, taps) -
                   power * result.to_bias.transpose() * result.to_bias;
  result.right =
      squares.right().topRows(taps) - power * result.to_bias.transpose() * result.free_bias;
  return result;
}

class Layer {
 public:
  Layer(const NodeView& view, const std::vector<std::uint8_t>& kept)
      : view_(view), layout_(view), kept_(kept) {
    for (std::int64_t first = 0; first < layout_.channels; first += layout_.group_channels)
      groups_.push_back(without_data(weights_and_biases(view, first, layout_.group_channels)));
  }

  /// Makes up for what operand 0 is on data, as the reference has it and as it has been found.
  void observe(const std::vector<const Bytes*>& exact, const std::vector<const Bytes*>& found) {
    if (!view_.node.op->quantization->patches || layout_.taps > max_taps || exact.empty()) return;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const Moments moments = moments_of(view_, static_cast<std::int32_t>(g), exact, found).all();
      if (!moments.finite()) continue;
      const Matrix original = weights_and_biases(view_, first_channel(g), layout_.group_channels);
      const LeastSquares squares(moments, original, usual_hold);
      groups_[g] = with_data(squares, kept(g));
    }
  }

  /// Of the sums, biases apart.
  double signal() const {
    double sum = 0;
    for (const GroupSquares& group : groups_) sum += group.weights.cwiseProduct(group.right).sum();
    return std::max(sum, 0.0);
  }

  CompressedWeights cluster(const CodebookOptions& options, bool by_channel) {
    values_.resize(static_cast<std::size_t>(layout_.channels * layout_.taps));
    biases_.resize(static_cast<std::size_t>(layout_.channels));
    CompressedWeights result{.kept = kept_};
    const std::int64_t shared = by_channel ? 1 : layout_.channels;
    for (std::int64_t first = 0; first < layout_.channels; first += shared) {
      std::vector<ChannelSquares> channels;
      for (std::int64_t c = first; c < first + shared; ++c) channels.push_back(squares(c));
      const Codebook codebook = make_codebook(std::move(channels), options);
      for (std::int64_t c = first; c < first + shared; ++c)
        take(c, codebook, static_cast<std::size_t>(c - first));
      result.scales.insert(result.scales.end(), codebook.scales.begin(), codebook.scales.end());
      result.levels.push_back(codebook.levels);
    }
    return result;
  }

  const std::vector<float>& values() const { return values_; }
  const std::vector<float>& biases() const { return biases_; }

 private:
  std::int64_t first_channel(std::size_t group) const {
    return static_cast<std::int64_t>(group) * layout_.group_channels;
  }
  const GroupSquares& group(std::int64_t channel) const {
    return groups_[static_cast<std::size_t>(channel / layout_.group_channels)];
  }

  bool kept(std::int64_t channel, std::int64_t tap) const {
    return kept_.empty() || kept_[layout_.position(channel, tap)] != 0;
  }
  Kept kept(std::size_t group) const {
    Kept result(layout_.taps, layout_.group_channels);
    for (Index c = 0; c < result.cols(); ++c)
      for (Index tap = 0; tap < result.rows(); ++tap)
        result(tap, c) = kept(first_channel(group) + c, tap);
    return result;
  }

  ChannelSquares squares(std::int64_t channel) const {
    const GroupSquares& from = group(channel);
    const Index column = channel % layout_.group_channels;
    ChannelSquares result{.hessian = from.hessian.size() ? &from.hessian : nullptr,
                          .right = from.right.col(column),
                          .weights = from.weights.col(column)};
    for (std::int64_t tap = 0; tap < layout_.taps; ++tap)
      result.kept.push_back(kept(channel, tap) ? 1 : 0);
    return result;
  }

  void take(std::int64_t channel, const Codebook& codebook, std::size_t of_codebook) {
    const GroupSquares& from = group(channel);
    const float scale = codebook.scales[of_codebook];
    double bias = from.free_bias(0, channel % layout_.group_channels);
    for (std::int64_t tap = 0; tap < layout_.taps; ++tap) {
      const auto level = codebook.channels[of_codebook][static_cast<std::size_t>(tap)];
      const float value = scale * static_cast<float>(level);
      values_[layout_.position(channel, tap)] = value;
      bias -= from.to_bias(0, tap) * double{value};
    }
    biases_[static_cast<std::size_t>(channel)] = static_cast<float>(bias);
  }

  const NodeView view_;
  const LinearLayout layout_;
  const std::vector<std::uint8_t> kept_;
  std::vector<GroupSquares> groups_;
  std::vector<float> values_, biases_;
};

class Clustering {
 public:
  Clustering(Compressed& compressed, const std::vector<Sample>& samples,
             const ClusterOptions& options)
      : compressed_(compressed),
        options_(options),
        samples_(samples),
        reference_(compressed.graph) {
    changes_.resize(reference_.nodes.size());
    for (const std::size_t i : compressible_nodes(reference_)) {
      const Node& node = reference_.nodes[i];
      changes_[i] = bits(node) > 0 && is_finite(reference_, node);
      if (changes_[i]) weights_ += element_count(reference_[node.inputs[weights_operand]].shape);
    }
  }

  void run() {
    run_beside(reference_, compressed_.graph, samples_,
               [&](std::size_t i, const Values& exact, const Values& found) {
                 if (changes_[i]) change(i, exact, found);
               });
  }

 private:
  std::int32_t bits(const Node& node) const {
    const auto named = options_.layers.find(node.name);
    return named == options_.layers.end() ? options_.bits : named->second;
  }

  void change(std::size_t i, const Values& exact, const Values& found) {
    const Node& node = reference_.nodes[i];
    CompressedWeights& entry = compressed_.layers[node.name];
    Layer layer({reference_, node}, entry.kept);
    if (!reference_[node.inputs[0]].constant && !reference_[node.inputs[0]].variable)
      layer.observe(exact.all(node.inputs[0]), found.all(node.inputs[0]));
    const CodebookOptions options{
        .levels = std::size_t{1} << bits(node),
        .bit_price = options_.rate * layer.signal() / static_cast<double>(weights_)};
    entry = layer.cluster(options, options_.by_channel);
    set_weights(compressed_.graph, i, layer.values(), layer.biases());
  }

  Compressed& compressed_;
  const ClusterOptions& options_;
  const std::vector<Sample>& samples_;
  const Graph reference_;
  std::vector<bool> changes_;  // by node: its weights become levels
  std::int64_t weights_ = 0;   // in all of these
};

void check_bits(std::int32_t bits, Place place, Diagnostics& diagnostics) {
  if (bits >= 0 && bits <= max_bits) return;
  diagnostics.error(std::move(place), fmt::format("cannot cluster weights in {} bits", bits))
      .note("1 to 6 bits give 2 to 64 levels; 0 leaves weights as they are");
}

void check_layer(const Graph& graph, const std::string& name, std::int32_t bits,
                 Diagnostics& diagnostics) {
  for (const std::size_t i : compressible_nodes(graph)) {
    const Node& node = graph.nodes[i];
    if (node.name != name) continue;
    check_bits(bits, place_of(graph, node), diagnostics);
    if (bits > 0 && !is_finite(graph, node))
      diagnostics.error(place_of(graph, node), "has weights that are not finite")
          .note("0 bits leave the layer as it is");
    return;
  }
  report_no_layer(graph, name, diagnostics);
}

bool check(const Graph& graph, const CompressedLayers& layers, const ClusterOptions& options,
           Diagnostics& diagnostics) {
  check_compressed(graph, layers, diagnostics);
  check_bits(options.bits, place_of(graph), diagnostics);
  for (const auto& [name, bits] : options.layers) check_layer(graph, name, bits, diagnostics);
  if (!(options.rate >= 0) || !std::isfinite(options.rate))
    diagnostics.error(place_of(graph), "the rate must be a number, 0 or more")
        .note("0 counts no bits; 0.1 saves some");
  return !diagnostics.failed();
}

}  // namespace

void cluster(Compressed& compressed, const std::vector<Sample>& samples,
             const ClusterOptions& options, Diagnostics& diagnostics) {
  if (check(compressed.graph, compressed.layers, options, diagnostics))
    Clustering(compressed, samples, options).run();
}

}  // namespace smelt
