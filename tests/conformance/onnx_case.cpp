// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/onnx_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "compiler/import/onnx.h"
#include "compiler/import/onnx_tensor.h"
#include "tools/files.h"

namespace smelt::test {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
  Diagnostics diagnostics;
  return tools::read_file(path, diagnostics).value_or(std::vector<std::uint8_t>());
}

/// Names and number of the inputs that the file has no values for.
std::vector<std::string> free_inputs(const std::vector<std::uint8_t>& bytes) {
  onnx::ModelProto model;
  std::vector<std::string> names;
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return names;
  std::set<std::string> initialized;
  for (const auto& each : model.graph().initializer()) initialized.insert(each.name());
  for (const auto& input : model.graph().input())
    if (!initialized.contains(input.name())) names.push_back(input.name());
  return names;
}

/// prefix_0.pb, prefix_1.pb, ... up to the first that is missing or no tensor.
std::vector<Tensor> read_tensors(const fs::path& folder, std::string_view prefix) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path path = folder / fmt::format("{}_{}.pb", prefix, i);
    if (!fs::exists(path)) return tensors;
    onnx::TensorProto proto;
    const auto bytes = bytes_of(path);
    if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return tensors;
    auto [tensor, problem] = onnx_import::read_tensor(proto);
    if (!problem.empty()) tensor.shape = {-1};
    tensors.push_back(std::move(tensor));
  }
}

bool readable(const Tensor& tensor) {
  return tensor.shape != Shape{-1};
}

std::string first_error(const Diagnostics& diagnostics) {
  for (const Diagnostic& each : diagnostics.all()) {
    if (each.severity != Diagnostic::Severity::error) continue;
    const std::string text = to_string(each);
    const std::string mark = "error: ";
    const std::size_t from = text.find(mark) + mark.size();
    return text.substr(from, text.find('\n') - from);
  }
  return {};
}

/// Whether input `i` is bound at the n-th attempt.
bool binds(int attempt, std::size_t i, const Tensor& value) {
  if (attempt == 3) return true;
  if (i == 0 || attempt == 0) return false;
  return attempt == 2 || value.type == ElementType::s64 || value.type == ElementType::boolean;
}

/// Whether a note says that the input must be bound.
bool asks_for(const Diagnostics& diagnostics, const std::string& name) {
  const std::string wanted = fmt::format("--bind {}=", name);
  for (const Diagnostic& each : diagnostics.all())
    for (const std::string& note : each.notes)
      if (note.find(wanted) != std::string::npos) return true;
  return false;
}

OnnxData data_of(const Graph& graph, const std::vector<std::string>& names,
                 const std::vector<Tensor>& inputs, std::vector<Tensor> outputs) {
  OnnxData data{.outputs = std::move(outputs)};
  for (const TensorId id : graph.inputs)
    for (std::size_t i = 0; i < names.size() && i < inputs.size(); ++i)
      if (names[i] == graph[id].name) data.inputs.push_back(inputs[i].data);
  return data;
}

template <typename T>
bool close(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return a == b || std::abs(a - b) <= 1e-5F + 1e-3F * std::abs(b);
  } else {
    return a == b;
  }
}

template <typename T>
std::string element_difference(const Bytes& got, const Bytes& wanted) {
  const std::vector<T> a = elements<T>({.data = got}), b = elements<T>({.data = wanted});
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!close(a[i], b[i])) return fmt::format("element {} is {}, expected {}", i, a[i], b[i]);
  return {};
}

}  // namespace

OnnxCase read_onnx_case(const fs::path& folder, const std::string& name) {
  OnnxCase result{.name = name};
  const auto bytes = bytes_of(folder / "model.onnx");
  const std::vector<std::string> names = free_inputs(bytes);
  const std::vector<Tensor> given = read_tensors(folder / "test_data_set_0", "input");
  bool first_too = false;
  for (int attempt = 0; attempt < (first_too ? 4 : 3) && !result.graph; ++attempt) {
    OnnxOptions options;
    for (std::size_t i = 0; i < names.size() && i < given.size(); ++i) {
      if (!readable(given[i])) continue;
      if (binds(attempt, i, given[i]))
        options.bound[names[i]] = {given[i].type, given[i].shape, given[i].data};
      else
        options.shapes[names[i]] = given[i].shape;
    }
    if (attempt > 0 && options.bound.empty()) continue;
    Diagnostics diagnostics;
    result.graph = import_onnx(bytes, "model.onnx", options, diagnostics);
    result.reason = first_error(diagnostics);
    first_too = !names.empty() && asks_for(diagnostics, names[0]);
    result.bound = attempt > 0;
  }
  for (int set = 0; result.graph; ++set) {
    const fs::path path = folder / fmt::format("test_data_set_{}", set);
    // What is bound holds for the first set alone.
    if (!fs::exists(path) || (set > 0 && result.bound)) break;
    result.data.push_back(
        data_of(*result.graph, names, read_tensors(path, "input"), read_tensors(path, "output")));
  }
  return result;
}

std::string difference(const Graph& graph, const std::vector<Bytes>& got, const OnnxData& data) {
  if (got.size() != data.outputs.size())
    return fmt::format("{} outputs, expected {}", got.size(), data.outputs.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Tensor& output = graph[graph.outputs[i]];
    const Tensor& wanted = data.outputs[i];
    if (output.type != wanted.type || output.shape != wanted.shape ||
        got[i].size() != wanted.data.size())
      return fmt::format("output {} is {} {}, expected {} {}", i, to_string(output.type),
                         to_string(output.shape), to_string(wanted.type), to_string(wanted.shape));
    const std::string words = output.type == ElementType::f32
                                  ? element_difference<float>(got[i], wanted.data)
                                  : element_difference<std::uint8_t>(got[i], wanted.data);
    if (!words.empty()) return fmt::format("output {}: {}", i, words);
  }
  return {};
}

}  // namespace smelt::test
