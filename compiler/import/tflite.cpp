// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/tflite.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/verify.h"
#include "compiler/import/tflite_operators.h"
#include "compiler/import/tflite_tensor.h"

namespace smelt {
namespace {

namespace format = smelt::tflite_format;
using tflite::size_of;
using tflite::text_of;

/// More than any microcontroller has: of all tensors, and of what is computed from constants.
constexpr std::int64_t max_bytes = std::int64_t{1} << 28, max_constant_bytes = 1 << 22,
                       max_constant_macs = 1 << 26;

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
    if (size_of(model_.subgraphs()) == 0) {
      error("has no subgraph", "the file is damaged or empty; export the model again");
      return std::nullopt;
    }
    subgraph_ = model_.subgraphs()->Get(0);
    read_tensors();
    graph_.inputs = ports(subgraph_->inputs(), "input");
    graph_.outputs = ports(subgraph_->outputs(), "output");
    for (std::uint32_t i = 0; i < size_of(subgraph_->operators()); ++i)
      add_operator(static_cast<std::int32_t>(i), *subgraph_->operators()->Get(i));
    if (!diagnostics_.failed()) check_known_outputs();
    if (!diagnostics_.failed()) verify(graph_, diagnostics_);
    if (!diagnostics_.failed()) check_graph();
    if (diagnostics_.failed()) return std::nullopt;
    return std::move(graph_);
  }

 private:
  void error(std::string message, std::string note) {
    diagnostics_.error(place_of(graph_), std::move(message)).note(std::move(note));
  }

  void read_tensors() {
    for (std::uint32_t i = 0; i < size_of(subgraph_->tensors()); ++i) {
      const auto index = static_cast<std::int32_t>(i);
      auto [tensor, problem] = tflite::read_tensor(model_, *subgraph_->tensors()->Get(i), index);
      graph_.add(std::move(tensor));
      unusable_.push_back(std::move(problem));
    }
    reported_.resize(graph_.tensors.size());
  }

  // --- inputs and outputs ----------------------------------------------------------------------

  std::vector<TensorId> ports(const flatbuffers::Vector<std::int32_t>* list,
                              std::string_view role) {
    std::vector<TensorId> result;
    for (std::uint32_t i = 0; i < size_of(list); ++i) {
      const std::int32_t id = list->Get(i);
      if (id < 0 || static_cast<std::size_t>(id) >= graph_.tensors.size()) {
        error(fmt::format("{} {} is tensor {}, which does not exist", role, i, id),
              "the file is damaged; export the model again");
        continue;
      }
      const auto tensor = static_cast<TensorId>(id);
      check_port(graph_[tensor], role, unusable_[static_cast<std::size_t>(id)]);
      reported_[static_cast<std::size_t>(id)] = true;
      if (std::find(result.begin(), result.end(), tensor) != result.end())
        error(fmt::format("{} \"{}\" is listed twice", role, graph_[tensor].name),
              "remove it from the model's signature");
      result.push_back(tensor);
    }
    if (result.empty()) error(fmt::format("has no {}", role), "export the model again");
    return result;
  }

  void check_port(const Tensor& tensor, std::string_view role, const std::string& problem) {
    if (!problem.empty())
      error(fmt::format("{} \"{}\" {}", role, tensor.name, problem),
            "export the model with fixed shapes and a supported type");
    else if (tensor.constant || tensor.variable)
      error(fmt::format("{} \"{}\" is a {}", role, tensor.name,
                        tensor.constant ? "constant" : "variable"),
            "remove it from the model's signature");
    else if (element_count(tensor.shape) == 0)
      error(fmt::format("{} \"{}\" has no elements", role, tensor.name), "export the model again");
  }

  /// By tensor: whether its value depends on an input or on state, or is made by the user's code.
  std::vector<bool> varying() const {
    std::vector<bool> result(graph_.tensors.size());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = graph_.tensors[i].variable;
    for (const TensorId id : graph_.inputs) result[static_cast<std::size_t>(id)] = true;
    for (const Node& node : graph_.nodes) {
      const bool varies =
          node.op->opaque || std::any_of(node.inputs.begin(), node.inputs.end(), [&](TensorId id) {
            return id != no_tensor && result[static_cast<std::size_t>(id)];
          });
      for (const TensorId id : node.outputs) result[static_cast<std::size_t>(id)] = varies;
    }
    return result;
  }

  std::int64_t bytes_of(TensorId id) const {
    return element_count(graph_[id].shape) * byte_size(graph_[id].type);
  }

  /// What is constant is computed here, not on the device: that must not take forever.
  void check_constant_work(const std::vector<bool>& varies) {
    std::int64_t bytes = 0, macs = 0;
    for (const Node& node : graph_.nodes) {
      if (varies[static_cast<std::size_t>(node.outputs[0])]) continue;
      bytes += bytes_of(node.outputs[0]);
      if (node.op->macs) macs += node.op->macs({graph_, node});
      if (bytes <= max_constant_bytes && macs <= max_constant_macs) continue;
      diagnostics_.error(place_of(graph_, node), "has constant operands and too large a result")
          .note("store the result in the model instead");
      return;
    }
  }

  void independent(TensorId output) {
    error(fmt::format("output \"{}\" does not depend on an input", graph_[output].name),
          "remove it from the model's signature");
  }

  /// Some operators, such as SHAPE, leave a constant for their output.
  void check_known_outputs() {
    for (const TensorId id : graph_.outputs)
      if (graph_[id].constant) independent(id);
  }

  /// The whole graph, its nodes being valid.
  void check_graph() {
    std::int64_t bytes = 0;
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i)
      bytes += bytes_of(static_cast<TensorId>(i));
    if (bytes > max_bytes)
      error(fmt::format("has tensors of {} bytes, at most {} are supported", bytes, max_bytes),
            "use smaller images or batches");
    const std::vector<bool> varies = varying();
    check_constant_work(varies);
    for (const TensorId id : graph_.outputs)
      if (!varies[static_cast<std::size_t>(id)]) independent(id);
  }

  // --- operators -------------------------------------------------------------------------------

  void add_operator(std::int32_t index, const format::Operator& source) {
    Place place{.file = graph_.file, .operator_index = index};
    if (source.opcode_index() >= size_of(model_.operator_codes())) {
      place.kind = "unknown";
      diagnostics_.error(place, "names an operator code that does not exist")
          .note("the file is damaged; export the model again");
      return;
    }
    const format::OperatorCode& code = *model_.operator_codes()->Get(source.opcode_index());
    const auto builtin = static_cast<format::BuiltinOperator>(std::max<std::int32_t>(
        code.deprecated_builtin_code(), static_cast<std::int32_t>(code.builtin_code())));
    place.kind = kind_of(builtin, code);
    tflite::Operator op{graph_, source, place, options_, diagnostics_};
    if (read_operands(source, op)) import(builtin, code, op);
  }

  static std::string kind_of(format::BuiltinOperator builtin, const format::OperatorCode& code) {
    const std::string custom = text_of(code.custom_code());
    if (builtin == format::BuiltinOperator::CUSTOM && !custom.empty()) return custom;
    const std::string name = format::EnumNameBuiltinOperator(builtin);
    return name.empty() ? fmt::format("#{}", static_cast<int>(builtin)) : name;
  }

  bool read_operands(const format::Operator& source, tflite::Operator& op) {
    // The graph may have more tensors by now: those that operators needed on the way.
    const auto tensor_exists = [&](std::int32_t id) {
      return id >= 0 && static_cast<std::size_t>(id) < unusable_.size();
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
    const bool inputs_usable = check_usable(op.inputs, op);
    return check_usable(op.outputs, op) && inputs_usable;
  }

  bool check_usable(const std::vector<TensorId>& ids, tflite::Operator& op) {
    bool good = true;
    for (const TensorId id : ids) {
      if (id == no_tensor || unusable_[static_cast<std::size_t>(id)].empty()) continue;
      good = false;
      if (reported_[static_cast<std::size_t>(id)]) continue;
      reported_[static_cast<std::size_t>(id)] = true;
      op.error(
          fmt::format("tensor \"{}\" {}", graph_[id].name, unusable_[static_cast<std::size_t>(id)]),
          "export the model with fixed shapes, dense weights and int8 or float32 types");
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
    op.error(
        fmt::format("version {} is not supported, up to {} is", code.version(), row.max_version),
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
  // By index in the file:
  std::vector<std::string> unusable_;  // why, or empty
  std::vector<bool> reported_;         // that it is unusable: once is enough
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
