// SPDX-License-Identifier: Apache-2.0
#include "tools/vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "golden_generated.h"
#include "tools/arrays.h"
#include "tools/files.h"
#include "tools/version.h"

namespace smelt::tools {
namespace fs = std::filesystem;

namespace {

std::size_t bytes_of(const Tensor& tensor) {
  return static_cast<std::size_t>(element_count(tensor.shape)) *
         static_cast<std::size_t>(byte_size(tensor.type));
}

// --- folders -----------------------------------------------------------------------------------

/// "in3.bin", or "in3_1.bin" where there are several operands.
fs::path case_file(const fs::path& folder, std::string_view stem, int index, std::size_t operand,
                   std::size_t operands) {
  return folder / (operands == 1 ? fmt::format("{}{}.bin", stem, index)
                                 : fmt::format("{}{}_{}.bin", stem, index, operand));
}

std::optional<std::vector<Bytes>> read_case(const fs::path& folder, std::string_view stem,
                                            int index, const Graph& graph,
                                            const std::vector<TensorId>& ports,
                                            Diagnostics& diagnostics) {
  std::vector<Bytes> result;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const fs::path path = case_file(folder, stem, index, i, ports.size());
    auto bytes = read_file(path, diagnostics);
    if (!bytes) return std::nullopt;
    if (bytes->size() != bytes_of(graph[ports[i]])) {
      diagnostics.error({.file = path.string()},
                        fmt::format("has {} bytes, \"{}\" has {}", bytes->size(),
                                    graph[ports[i]].name, bytes_of(graph[ports[i]])));
      return std::nullopt;
    }
    result.push_back(std::move(*bytes));
  }
  return result;
}

bool has_case(const fs::path& folder, std::string_view stem, int index,
              const std::vector<TensorId>& ports) {
  std::error_code code;
  return fs::exists(case_file(folder, stem, index, 0, ports.size()), code);
}

/// layersN/caseN.tIDX.bin, in the order of tensors.
bool read_layers(const fs::path& folder, int index, const Graph& graph, GoldenCase& golden,
                 Diagnostics& diagnostics) {
  const fs::path layers = folder / fmt::format("layers{}", index);
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const fs::path path = layers / fmt::format("case{}.t{}.bin", index, i);
    std::error_code code;
    if (!fs::exists(path, code)) continue;
    auto bytes = read_file(path, diagnostics);
    if (!bytes) return false;
    if (bytes->size() == bytes_of(graph.tensors[i]))
      golden.layers.push_back({static_cast<std::int32_t>(i), std::move(*bytes)});
  }
  return true;
}

std::optional<std::vector<GoldenSet>> read_folder(const fs::path& folder, const Graph& graph,
                                                  Diagnostics& diagnostics) {
  GoldenSet fresh;
  GoldenSet sequence{.sequence = true, .cases = {}};
  for (int i = 0; has_case(folder, "in", i, graph.inputs); ++i) {
    auto inputs = read_case(folder, "in", i, graph, graph.inputs, diagnostics);
    if (!inputs) return std::nullopt;
    GoldenCase golden{
        .name = fmt::format("case {}", i), .inputs = *inputs, .outputs = {}, .layers = {}};
    if (has_case(folder, "seq_out", i, graph.outputs)) {
      auto outputs = read_case(folder, "seq_out", i, graph, graph.outputs, diagnostics);
      if (!outputs) return std::nullopt;
      sequence.cases.push_back(golden);
      sequence.cases.back().name = fmt::format("sequence case {}", i);
      sequence.cases.back().outputs = std::move(*outputs);
    }
    if (has_case(folder, "out", i, graph.outputs)) {
      auto outputs = read_case(folder, "out", i, graph, graph.outputs, diagnostics);
      if (!outputs) return std::nullopt;
      golden.outputs = std::move(*outputs);
    }
    if (!read_layers(folder, i, graph, golden, diagnostics)) return std::nullopt;
    fresh.cases.push_back(std::move(golden));
  }
  if (fresh.cases.empty()) {
    diagnostics.error({.file = folder.string()}, "holds no golden vectors")
        .note(fmt::format("the first is {}",
                          case_file("", "in", 0, 0, graph.inputs.size()).string()));
    return std::nullopt;
  }
  std::vector<GoldenSet> sets = {std::move(fresh)};
  if (!sequence.cases.empty()) sets.push_back(std::move(sequence));
  return sets;
}

// --- golden files ------------------------------------------------------------------------------

namespace format = smelt::golden_format;

using Operands = flatbuffers::Vector<flatbuffers::Offset<format::Bytes>>;

bool read_operands(const Operands& source, const Graph& graph, const std::vector<TensorId>& ports,
                   std::vector<Bytes>& result) {
  if (source.size() != ports.size()) return false;
  for (std::uint32_t i = 0; i < source.size(); ++i) {
    const auto& data = *source.Get(i)->data();
    if (data.size() != bytes_of(graph[ports[i]])) return false;
    result.emplace_back(data.begin(), data.end());
  }
  return true;
}

bool read_file_case(const format::Case& source, const Graph& graph, GoldenCase& golden) {
  if (!read_operands(*source.inputs(), graph, graph.inputs, golden.inputs) ||
      !read_operands(*source.outputs(), graph, graph.outputs, golden.outputs))
    return false;
  if (!source.layers()) return true;
  for (const format::Layer* layer : *source.layers()) {
    const std::int32_t tensor = layer->tensor();
    if (tensor < 0 || static_cast<std::size_t>(tensor) >= graph.tensors.size()) return false;
    if (layer->data()->size() != bytes_of(graph.tensors[static_cast<std::size_t>(tensor)]))
      return false;
    golden.layers.push_back({tensor, Bytes(layer->data()->begin(), layer->data()->end())});
  }
  return true;
}

std::optional<std::vector<GoldenSet>> read_golden_file(const fs::path& path, const Graph& graph,
                                                       const std::string& model_sha256,
                                                       Diagnostics& diagnostics) {
  const auto bytes = read_file(path, diagnostics);
  if (!bytes) return std::nullopt;
  const auto fail = [&](std::string message, std::string note) {
    diagnostics.error({.file = path.string()}, std::move(message)).note(std::move(note));
    return std::nullopt;
  };
  flatbuffers::Verifier verifier(bytes->data(), bytes->size());
  if (bytes->size() < 8 || !format::VerifyGoldenBuffer(verifier))
    return fail("is not a file of golden vectors", "smelt golden writes one");
  const format::Golden& golden = *format::GetGolden(bytes->data());
  if (golden.model_sha256()->str() != model_sha256)
    return fail(
        fmt::format("was recorded from another model (sha256 {})", golden.model_sha256()->str()),
        "record it again with smelt golden");
  GoldenSet set{.sequence = golden.sequence(), .cases = {}};
  for (std::uint32_t i = 0; i < golden.cases()->size(); ++i) {
    set.cases.push_back(
        {.name = fmt::format("case {}", i), .inputs = {}, .outputs = {}, .layers = {}});
    if (!read_file_case(*golden.cases()->Get(i), graph, set.cases.back()))
      return fail(fmt::format("case {} does not fit the model", i),
                  "record it again with smelt golden");
  }
  return std::vector<GoldenSet>{std::move(set)};
}

std::vector<flatbuffers::Offset<format::Operand>> write_operands(
    flatbuffers::FlatBufferBuilder& builder, const Graph& graph,
    const std::vector<TensorId>& ports) {
  std::vector<flatbuffers::Offset<format::Operand>> result;
  for (const TensorId id : ports) {
    const Tensor& tensor = graph[id];
    const bool quantized = tensor.quantization.present();
    result.push_back(format::CreateOperandDirect(
        builder, tensor.name.c_str(), std::string(to_string(tensor.type)).c_str(), &tensor.shape,
        quantized ? tensor.quantization.scale() : 0,
        quantized ? tensor.quantization.zero_point() : 0));
  }
  return result;
}

std::vector<flatbuffers::Offset<format::Bytes>> write_bytes(flatbuffers::FlatBufferBuilder& builder,
                                                            const std::vector<Bytes>& operands) {
  std::vector<flatbuffers::Offset<format::Bytes>> result;
  for (const Bytes& bytes : operands) {
    builder.ForceVectorAlignment(bytes.size(), 1, 16);
    result.push_back(format::CreateBytesDirect(builder, &bytes));
  }
  return result;
}

// --- arrays ------------------------------------------------------------------------------------

/// Cuts an array into cases of one input.
std::optional<std::vector<Bytes>> cut(const Array& array, const Tensor& input,
                                      const std::string& file, Diagnostics& diagnostics) {
  const std::int64_t size = element_count(input.shape);
  const bool convert =
      array.type == ElementType::f32 && byte_size(input.type) <= 2 && input.quantization.present();
  const std::int64_t total = element_count(array.shape);
  const bool several = total > size && !array.shape.empty() &&
                       array.shape[0] == total / std::max<std::int64_t>(size, 1);
  if ((array.type != input.type && !convert) || (total != size && !several)) {
    diagnostics
        .error({.file = file},
               fmt::format("array \"{}\" is {} {}, input \"{}\" takes {} {}", array.name,
                           to_string(array.type), to_string(array.shape), input.name,
                           to_string(input.type), to_string(input.shape)))
        .note(
            "a leading dimension more counts cases; floats are quantized for 8- and 16-bit inputs");
    return std::nullopt;
  }
  const std::size_t step = array.bytes.size() / static_cast<std::size_t>(total / size);
  std::vector<Bytes> cases;
  for (std::size_t at = 0; at < array.bytes.size(); at += step) {
    const auto begin = array.bytes.begin() + static_cast<std::ptrdiff_t>(at);
    Bytes bytes(begin, begin + static_cast<std::ptrdiff_t>(step));
    cases.push_back(convert ? quantized_input(bytes, input) : std::move(bytes));
  }
  return cases;
}

/// The array for an input: the one of its name, or the one at its place.
const Array* array_for(const std::vector<Array>& arrays, const Tensor& input, std::size_t i) {
  for (const Array& array : arrays)
    if (array.name == input.name) return &array;
  return i < arrays.size() ? &arrays[i] : nullptr;
}

}  // namespace

Bytes quantized_input(const Bytes& floats, const Tensor& like) {
  const IntegerRange range = range_of(like.type);
  Bytes result;
  for (std::size_t i = 0; i + 4 <= floats.size(); i += 4) {
    float real = 0;
    std::memcpy(&real, &floats[i], 4);
    const float steps = std::round(real / like.quantization.scale());
    const float shifted = steps + static_cast<float>(like.quantization.zero_point());
    // Not a number becomes the least value.
    const float clamped = shifted > static_cast<float>(range.min)
                              ? std::min(shifted, static_cast<float>(range.max))
                              : static_cast<float>(range.min);
    const auto bits = static_cast<std::uint32_t>(static_cast<std::int32_t>(clamped));
    for (int k = 0; k < byte_size(like.type); ++k)
      result.push_back(static_cast<std::uint8_t>(bits >> (8 * k)));
  }
  return result;
}

std::optional<std::vector<GoldenSet>> read_golden(const std::string& path, const Graph& graph,
                                                  const std::string& sha256,
                                                  Diagnostics& diagnostics) {
  std::error_code code;
  if (fs::is_directory(path, code)) return read_folder(path, graph, diagnostics);
  return read_golden_file(path, graph, sha256, diagnostics);
}

std::optional<std::vector<GoldenCase>> read_inputs(const std::string& path, const Graph& graph,
                                                   Diagnostics& diagnostics) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    auto sets = read_folder(path, graph, diagnostics);
    if (!sets) return std::nullopt;
    return std::move(sets->front().cases);
  }
  const auto arrays = read_arrays(path, diagnostics);
  if (!arrays) return std::nullopt;
  std::vector<GoldenCase> cases;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& input = graph[graph.inputs[i]];
    const Array* array = array_for(*arrays, input, i);
    if (!array) {
      diagnostics.error({.file = path}, fmt::format("has no array for input \"{}\"", input.name));
      return std::nullopt;
    }
    auto parts = cut(*array, input, path, diagnostics);
    if (!parts) return std::nullopt;
    if (i == 0) cases.resize(parts->size());
    if (parts->size() != cases.size()) {
      diagnostics.error({.file = path}, fmt::format("has {} cases of input 0, {} of input {}",
                                                    cases.size(), parts->size(), i));
      return std::nullopt;
    }
    for (std::size_t j = 0; j < cases.size(); ++j) {
      cases[j].name = fmt::format("case {}", j);
      cases[j].inputs.push_back(std::move((*parts)[j]));
    }
  }
  return cases;
}

std::vector<GoldenCase> random_inputs(const Graph& graph, std::int32_t count) {
  std::vector<GoldenCase> cases;
  for (std::int32_t i = 0; i < count; ++i) {
    // xorshift32: short, and the same everywhere.
    std::uint32_t state = 0x9e3779b9U * (static_cast<std::uint32_t>(i) + 1);
    const auto next = [&] {
      state ^= state << 13;
      state ^= state >> 17;
      return state ^= state << 5;
    };
    GoldenCase golden{
        .name = fmt::format("random case {}", i), .inputs = {}, .outputs = {}, .layers = {}};
    for (const TensorId id : graph.inputs) {
      const Tensor& input = graph[id];
      Bytes bytes(bytes_of(input));
      const auto size = static_cast<std::size_t>(byte_size(input.type));
      for (std::size_t at = 0; at < bytes.size(); at += size) {
        const std::uint32_t bits = next();
        const float real = static_cast<float>(bits >> 8) * 0x1p-23F - 1.0F;
        const std::int64_t integer = size == 1   ? static_cast<std::int64_t>(bits >> 24)
                                     : size == 2 ? static_cast<std::int64_t>(bits >> 16)
                                                 : static_cast<std::int64_t>(bits >> 24);
        if (input.type == ElementType::boolean)
          bytes[at] = static_cast<std::uint8_t>(bits >> 31);
        else if (input.type == ElementType::f32)
          std::memcpy(&bytes[at], &real, 4);
        else
          std::memcpy(&bytes[at], &integer, size);
        if (input.type == ElementType::s8) bytes[at] ^= 0x80;
      }
      golden.inputs.push_back(std::move(bytes));
    }
    cases.push_back(std::move(golden));
  }
  return cases;
}

std::optional<std::vector<GoldenCase>> inputs_of(const std::string& path, std::int32_t count,
                                                 const Graph& graph, Diagnostics& diagnostics) {
  if (path.empty()) return random_inputs(graph, count);
  return read_inputs(path, graph, diagnostics);
}

std::vector<std::uint8_t> golden_bytes(const Graph& graph, const std::string& sha256,
                                       const GoldenSet& set) {
  flatbuffers::FlatBufferBuilder builder;
  std::vector<flatbuffers::Offset<format::Case>> cases;
  for (const GoldenCase& golden : set.cases) {
    std::vector<flatbuffers::Offset<format::Layer>> layers;
    for (const GoldenLayer& layer : golden.layers) {
      const Tensor& tensor = graph.tensors[static_cast<std::size_t>(layer.tensor)];
      builder.ForceVectorAlignment(layer.bytes.size(), 1, 16);
      layers.push_back(format::CreateLayerDirect(builder, tensor.name.c_str(), layer.tensor,
                                                 std::string(to_string(tensor.type)).c_str(),
                                                 &tensor.shape, &layer.bytes));
    }
    const auto inputs = write_bytes(builder, golden.inputs);
    const auto outputs = write_bytes(builder, golden.outputs);
    cases.push_back(format::CreateCaseDirect(builder, &inputs, &outputs,
                                             golden.layers.empty() ? nullptr : &layers));
  }
  const auto inputs = write_operands(builder, graph, graph.inputs);
  const auto outputs = write_operands(builder, graph, graph.outputs);
  format::FinishGoldenBuffer(
      builder, format::CreateGoldenDirect(builder, graph.file.c_str(), sha256.c_str(),
                                          std::string(version).c_str(), &inputs, &outputs, &cases,
                                          set.sequence));
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
}

}  // namespace smelt::tools
