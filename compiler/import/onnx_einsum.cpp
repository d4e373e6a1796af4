// SPDX-License-Identifier: Apache-2.0
//
// Einsum as what it is made of: diagonals are slices, letters that occur once are summed, and two
// operands are multiplied as matrices, [shared, kept][left][summed] times [shared, kept][summed]
// [right]. Operands are joined from left to right.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "compiler/import/onnx_operators.h"
#include "compiler/ops/batch_matmul.h"
#include "compiler/ops/reduce.h"
#include "compiler/ops/slice.h"

namespace smelt::onnx_import {
namespace {

/// One per dimension: a letter, or a number below 0 for one of "...", counted from the back.
using Labels = std::vector<int>;

bool contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// An operand, or what has been made of some.
struct Term {
  TensorId id = no_tensor;
  Labels labels;
};

struct Equation {
  std::vector<std::string> operands;
  std::optional<std::string> result;
};

Equation split(std::string text) {
  std::erase(text, ' ');
  Equation equation;
  if (const std::size_t arrow = text.find("->"); arrow != std::string::npos) {
    equation.result = text.substr(arrow + 2);
    text.resize(arrow);
  }
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    equation.operands.push_back(text.substr(from, comma - from));
    from = comma + 1;
  }
  return equation;
}

/// The labels of `text`, whose "..." stands for `rank` dimensions; nothing if it is no such text.
std::optional<Labels> labels_of(const std::string& text, std::int64_t rank) {
  Labels labels;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text.compare(i, 3, "...") == 0) {
      for (std::int64_t left = rank; left > 0; --left) labels.push_back(static_cast<int>(-left));
      rank = -1;  // not again
      i += 2;
    } else if ((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= 'A' && text[i] <= 'Z')) {
      labels.push_back(text[i]);
    } else {
      return std::nullopt;
    }
  return labels;
}

class Einsum {
 public:
  explicit Einsum(Operator& op) : op_(op) {}

  TensorId run(const Equation& equation) {
    std::vector<Term> terms;
    std::int64_t dots = 0;  // dimensions of "..."
    for (std::size_t i = 0; i < equation.operands.size(); ++i) {
      const auto rank = static_cast<std::int64_t>(op_.input(i).shape.size());
      const bool has_dots = equation.operands[i].find("...") != std::string::npos;
      const std::int64_t more =
          has_dots ? rank - static_cast<std::int64_t>(equation.operands[i].size()) + 3 : 0;
      const auto labels = labels_of(equation.operands[i], more);
      if (!labels || static_cast<std::int64_t>(labels->size()) != rank) return no_tensor;
      terms.push_back({op_.inputs[i], *labels});
      dots = std::max(dots, more);
    }
    const auto wanted = equation.result ? labels_of(*equation.result, dots) : implied(terms, dots);
    if (!wanted) return no_tensor;
    for (Term& term : terms)
      if (!take_diagonals(term)) return no_tensor;
    return join(std::move(terms), *wanted);
  }

 private:
  /// Without "->": "..." and, in the order of the alphabet, the letters that occur once.
  static Labels implied(const std::vector<Term>& terms, std::int64_t dots) {
    Labels all, result;
    for (const Term& term : terms) all.insert(all.end(), term.labels.begin(), term.labels.end());
    for (std::int64_t left = dots; left > 0; --left) result.push_back(static_cast<int>(-left));
    std::sort(all.begin(), all.end());
    for (const int label : all)
      if (label > 0 && std::count(all.begin(), all.end(), label) == 1) result.push_back(label);
    return result;
  }

  TensorId join(std::vector<Term> terms, const Labels& wanted) {
    Term sum = terms[0];
    for (std::size_t i = 1; i <= terms.size(); ++i) {
      Labels needed = wanted;
      for (std::size_t j = i; j < terms.size(); ++j)
        needed.insert(needed.end(), terms[j].labels.begin(), terms[j].labels.end());
      if (!sum_over(sum, needed)) return no_tensor;
      if (i == terms.size()) break;
      Labels later = wanted;
      for (std::size_t j = i + 1; j < terms.size(); ++j)
        later.insert(later.end(), terms[j].labels.begin(), terms[j].labels.end());
      Labels others = later;
      others.insert(others.end(), sum.labels.begin(), sum.labels.end());
      if (!sum_over(terms[i], others)) return no_tensor;
      sum = product(sum, terms[i], later);
      if (sum.id == no_tensor) return no_tensor;
    }
    const bool complete = sum.labels.size() == wanted.size() &&
                          std::is_permutation(wanted.begin(), wanted.end(), sum.labels.begin());
    return complete ? in_order(sum, wanted) : no_tensor;
  }

  std::int32_t extent(const Term& term, int label) const {
    const auto place = std::find(term.labels.begin(), term.labels.end(), label);
    return place == term.labels.end()
               ? 1
               : op_.shape(term.id)[static_cast<std::size_t>(place - term.labels.begin())];
  }

  TensorId in_order(const Term& term, const Labels& labels) {
    std::vector<std::int32_t> permutation;
    for (const int label : labels) {
      const auto place = std::find(term.labels.begin(), term.labels.end(), label);
      permutation.push_back(static_cast<std::int32_t>(place - term.labels.begin()));
    }
    return op_.transpose(term.id, permutation);
  }

  /// Two dimensions of one label, the first of them first; nothing if all labels differ.
  static std::optional<std::pair<std::size_t, std::size_t>> repeated(const Labels& labels) {
    for (std::size_t first = 0; first < labels.size(); ++first)
      for (std::size_t second = first + 1; second < labels.size(); ++second)
        if (labels[first] == labels[second]) return std::pair(first, second);
    return std::nullopt;
  }

  /// Labels that occur twice become one; false if one occurs more often, or with two extents.
  bool take_diagonals(Term& term) {
    for (const int label : term.labels)
      if (std::count(term.labels.begin(), term.labels.end(), label) > 2) return false;
    while (const auto pair = repeated(term.labels))
      if (!take_diagonal(term, pair->first, pair->second)) return false;
    return true;
  }

  /// With both dimensions behind the others, their diagonal is every (n+1)-th element.
  bool take_diagonal(Term& term, std::size_t first, std::size_t second) {
    const std::int32_t n = op_.shape(term.id)[first];
    if (op_.shape(term.id)[second] != n) return false;
    std::vector<std::int32_t> order;
    Labels labels;
    for (std::size_t i = 0; i < term.labels.size(); ++i)
      if (i != first && i != second) {
        order.push_back(static_cast<std::int32_t>(i));
        labels.push_back(term.labels[i]);
      }
    labels.push_back(term.labels[first]);
    order.push_back(static_cast<std::int32_t>(first));
    order.push_back(static_cast<std::int32_t>(second));
    const TensorId moved = op_.transpose(term.id, order);
    if (moved == no_tensor) return false;
    Shape shape = op_.shape(moved);
    shape.pop_back();
    shape.back() = n * n;
    ops::SliceAttributes slice{.begin = std::vector<std::int32_t>(shape.size(), 0),
                               .stride = std::vector<std::int32_t>(shape.size(), 1),
                               .size = shape};
    slice.stride.back() = n + 1;
    slice.size.back() = n;
    term = {op_.apply(ops::slice, slice, {op_.reshape(moved, shape)}), labels};
    return term.id != no_tensor;
  }

  /// Adds up the dimensions that nobody needs; false if their type cannot be added.
  bool sum_over(Term& term, const Labels& needed) {
    std::vector<std::int32_t> axes;
    Labels left;
    for (std::size_t i = 0; i < term.labels.size(); ++i)
      if (contains(needed, term.labels[i]))
        left.push_back(term.labels[i]);
      else
        axes.push_back(static_cast<std::int32_t>(i));
    if (axes.empty()) return true;
    term = {op_.apply(ops::sum, ops::ReduceAttributes{.axes = axes}, {term.id}), left};
    return term.id != no_tensor;
  }

  /// The labels of `labels` that are in `others`, or are not.
  static Labels part(const Labels& labels, const Labels& others, bool in) {
    Labels result;
    std::copy_if(labels.begin(), labels.end(), std::back_inserter(result),
                 [&](int label) { return contains(others, label) == in; });
    return result;
  }

  /// The operand as matrices: dimensions `batch`, each with its extent or 1, and two more.
  TensorId as_matrices(const Term& term, const Labels& batch, const Labels& rows,
                       const Labels& columns) {
    Labels order = part(batch, term.labels, true);
    order.insert(order.end(), rows.begin(), rows.end());
    order.insert(order.end(), columns.begin(), columns.end());
    Shape shape;
    for (const int label : batch) shape.push_back(extent(term, label));
    for (const Labels* labels : {&rows, &columns}) {
      std::int32_t count = 1;  // of parts of a tensor, whose elements fit
      for (const int label : *labels) count *= extent(term, label);
      shape.push_back(count);
    }
    return op_.reshape(in_order(term, order), shape);
  }

  Term product(const Term& a, const Term& b, const Labels& needed) {
    const Labels both = part(a.labels, b.labels, true);
    const Labels batch = part(both, needed, true);
    const Labels summed = part(both, needed, false);
    const Labels left = part(a.labels, both, false), right = part(b.labels, both, false);
    for (const int label : summed)
      if (extent(a, label) != extent(b, label)) return {};
    const TensorId matrices =
        op_.apply(ops::batch_matmul, ops::BatchMatmulAttributes{},
                  {as_matrices(a, batch, left, summed), as_matrices(b, batch, summed, right)});
    if (matrices == no_tensor) return {};
    Term result{matrices, batch};
    Shape shape;
    for (const int label : batch) shape.push_back(std::max(extent(a, label), extent(b, label)));
    for (const int label : left) shape.push_back(extent(a, label));
    for (const int label : right) shape.push_back(extent(b, label));
    result.labels.insert(result.labels.end(), left.begin(), left.end());
    result.labels.insert(result.labels.end(), right.begin(), right.end());
    result.id = op_.reshape(matrices, shape);
    return result;
  }

  Operator& op_;
};

}  // namespace

void einsum(Operator& op) {
  const std::string text = op.text("equation", "");
  const Equation equation = split(text);
  if (!op.takes(equation.operands.size(), equation.operands.size())) return;
  const TensorId id = Einsum(op).run(equation);
  if (id == no_tensor)
    return op.error(fmt::format("equation \"{}\" does not fit its operands", text),
                    "letters are dimensions; one occurs twice in an operand at most, and has one "
                    "extent everywhere");
  op.result(id);
}

}  // namespace smelt::onnx_import
