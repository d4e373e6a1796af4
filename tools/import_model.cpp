// SPDX-License-Identifier: Apache-2.0
#include "tools/import_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "compiler/import/onnx.h"
#include "compiler/import/tflite.h"
#include "tools/arrays.h"

namespace smelt::tools {
namespace {

std::optional<ImportOptions> tflite_options(const ModelOptions& options, Diagnostics& diagnostics) {
  ImportOptions result;
  for (const std::string& text : options.custom) {
    const std::size_t equals = text.find('=');
    const std::size_t colon = text.rfind(':');
    if (equals == std::string::npos || colon == std::string::npos || colon < equals ||
        equals == 0 || colon + 1 == text.size() || colon == equals + 1) {
      diagnostics.error({.file = "--custom"}, fmt::format("\"{}\" is not understood", text))
          .note("write --custom NAME=header.h:function");
      return std::nullopt;
    }
    result.custom[text.substr(0, equals)] = {text.substr(equals + 1, colon - equals - 1),
                                             text.substr(colon + 1)};
  }
  return result;
}

/// "NAME=value" in two; nothing after reporting that it is not.
std::optional<std::pair<std::string, std::string>> assignment(std::string_view option,
                                                              const std::string& text,
                                                              std::string_view example,
                                                              Diagnostics& diagnostics) {
  // Names may have equals signs and colons, values have not.
  const std::size_t equals = text.rfind('=');
  if (equals != std::string::npos && equals > 0 && equals + 1 < text.size())
    return std::pair{text.substr(0, equals), text.substr(equals + 1)};
  diagnostics.error({.file = std::string(option)}, fmt::format("\"{}\" is not understood", text))
      .note(fmt::format("write {} {}", option, example));
  return std::nullopt;
}

std::optional<Shape> parse_shape(const std::string& text) {
  Shape shape;
  std::stringstream list(text);
  for (std::string item; std::getline(list, item, ',');) {
    std::int32_t extent = 0;
    const auto [end, problem] = std::from_chars(item.data(), item.data() + item.size(), extent);
    if (problem != std::errc() || end != item.data() + item.size() || extent < 1)
      return std::nullopt;
    shape.push_back(extent);
  }
  return shape;
}

void add_shape(const std::string& text, OnnxOptions& result, Diagnostics& diagnostics) {
  constexpr auto example = "INPUT=1,3,96,96";
  const auto parts = assignment("--shape", text, example, diagnostics);
  if (!parts) return;
  const auto shape = parse_shape(parts->second);
  if (shape)
    result.shapes[parts->first] = *shape;
  else
    diagnostics
        .error({.file = "--shape"}, fmt::format("\"{}\" is no list of extents", parts->second))
        .note(fmt::format("write --shape {}", example));
}

void add_bound(const std::string& text, OnnxOptions& result, Diagnostics& diagnostics) {
  const auto parts = assignment("--bind", text, "INPUT=file.npy", diagnostics);
  const auto arrays = parts ? read_arrays(parts->second, diagnostics) : std::nullopt;
  if (!arrays) return;
  if (arrays->size() == 1) {
    const Array& array = arrays->front();
    result.bound[parts->first] = {array.type, array.shape, array.bytes};
    return;
  }
  diagnostics
      .error({.file = "--bind"}, fmt::format("{} has {} arrays", parts->second, arrays->size()))
      .note("store the one array in a .npy file");
}

std::optional<OnnxOptions> onnx_options(const ModelOptions& options, Diagnostics& diagnostics) {
  OnnxOptions result;
  for (const std::string& text : options.shape) add_shape(text, result, diagnostics);
  for (const std::string& text : options.bind) add_bound(text, result, diagnostics);
  if (!options.custom.empty())
    diagnostics.error({.file = "--custom"}, "works with .tflite models only")
        .note("compute the operator outside of the model");
  if (diagnostics.failed()) return std::nullopt;
  return result;
}

/// By its name; by its content if the name says nothing.
bool is_onnx(const std::filesystem::path& path, const std::vector<std::uint8_t>& bytes) {
  const std::string suffix = path.extension().string();
  if (suffix == ".onnx") return true;
  // A .tflite file has its identifier at offset 4; a .onnx file begins with field 1, ir_version.
  const bool identified =
      bytes.size() > 8 && std::equal(bytes.begin() + 4, bytes.begin() + 8, "TFL3");
  return suffix != ".tflite" && !identified && bytes.size() > 2 && bytes[0] == 0x08;
}

}  // namespace

std::optional<Graph> import_model(const ModelOptions& options,
                                  const std::vector<std::uint8_t>& bytes,
                                  Diagnostics& diagnostics) {
  const std::filesystem::path path = options.model;
  const std::string file = path.filename().string();
  if (is_onnx(path, bytes)) {
    const auto onnx = onnx_options(options, diagnostics);
    return onnx ? import_onnx(bytes, file, *onnx, diagnostics) : std::nullopt;
  }
  if (!options.shape.empty() || !options.bind.empty())
    diagnostics
        .error({.file = options.shape.empty() ? "--bind" : "--shape"},
               "works with .onnx models only")
        .note("convert the .tflite model again, with fixed shapes");
  const auto tflite = tflite_options(options, diagnostics);
  if (!tflite || diagnostics.failed()) return std::nullopt;
  return import_tflite(bytes, file, *tflite, diagnostics);
}

}  // namespace smelt::tools
