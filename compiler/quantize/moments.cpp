// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/moments.h"

#include "compiler/evaluate/parallel.h"
#include "compiler/quantize/values.h"

namespace smelt {
namespace {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Sums are made of so many parts, whatever the number of cores, so that results do not depend on
/// it.
constexpr std::size_t parts = 8;

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

}  // namespace

void Moments::operator+=(const Moments& other) {
  if (found.size() == 0) {
    *this = other;
  } else if (other.found.size() != 0) {
    found += other.found;
    by_exact += other.by_exact;
    rows += other.rows;
  }
}

Moments Halves::all() const {
  Moments sum = first;
  sum += last;
  return sum;
}

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

Matrix weights_and_biases(const NodeView& view, std::int64_t first, std::int64_t count) {
  const LinearLayout layout(view);
  const std::vector<float> weights = elements<float>(view.input(weights_operand));
  std::vector<float> biases(static_cast<std::size_t>(layout.channels));
  if (view.has_input(bias_operand)) biases = elements<float>(view.input(bias_operand));
  Matrix columns(layout.taps + 1, count);
  for (std::int64_t c = 0; c < count; ++c) {
    for (std::int64_t tap = 0; tap < layout.taps; ++tap)
      columns(tap, c) = weights[layout.position(first + c, tap)];
    columns(layout.taps, c) = biases[static_cast<std::size_t>(first + c)];
  }
  return columns;
}

}  // namespace smelt
