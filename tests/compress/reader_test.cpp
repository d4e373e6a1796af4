// SPDX-License-Identifier: Apache-2.0
#include "compiler/compress/reader.h"

#include <Eigen/Cholesky>
#include <catch2/catch.hpp>

#include "compiler/quantize/least_squares.h"
#include "tests/support/dense.h"

using namespace smelt;
using namespace smelt::test;

TEST_CASE("a reader's losses add up to that of the best weights that are left", "[compress]") {
  const Dense layer(4);
  const NodeView view{layer.b.graph, layer.b.graph.nodes[0]};
  const Moments moments = moments_of(view, 0, layer.pointers(), layer.pointers()).all();
  ChannelReader reader(view, moments);
  double sum = 0;
  std::vector<Eigen::Index> kept;
  for (std::int32_t c = 0; c < Dense::inputs + 1; ++c) {
    if (c >= 9) {
      kept.push_back(c);
      continue;
    }
    const double loss = reader.loss(c);
    CHECK(loss >= 0);
    sum += loss;
    reader.remove(c);
  }
  CHECK(reader.removed() == 9);
  const Matrix original = weights_and_biases(view, 0, Dense::outputs);
  const LeastSquares squares(moments, original, usual_hold);
  const Matrix hessian = squares.hessian()(kept, kept);
  const Matrix right = squares.right()(kept, Eigen::all);
  const double least = original.cwiseProduct(squares.right()).sum() -
                       right.cwiseProduct(hessian.ldlt().solve(right)).sum();
  const double power = original.cwiseProduct(moments.found * original).sum() -
                       (moments.found.bottomRows(1) * original).squaredNorm() / moments.rows;
  CHECK(sum == Approx(least / power).epsilon(1e-6));
}
