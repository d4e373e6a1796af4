// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/tflite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/graph/verify.h"
#include "compiler/import/tflite_operators.h"

namespace smelt {
namespace {

namespace format = smelt::tflite_format;

constexpr std::int64_t max_elements = std::int64_t{1} << 28;
constexpr std::size_t max_rank = 8;

std::optional<ElementType> element_type(format::TensorType type) {
  switch (type) {
    case format::TensorType::FLOAT32: return ElementType::f32;
    case format::TensorType::INT8: return ElementType::s8;
    case format::TensorType::UINT8: return ElementType::u8;
    case format::TensorType::INT16: return ElementType::s16;
    case format::TensorType::INT32: return ElementType::s32;
    case format::TensorType::INT64: return ElementType::s64;
    case format::TensorType::BOOL: return ElementType::boolean;
    default: return std::nullopt;
  }
}

std::string text_of(const flatbuffers::String* text) { return text ? text->str() : ""; }

template <typename T>
std::uint32_t size_of(const flatbuffers::Vector<T>* vector) {
  return vector ? vector->size() : 0;
}

class Importer {
 public:
  Importer(const format::Model& model, const std::string& file, const ImportOptions& options,
           Diagnostics& diagnostics)
      : model_(model), options_(options), diagnostics_(diagnostics) {
    graph_.file = file;
  }

  std::optional<Graph> run() {
    if (model_.version() != 3)
      error(fmt::format("version {} of the format is not supported", model_.version()),
            "version 3 is what converters have written since 2017");
    if (size_of(model_.subgraphs()) == 0 || !model_.subgraphs()->Get(0)) {
      error("has no subgraph", "the file is damaged or empty; export the model again");
      return std::nullopt;
    }
    subgraph_ = model_.subgraphs()->Get(0);
    for (std::uint32_t i = 0; i < size_of(subgraph_->tensors()); ++i)
      add_tensor(subgraph_->tensors()->Get(i));
    graph_.inputs = ports(subgraph_->inputs(), "input");
    graph_.outputs = ports(subgraph_->outputs(), "output");
    if (!diagnostics_.failed())
      for (std::uint32_t i = 0; i < size_of(subgraph_->operators()); ++i)
        add_operator(static_cast<std::int32_t>(i), subgraph_->operators()->Get(i));
    if (!diagnostics_.failed()) verify(graph_, diagnostics_);
    if (diagnostics_.failed()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  void error(std::string message, std::string note) {
    diagnostics_.error(place_of(graph_), std::move(message)).note(std::move(note));
  }

  // --- tensors ---------------------------------------------------------------------------------

  void add_tensor(const format::Tensor* source) {
    const auto index = static_cast<std::int32_t>(graph_.tensors.size());
    Tensor tensor{.origin = {.tensor = index}};
    unusable_.emplace_back();
    if (source) {
      tensor.name = text_of(source->name());
      read_shape(*source, tensor);
      if (const auto type = element_type(source->type()))
        tensor.type = *type;
      else
        refuse(fmt::format("has type {}, which is not supported",
                           format::EnumNameTensorType(source->type())));
      tensor.variable = source->is_variable();
      if (source->sparsity()) refuse("is stored sparse");
      read_quantization(source->quantization(), tensor);
      read_data(*source, tensor);
    } else {
      refuse("is missing from the file");
    }
    if (tensor.name.empty()) tensor.name = fmt::format("tensor_{}", index);
    graph_.add(std::move(tensor));
  }

  /// Remembers why the tensor being read cannot be used; it is an error only if it is.
  void refuse(std::string reason) {
    if (unusable_.back().empty()) unusable_.back() = std::move(reason);
  }

  void read_shape(const format::Tensor& source, Tensor& tensor) {
    for (std::uint32_t i = 0; i < size_of(source.shape()); ++i) {
      std::int32_t extent = source.shape()->Get(i);
      const bool open = i < size_of(source.shape_signature()) &&
                        source.shape_signature()->Get(i) < 0;
      // An unknown batch is one sample.
      if ((open || extent < 0) && i == 0) extent = 1;
      else if (open || extent < 0) refuse(fmt::format("has a dynamic shape (dimension {})", i));
      tensor.shape.push_back(extent);
    }
    if (tensor.shape.size() > max_rank || !checked_count(tensor.shape, max_elements)) {
      refuse(fmt::format("has shape {}", to_string(tensor.shape)));
      tensor.shape = {0};
    }
  }

  void read_quantization(const format::QuantizationParameters* source, Tensor& tensor) {
    if (!source) return;
    if (source->details_type() != format::QuantizationDetails::NONE)
      refuse("has a quantization scheme that is not supported");
    const std::uint32_t count = size_of(source->scale());
    if (count == 0) return;
    Quantization& quantization = tensor.quantization;
    for (std::uint32_t i = 0; i < count; ++i) {
      quantization.scales.push_back(source->scale()->Get(i));
      if (!std::isfinite(quantization.scales.back()) || quantization.scales.back() <= 0)
        refuse(fmt::format("has scale {}", quantization.scales.back()));
    }
    read_zero_points(*source, tensor);
    quantization.axis = source->quantized_dimension();
    const bool has_axis = quantization.axis >= 0 &&
                          static_cast<std::size_t>(quantization.axis) < tensor.shape.size();
    if (count > 1 && (!has_axis || static_cast<std::int64_t>(count) !=
                                       tensor.shape[static_cast<std::size_t>(quantization.axis)]))
      refuse(fmt::format("has {} scales along axis {} of {}", count, quantization.axis,
                         to_string(tensor.shape)));
    if (count == 1) quantization.axis = 0;
  }

  void read_zero_points(const format::QuantizationParameters& source, Tensor& tensor) {
    Quantization& quantization = tensor.quantization;
    const std::uint32_t given = size_of(source.zero_point());
    const IntegerRange range = range_of(tensor.type);
    if (given != 0 && given != 1 && given != quantization.scales.size())
      refuse(fmt::format("has {} zero points for {} scales", given, quantization.scales.size()));
    for (std::uint32_t i = 0; i < quantization.scales.size(); ++i) {
      const std::int64_t zero =
          given == 0 ? 0 : source.zero_point()->Get(given == 1 ? 0 : std::min(i, given - 1));
      if (is_integer(tensor.type) && (zero < range.min || zero > range.max))
        refuse(fmt::format("has zero point {}", zero));
      quantization.zero_points.push_back(static_cast<std::int32_t>(
          std::clamp<std::int64_t>(zero, INT32_MIN, INT32_MAX)));
    }
  }

  void read_data(const format::Tensor& source, Tensor& tensor) {
    const std::uint32_t index = source.buffer();
    if (source.external_buffer() != 0) refuse("is stored outside the file");
    if (index >= size_of(model_.buffers())) return refuse("names a buffer that does not exist");
    const format::Buffer* buffer = model_.buffers()->Get(index);
    if (index == 0 || !buffer) return;
    if (buffer->offset() > 1 || buffer->size() > 1) refuse("is stored outside the FlatBuffer");
    if (size_of(buffer->data()) == 0) return;
    const auto expected =
        static_cast<std::uint64_t>(element_count(tensor.shape)) *
        static_cast<std::uint64_t>(byte_size(tensor.type));
    if (unusable_.back().empty() && buffer->data()->size() != expected)
      refuse(fmt::format("has {} bytes of data, its shape {} needs {}", buffer->data()->size(),
                         to_string(tensor.shape), expected));
    if (!unusable_.back().empty()) return;
    tensor.data.assign(buffer->data()->begin(), buffer->data()->end());
    tensor.constant = true;
    tensor.variable = false;
  }

  std::vector<TensorId> ports(const flatbuffers::Vector<std::int32_t>* list, std::string_view role) {
    std::vector<TensorId> result;
    for (std::uint32_t i = 0; i < size_of(list); ++i) {
      const std::int32_t id = list->Get(i);
      if (id < 0 || static_cast<std::size_t>(id) >= graph_.tensors.size()) {
        error(fmt::format("{} {} is tensor {}, which does not exist", role, i, id),
              "the file is damaged; export the model again");
        continue;
      }
      check_port(graph_.tensors[static_cast<std::size_t>(id)], role,
                 unusable_[static_cast<std::size_t>(id)]);
      result.push_back(static_cast<TensorId>(id));
    }
    if (result.empty()) error(fmt::format("has no {}", role), "export the model again");
    return result;
  }

  void check_port(const Tensor& tensor, std::string_view role, const std::string& problem) {
    if (!problem.empty())
      error(fmt::format("{} \"{}\" {}", role, tensor.name, problem),
            "export the model with fixed shapes and a supported type");
    else if (tensor.constant)
      error(fmt::format("{} \"{}\" is a constant", role, tensor.name),
            "remove it from the model's signature");
    else if (element_count(tensor.shape) == 0)
      error(fmt::format("{} \"{}\" has no elements", role, tensor.name), "export the model again");
  }

  // --- operators -------------------------------------------------------------------------------

  void add_operator(std::int32_t index, const format::Operator* source) {
    Place place{.file = graph_.file, .operator_index = index};
    const format::OperatorCode* code = nullptr;
    if (source && source->opcode_index() < size_of(model_.operator_codes()))
      code = model_.operator_codes()->Get(source->opcode_index());
    if (!code) {
      place.kind = "unknown";
      diagnostics_.error(place, "names an operator code that does not exist")
          .note("the file is damaged; export the model again");
      return;
    }
    const auto builtin = static_cast<format::BuiltinOperator>(
        std::max<std::int32_t>(code->deprecated_builtin_code(),
                               static_cast<std::int32_t>(code->builtin_code())));
    place.kind = format::EnumNameBuiltinOperator(builtin);
    if (place.kind.empty()) place.kind = fmt::format("#{}", static_cast<int>(builtin));
    if (builtin == format::BuiltinOperator::CUSTOM) place.kind = text_of(code->custom_code());
    tflite::Operator op{graph_, *source, place, options_, diagnostics_};
    if (read_operands(*source, op)) import(builtin, *code, op);
  }

  bool read_operands(const format::Operator& source, tflite::Operator& op) {
    const auto tensor_exists = [&](std::int32_t id) {
      return id >= 0 && static_cast<std::size_t>(id) < graph_.tensors.size();
    };
    bool good = true;
    for (std::uint32_t i = 0; i < size_of(source.outputs()); ++i) {
      const std::int32_t id = source.outputs()->Get(i);
      good = good && tensor_exists(id);
      op.outputs.push_back(static_cast<TensorId>(id));
    }
    for (std::uint32_t i = 0; i < size_of(source.inputs()); ++i) {
      const std::int32_t id = source.inputs()->Get(i);
      good = good && (id == -1 || tensor_exists(id));
      op.inputs.push_back(id < 0 ? no_tensor : static_cast<TensorId>(id));
    }
    if (!good || op.outputs.empty()) {
      op.error("has an operand that does not exist", "the file is damaged; export the model again");
      return false;
    }
    op.place.name = op.output().name;
    return check_usable(op.inputs, op) && check_usable(op.outputs, op);
  }

  bool check_usable(const std::vector<TensorId>& ids, tflite::Operator& op) {
    bool good = true;
    for (const TensorId id : ids) {
      if (id == no_tensor || unusable_[static_cast<std::size_t>(id)].empty()) continue;
      op.error(fmt::format("tensor \"{}\" {}", graph_[id].name,
                           unusable_[static_cast<std::size_t>(id)]),
               "export the model with fixed shapes, dense weights and int8 or float32 types");
      good = false;
    }
    return good;
  }

  void import(format::BuiltinOperator builtin, const format::OperatorCode& code,
              tflite::Operator& op) {
    const std::size_t first = graph_.nodes.size();
    const tflite::Row* row = tflite::find(builtin);
    if (options_.custom.contains(op.place.kind))
      tflite::custom(op);
    else if (!row)
      return unsupported(op);
    else if (supported_version(*row, code, op))
      row->import(op);
    // Check at once what was read, so that every operator's problems are in one report.
    for (std::size_t i = first; i < graph_.nodes.size(); ++i)
      verify_node(graph_, graph_.nodes[i], diagnostics_);
  }

  static bool supported_version(const tflite::Row& row, const format::OperatorCode& code,
                                tflite::Operator& op) {
    if (code.version() <= row.max_version) return true;
    op.error(fmt::format("version {} is not supported, up to {} is", code.version(),
                         row.max_version),
             "export with an older converter, or without the new option");
    return false;
  }

  void unsupported(tflite::Operator& op) {
    std::string tensors;
    for (const TensorId id : op.inputs)
      if (id != no_tensor)
        tensors += fmt::format("{}\"{}\"", tensors.empty() ? "" : ", ", graph_[id].name);
    op.error(fmt::format("is not supported (inputs {})", tensors),
             fmt::format("replace it in the model, or bind a function of your own with --custom "
                         "{}=header.h:function",
                         op.place.kind));
  }

  const format::Model& model_;
  const ImportOptions& options_;
  Diagnostics& diagnostics_;
  const format::SubGraph* subgraph_ = nullptr;
  Graph graph_;
  std::vector<std::string> unusable_;  // by TensorId: why, or empty
};

}  // namespace

std::optional<Graph> import_tflite(std::span<const std::uint8_t> bytes, const std::string& file,
                                   const ImportOptions& options, Diagnostics& diagnostics) {
  constexpr int max_depth = 32;
  constexpr int max_tables = 100000;
  flatbuffers::Verifier verifier(bytes.data(), bytes.size(), max_depth, max_tables);
  if (bytes.size() < 8 || !format::VerifyModelBuffer(verifier)) {
    diagnostics.error({.file = file}, "is not a valid .tflite file")
        .note("it may be truncated, or of another format");
    return std::nullopt;
  }
  return Importer(*format::GetModel(bytes.data()), file, options, diagnostics).run();
}

}  // namespace smelt
