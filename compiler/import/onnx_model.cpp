// SPDX-License-Identifier: Apache-2.0
#include "compiler/import/onnx_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/import/onnx_tensor.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wextra"
#include <google/protobuf/io/coded_stream.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>
#pragma GCC diagnostic pop

namespace smelt::onnx_import {
namespace {

/// Messages within messages: a graph's attributes' tensors need seven.
constexpr int max_depth = 32;

bool parse(std::span<const std::uint8_t> bytes, onnx::ModelProto& proto) {
  if (bytes.size() > INT32_MAX) return false;
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(max_depth);
  return proto.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage() && proto.has_graph();
}

bool own_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

constexpr std::string_view damaged = "the file does not follow the format; export the model again";

/// What libonnx says, in one line.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

class Reader {
 public:
  Reader(const std::string& file, const OnnxOptions& options, bool (*supports)(const std::string&),
         Diagnostics& diagnostics)
      : file_(file), options_(options), supports_(supports), diagnostics_(diagnostics) {}

  std::optional<Model> run(std::span<const std::uint8_t> bytes) {
    if (!parse(bytes, model_.proto)) {
      error("is not a valid .onnx file",
            "it may be truncated, nested too deeply, or of another format");
      return std::nullopt;
    }
    if (!read_version()) return std::nullopt;
    note_indices();
    check_operators();
    check_storage();
    check_names();
    bind_inputs();
    fix_shapes();
    if (closed_) check_by_libonnx();
    return std::move(model_);
  }

 private:
  void error(std::string message, std::string note) {
    diagnostics_.error({.file = file_}, std::move(message)).note(std::move(note));
  }

  onnx::GraphProto& graph() { return *model_.proto.mutable_graph(); }

  // --- what libonnx is not asked ---------------------------------------------------------------

  bool read_version() {
    for (const auto& import : model_.proto.opset_import())
      if (own_domain(import.domain())) model_.version = std::max(model_.version, import.version());
    if (model_.version < 1) {
      error(fmt::format("version {} of the operator set is not supported", model_.version),
            fmt::format("export the model with opset {} or newer", oldest_operator_set));
      return false;
    }
    if (model_.version > newest_operator_set)
      diagnostics_
          .warning({.file = file_}, fmt::format("uses version {} of the operator set, {} is known",
                                                model_.version, newest_operator_set))
          .note("operators are read as they were then; what is new is refused");
    if (model_.proto.functions_size() > 0) {
      error("defines functions of its own", "export the model with its functions inlined");
      return false;
    }
    return true;
  }

  void note_indices() {
    for (int i = 0; i < graph().node_size(); ++i)
      for (const std::string& output : graph().node(i).output())
        if (!output.empty()) model_.file_index.emplace(output, i);
  }

  /// Whether an operator in an old file became what is read only later.
  bool has_changed(const std::string& kind) const {
    if (model_.version >= oldest_operator_set) return false;
    const onnx::OpSchema* then =
        onnx::OpSchemaRegistry::Schema(kind, static_cast<int>(model_.version), onnx::ONNX_DOMAIN);
    const onnx::OpSchema* later = onnx::OpSchemaRegistry::Schema(
        kind, static_cast<int>(oldest_operator_set), onnx::ONNX_DOMAIN);
    return then && later && then->SinceVersion() != later->SinceVersion();
  }

  void check_operators() {
    for (int i = 0; i < graph().node_size(); ++i) {
      const onnx::NodeProto& node = graph().node(i);
      Place place{.file = file_,
                  .operator_index = i,
                  .kind = node.op_type(),
                  .name = !node.name().empty()      ? node.name()
                          : node.output_size() != 0 ? node.output(0)
                                                    : ""};
      const bool nested =
          std::any_of(node.attribute().begin(), node.attribute().end(),
                      [](const auto& each) { return each.has_g() || each.graphs_size() > 0; });
      if (!own_domain(node.domain()))
        diagnostics_
            .error(place, fmt::format("is an operator of domain \"{}\", which is not supported",
                                      node.domain()))
            .note("export the model with ONNX's own operators alone");
      else if (nested)
        diagnostics_.error(place, "has a graph within, which is not supported")
            .note("export the model without control flow: trace it with fixed inputs");
      else if (has_changed(node.op_type()))
        diagnostics_
            .error(place, fmt::format("is of version {} of the operator set, where it was another",
                                      model_.version))
            .note(fmt::format("export the model with opset {} or newer", oldest_operator_set));
      else if (!supports_(node.op_type()))
        diagnostics_.error(place, "is not supported")
            .note("replace it in the model, or compute it outside of the model");
      opaque_ = opaque_ || nested;
    }
  }

  /// Other files are never opened, so that no path in a model matters.
  void check_storage() {
    for (const auto& each : graph().initializer()) check_inside(each);
    for (const auto& node : graph().node())
      for (const auto& attribute : node.attribute())
        if (attribute.has_t()) check_inside(attribute.t());
  }

  void check_inside(const onnx::TensorProto& tensor) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL && tensor.external_data_size() == 0)
      return;
    error(fmt::format("tensor \"{}\" is stored outside the file", tensor.name()),
          "export the model with its weights inside: onnx.save(model, path, "
          "save_as_external_data=False)");
    opaque_ = true;
  }

  void check_names() {
    for (const auto& [name, shape] : options_.shapes) require_input("--shape", name);
    for (const auto& [name, value] : options_.bound) require_input("--bind", name);
    require_single(graph().input());
    require_single(graph().initializer());
    if (graph().sparse_initializer_size() > 0)
      error("has sparse initializers", "export the model with dense weights");
  }

  template <typename Values>
  void require_single(const Values& values) {
    std::set<std::string> names;
    for (const auto& each : values)
      if (!names.insert(each.name()).second)
        error(fmt::format("value \"{}\" is given twice", each.name()), std::string(damaged));
  }

  void require_input(std::string_view option, const std::string& name) {
    std::string names;
    for (const auto& input : graph().input()) {
      if (input.name() == name) return;
      names += fmt::format("{}{}", names.empty() ? "" : ", ", input.name());
    }
    diagnostics_
        .error({.file = std::string(option)}, fmt::format("the model has no input \"{}\"", name))
        .note(fmt::format("its inputs are {}", names));
  }

  // --- inputs ----------------------------------------------------------------------------------

  /// Bound inputs, and those that the file has initial values for, are initializers.
  void bind_inputs() {
    std::set<std::string> initialized;
    for (const auto& each : graph().initializer()) initialized.insert(each.name());
    google::protobuf::RepeatedPtrField<onnx::ValueInfoProto> free;
    for (const auto& input : graph().input()) {
      const auto bound = options_.bound.find(input.name());
      if (bound == options_.bound.end()) {
        if (!initialized.contains(input.name())) *free.Add() = input;
        continue;
      }
      if (initialized.contains(input.name()))
        error(fmt::format("input \"{}\" has a value in the file", input.name()),
              "leave out its --bind");
      else
        bind(input, bound->second);
    }
    graph().mutable_input()->Swap(&free);
    // Initializers that are no inputs came with version 4.
    model_.proto.set_ir_version(
        std::clamp<std::int64_t>(model_.proto.ir_version(), 4, onnx::Version::IR_VERSION));
  }

  void bind(const onnx::ValueInfoProto& input, const OnnxOptions::Value& value) {
    const std::int32_t declared = input.type().tensor_type().elem_type();
    if (declared != onnx_type(value.type))
      error(fmt::format("input \"{}\" is {}, the value bound to it is {}", input.name(),
                        type_name(declared), type_name(onnx_type(value.type))),
            "store the array with the input's type");
    onnx::TensorProto& constant = *graph().add_initializer();
    constant.set_name(input.name());
    constant.set_data_type(onnx_type(value.type));
    for (const std::int32_t extent : value.shape) constant.add_dims(extent);
    constant.set_raw_data(value.bytes.data(), value.bytes.size());
  }

  void fix_shapes() {
    for (auto& input : *graph().mutable_input()) {
      if (!input.type().has_tensor_type()) {
        error(fmt::format("input \"{}\" is no tensor", input.name()),
              "sequences, maps and optional values are not supported");
        closed_ = false;
        continue;
      }
      if (!fix_shape(input)) closed_ = false;
    }
  }

  bool fix_shape(onnx::ValueInfoProto& input) {
    auto& tensor = *input.mutable_type()->mutable_tensor_type();
    const auto given = options_.shapes.find(input.name());
    const bool asked = given != options_.shapes.end();
    if (!tensor.has_shape() && asked)
      for (std::size_t i = 0; i < given->second.size(); ++i) tensor.mutable_shape()->add_dim();
    if (!tensor.has_shape()) {
      error(fmt::format("input \"{}\" has no shape", input.name()),
            fmt::format("give it: --shape {}=1,3,96,96", input.name()));
      return false;
    }
    auto& dims = *tensor.mutable_shape()->mutable_dim();
    if (asked && given->second.size() != static_cast<std::size_t>(dims.size())) {
      error(fmt::format("input \"{}\" has {} dimensions, --shape gives {}", input.name(),
                        dims.size(), given->second.size()),
            "give every dimension, outermost first");
      return false;
    }
    bool good = true;
    for (int i = 0; i < dims.size(); ++i)
      good = fix_extent(input.name(), i, asked ? given->second[static_cast<std::size_t>(i)] : -1,
                        dims[i]) &&
             good;
    return good;
  }

  bool fix_extent(const std::string& input, int i, std::int32_t given,
                  onnx::TensorShapeProto::Dimension& dim) {
    const bool open = !dim.has_dim_value() || dim.dim_value() < 0;
    if (given >= 0 && !open && dim.dim_value() != given) {
      error(fmt::format("input \"{}\" has extent {} in dimension {}, --shape gives {}", input,
                        dim.dim_value(), i, given),
            "only open dimensions can be set; export the model again for another size");
      return false;
    }
    if (open && given < 0 && i > 0) {
      const std::string name =
          dim.dim_param().empty() ? "" : fmt::format(" \"{}\"", dim.dim_param());
      error(fmt::format("input \"{}\" leaves dimension {}{} open", input, i, name),
            fmt::format("set all of its dimensions: --shape {}=1,3,96,96", input));
      return false;
    }
    // An unknown batch is one sample.
    if (open) dim.set_dim_value(given < 0 ? 1 : given);
    return true;
  }

  void check_by_libonnx() {
    // It knows no newer operators, recurses into graphs and opens files.
    if (opaque_ || model_.version > newest_operator_set) return;
    try {
      onnx::checker::check_model(model_.proto);
    } catch (const std::exception& problem) {
      if (diagnostics_.failed()) return;
      error(fmt::format("is not valid: {}", first_line(problem.what())), std::string(damaged));
    }
  }

  const std::string& file_;
  const OnnxOptions& options_;
  bool (*supports_)(const std::string&);
  Diagnostics& diagnostics_;
  Model model_;
  bool opaque_ = false;  // not to be shown to libonnx
  bool closed_ = true;   // all shapes of inputs are known
};

}  // namespace

std::optional<Model> read_model(std::span<const std::uint8_t> bytes, const std::string& file,
                                const OnnxOptions& options, bool (*supports)(const std::string&),
                                Diagnostics& diagnostics) {
  return Reader(file, options, supports, diagnostics).run(bytes);
}

namespace {

void state(const onnx::ValueInfoProto& value, ValueTypes& types) {
  const auto& tensor = value.type().tensor_type();
  const auto type = element_type(tensor.elem_type());
  if (!type || !tensor.has_shape() || tensor.shape().dim_size() > max_rank) return;
  Shape shape;
  for (const auto& dim : tensor.shape().dim()) {
    if (!dim.has_dim_value() || dim.dim_value() < 0 || dim.dim_value() > max_elements) return;
    shape.push_back(static_cast<std::int32_t>(dim.dim_value()));
  }
  if (checked_count(shape, max_elements)) types[value.name()] = {*type, shape};
}

}  // namespace

ValueTypes stated_types(const onnx::GraphProto& graph) {
  ValueTypes types;
  for (const auto& value : graph.value_info()) state(value, types);
  for (const auto& value : graph.output()) state(value, types);
  return types;
}

ValueTypes inferred_types(const Model& model, const std::string& file, Diagnostics& diagnostics) {
  if (model.version > newest_operator_set) return stated_types(model.proto.graph());
  onnx::ModelProto copy = model.proto;
  copy.mutable_graph()->clear_value_info();
  try {
    // Shapes that the model computes are followed.
    onnx::shape_inference::InferShapes(copy, onnx::OpSchemaRegistry::Instance(), {false, 0, true});
  } catch (const std::exception& problem) {
    diagnostics
        .error({.file = file},
               fmt::format("has shapes that do not fit: {}", first_line(problem.what())))
        .note(std::string(damaged));
  }
  return stated_types(copy.graph());
}

}  // namespace smelt::onnx_import
