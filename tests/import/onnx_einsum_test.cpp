// SPDX-License-Identifier: Apache-2.0
//
// Einsum beyond what ONNX's own tests have: against sums over all indices.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>

#include "compiler/evaluate/evaluate.h"
#include "tests/import/onnx_models.h"

using namespace smelt;
using namespace smelt::test;
using Catch::Matchers::Contains;

namespace {

std::vector<float> numbers(const Shape& shape, float first) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
  std::iota(values.begin(), values.end(), first);
  return values;
}

/// The element of a tensor at the places that the letters have.
std::size_t place(const std::string& letters, const Shape& shape, std::map<char, int>& at) {
  std::size_t index = 0;
  for (std::size_t i = 0; i < letters.size(); ++i)
    index = index * static_cast<std::size_t>(shape[i]) + static_cast<std::size_t>(at[letters[i]]);
  return index;
}

struct Factor {
  std::string letters;
  Shape shape;
};

/// Sums over every assignment of numbers to letters.
std::vector<float> naive(const std::vector<Factor>& factors, const std::string& result) {
  std::map<char, int> extents, at;
  for (const Factor& factor : factors)
    for (std::size_t i = 0; i < factor.letters.size(); ++i)
      extents[factor.letters[i]] = factor.shape[i];
  Shape shape;
  for (const char letter : result) shape.push_back(extents[letter]);
  std::vector<float> sums(static_cast<std::size_t>(element_count(shape)));
  std::int64_t count = 1;
  for (const auto& [letter, extent] : extents) count *= extent;
  for (std::int64_t n = 0; n < count; ++n) {
    std::int64_t rest = n;
    for (const auto& [letter, extent] : extents) {
      at[letter] = static_cast<int>(rest % extent);
      rest /= extent;
    }
    float product = 1;
    for (std::size_t i = 0; i < factors.size(); ++i)
      product *= numbers(factors[i].shape, static_cast<float>(i) -
                                               2)[place(factors[i].letters, factors[i].shape, at)];
    sums[place(result, shape, at)] += product;
  }
  return sums;
}

std::string model_text(const std::vector<Factor>& factors, const std::string& equation) {
  std::string inputs, names;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    const std::string name(1, static_cast<char>('p' + i)), comma = i ? ", " : "";
    std::string shape;
    for (const std::int32_t extent : factors[i].shape)
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    inputs += comma + "float[" + shape + "] " + name;
    names += comma + name;
  }
  // Dimensions of the result have the names of their letters.
  std::string result;
  for (std::size_t i = equation.find('>') + 1; i < equation.size(); ++i)
    result += (result.empty() ? "" : ",") + equation.substr(i, 1);
  if (!result.empty()) result = "[" + result + "]";
  return "(" + inputs + ") => (float" + result + " z) { z = Einsum<equation = \"" + equation +
         "\">(" + names + ") }";
}

void check(const std::vector<Factor>& factors, const std::string& result) {
  std::string equation;
  std::vector<Bytes> inputs;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    equation += (i ? "," : "") + factors[i].letters;
    inputs.push_back(to_bytes(numbers(factors[i].shape, static_cast<float>(i) - 2)));
  }
  equation += "->" + result;
  CAPTURE(equation);
  const Graph graph = accepted(model(model_text(factors, equation))).graph;
  CHECK(elements<float>({.data = Evaluation(graph).run(inputs)[0]}) == naive(factors, result));
}

}  // namespace

TEST_CASE("einsum is the sum over all letters that the result has not") {
  check({{"ij", {2, 3}}}, "ji");
  check({{"iji", {2, 3, 2}}}, "j");
  check({{"iijj", {2, 2, 3, 3}}}, "ji");
  check({{"ij", {2, 3}}, {"jk", {3, 4}}}, "ki");
  check({{"bij", {2, 3, 4}}, {"kbj", {5, 2, 4}}}, "bki");
  check({{"ij", {2, 3}}, {"kl", {4, 2}}}, "ilkj");
  check({{"ij", {2, 3}}, {"jk", {3, 4}}, {"kl", {4, 2}}}, "il");
  check({{"ij", {2, 3}}, {"ij", {2, 3}}, {"ij", {2, 3}}}, "i");
  check({{"i", {3}}, {"i", {3}}}, "");
}

TEST_CASE("einsum of what cannot be added or multiplied is refused") {
  for (const std::string type : {"int8", "bool", "uint8"})
    for (const std::string equation : {"ij->i", "ij,jk->ik", "ii,ik->k", "ii,ik,k->"}) {
      CAPTURE(type, equation);
      const auto count = std::count(equation.begin(), equation.end(), ',');
      const std::string names[] = {"p", "p, q", "p, q, r"};
      refusal(model("(" + type + "[2,2] p, " + type + "[2,2] q, " + type + "[2] r) => (" + type +
                    " z) { z = Einsum<equation = \"" + equation + "\">(" + names[count] + ") }"));
    }
}

TEST_CASE("einsum says which equation does not fit") {
  for (const std::string equation :
       {"ij->k", "ijk->i", "i->i", "ij->ijj", "i!->i", "iii->i", "...i...->i", "ij->ii"})
    CHECK_THAT(refusal(model(model_text({{"", {2, 3}}}, equation))), Contains("does not fit"));
  CHECK_THAT(refusal(model(model_text({{"", {2, 3}}, {"", {2, 3}}}, "ij,jk->ik"))),
             Contains("does not fit") || Contains("is not valid"));
}
