// SPDX-License-Identifier: Apache-2.0
#include "compiler/quantize/least_squares.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "compiler/evaluate/parallel.h"

namespace smelt {
namespace {

/// Which is best is seen on data that has not been fitted to.
constexpr double holds[] = {0.03, 0.3, 3, 1e4};
constexpr std::int64_t max_compared_taps = 1024;
/// Columns that keep other rows are solved by themselves, up to so many multiplications; beyond,
/// all are solved as one, and what is not kept is an error that those behind it make up for.
constexpr double max_separate_work = 1e10;

/// U, upper triangular with U' U the inverse of the hessian: an error e of element i is made up for
/// best if element j behind it changes by -e U(i, j) / U(i, i).
Matrix compensations(const Matrix& hessian, const Eigen::LLT<Matrix>& solver) {
  const Matrix inverse = solver.solve(Matrix::Identity(hessian.rows(), hessian.cols()));
  return inverse.llt().matrixU();
}

/// Columns that keep the same rows; the last row, the bias, is always kept.
struct Equations {
  std::vector<Eigen::Index> rows, columns;
};

std::vector<Equations> equations_of(const Kept& kept) {
  std::map<std::vector<Eigen::Index>, std::vector<Eigen::Index>> columns;
  for (Eigen::Index column = 0; column < kept.cols(); ++column) {
    std::vector<Eigen::Index> rows;
    for (Eigen::Index tap = 0; tap < kept.rows(); ++tap)
      if (kept(tap, column)) rows.push_back(tap);
    rows.push_back(kept.rows());
    columns[std::move(rows)].push_back(column);
  }
  double work = 0;
  std::vector<Equations> result;
  for (const auto& [rows, those] : columns) {
    work += std::pow(static_cast<double>(rows.size()), 3);
    result.push_back({rows, those});
  }
  if (columns.size() == 1 || work <= max_separate_work) return result;
  Equations all{std::vector<Eigen::Index>(static_cast<std::size_t>(kept.rows() + 1)),
                std::vector<Eigen::Index>(static_cast<std::size_t>(kept.cols()))};
  std::iota(all.rows.begin(), all.rows.end(), 0);
  std::iota(all.columns.begin(), all.columns.end(), 0);
  return {all};
}

/// A column's weights at their places, what is not kept being 0.
Eigen::VectorXd weights_of(const Kept& kept, const Equations& equations, const Matrix& left,
                           std::size_t column) {
  Eigen::VectorXd weights = Eigen::VectorXd::Zero(kept.rows());
  for (std::size_t i = 0; i + 1 < equations.rows.size(); ++i)
    if (kept(equations.rows[i], equations.columns[column]))
      weights[equations.rows[i]] =
          left(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(column));
  return weights;
}

void choose_in_order(const Equations& equations, const Matrix& factor,
                     const LeastSquares::Choose& choose, Matrix& left) {
  const Eigen::Index taps = left.rows() - 1;
  for (Eigen::Index i = 0; i < taps; ++i) {
    Eigen::RowVectorXd error = left.row(i);
    for (Eigen::Index j = 0; j < left.cols(); ++j)
      left(i, j) = choose(equations.columns[static_cast<std::size_t>(j)],
                          equations.rows[static_cast<std::size_t>(i)], left(i, j));
    error -= left.row(i);
    left.bottomRows(taps - i) -= factor.row(i).tail(taps - i).transpose() * (error / factor(i, i));
  }
}

}  // namespace

LeastSquares::LeastSquares(const Moments& moments, const Matrix& original, double hold) {
  const Eigen::VectorXd power = moments.found.diagonal();
  const double floor = 1e-3 * power.mean() + 1e-12;
  Eigen::VectorXd held = hold * (power.array() + floor).matrix();
  held[held.size() - 1] = holds[0] * floor;  // every row of data tells of the bias
  hessian_ = moments.found + Matrix(held.asDiagonal());
  right_ = moments.by_exact * original + held.asDiagonal() * original;
}

Matrix LeastSquares::solve(const Kept& kept) const {
  return solve(
      kept, [](std::int64_t, const Eigen::VectorXd&) {},
      [&](std::int64_t column, std::int64_t tap, double value) {
        return kept(tap, column) ? value : 0;
      });
}

Matrix LeastSquares::solve(const Kept& kept, const Start& start, const Choose& choose) const {
  const std::vector<Equations> all = equations_of(kept);
  Matrix result = Matrix::Zero(right_.rows(), right_.cols());
  parallel_for(all.size(), [&] {
    return [&](std::size_t i) {
      const auto& [rows, columns] = all[i];
      const Matrix hessian = hessian_(rows, rows);
      const Eigen::LLT<Matrix> solver(hessian);
      Matrix left = solver.solve(Matrix(right_(rows, columns)));
      for (std::size_t j = 0; j < columns.size(); ++j)
        start(columns[j], weights_of(kept, all[i], left, j));
      choose_in_order(all[i], compensations(hessian, solver), choose, left);
      result(rows, columns) = left;
    };
  });
  return result;
}

double best_hold(const Halves& halves, const Matrix& original,
                 const std::function<Matrix(const Moments&, double hold)>& fit) {
  if (original.rows() > max_compared_taps || halves.first.rows == 0) return usual_hold;
  double best = usual_hold, least = std::numeric_limits<double>::infinity();
  for (const double hold : holds) {
    const Matrix fitted = fit(halves.first, hold);
    const double error =
        (fitted.cwiseProduct(halves.last.found * fitted - 2 * halves.last.by_exact * original))
            .sum();
    if (error >= least) continue;
    least = error;
    best = hold;
  }
  return best;
}

}  // namespace smelt
