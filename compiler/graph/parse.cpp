// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/graph/literals.h"
#include "compiler/graph/scanner.h"
#include "compiler/graph/text.h"
#include "compiler/graph/value_reader.h"

namespace smelt {
namespace {

constexpr auto twice = "a line of this kind was given before";

using FindOperator = const OpDef* (*)(std::string_view);

class Parser {
 public:
  Parser(std::string_view text, std::string_view source, FindOperator find,
         Diagnostics& diagnostics)
      : scanner_(text, source, diagnostics), values_(scanner_), find_(find) {}

  std::optional<Graph> run() {
    while (scanner_.next_statement()) {
      statement();
      scanner_.end_statement();
    }
    if (scanner_.errors() == 0) finish();
    return scanner_.errors() == 0 ? std::optional(std::move(graph_)) : std::nullopt;
  }

 private:
  /// A mention of a tensor, to be checked when all are declared.
  struct Reference {
    std::int32_t index;
    std::size_t position;
  };

  void statement() {
    if (scanner_.accept_word("graph")) return header();
    if (scanner_.accept_word("inputs")) return id_line(graph_.inputs);
    if (scanner_.accept_word("outputs")) return id_line(graph_.outputs);
    const char first = scanner_.peek();
    if (first != '%' && first != '_' && first != '=')
      return scanner_.expected("graph, inputs, outputs or a tensor: %0");
    definition();
  }

  void header() {
    if (headed_) scanner_.fail(twice);
    headed_ = true;
    values_.read(graph_.name);
    if (scanner_.accept_word("file")) values_.read(graph_.file);
  }

  void id_line(std::vector<TensorId>& ids) {
    if (!ids.empty()) scanner_.fail(twice);
    do ids.push_back(id());
    while (scanner_.accept(','));
  }

  TensorId id() {
    if (scanner_.accept_word("_")) return no_tensor;
    return static_cast<TensorId>(tensor_index());
  }

  std::int32_t tensor_index() {
    if (!scanner_.accept('%')) scanner_.expected("a tensor: %0");
    const std::size_t position = scanner_.token();
    const std::int32_t index = scanner_.integer<std::int32_t>();
    references_.push_back({index, position});
    return index;
  }

  void definition() {
    std::vector<TensorId> outputs;
    declared_here_ = nullptr;
    if (scanner_.peek() != '=') {
      do outputs.push_back(output());
      while (scanner_.accept(','));
    }
    const bool tensor_alone = outputs.size() == 1 && declared_here_;
    if (!scanner_.accept('=')) {
      if (!tensor_alone) scanner_.expected("'='");
    } else if (!tensor_alone || !constant(*declared_here_)) {
      node(std::move(outputs));
    }
  }

  /// What a node writes: a declaration, or a mention of a tensor declared elsewhere.
  TensorId output() {
    if (scanner_.accept_word("_")) return no_tensor;
    const std::int32_t index = tensor_index();
    const std::size_t position = scanner_.token();
    std::optional<std::string> name = scanner_.string();
    if (name || scanner_.peek() == ':') {
      Tensor read = tensor(name.value_or(""));
      const auto [place, fresh] = tensors_.try_emplace(index, std::move(read));
      if (!fresh && !scanner_.failed()) {
        scanner_.error_at(position, fmt::format("tensor %{} is declared twice", index));
      }
      declared_here_ = &place->second;
    }
    return static_cast<TensorId>(index);
  }

  Tensor tensor(std::string name) {
    Tensor result;
    result.name = std::move(name);
    scanner_.expect(':');
    const std::string_view type = scanner_.word("an element type: s8");
    if (const auto known = parse_element_type(type))
      result.type = *known;
    else
      scanner_.fail(fmt::format("there is no element type {}", type),
                    "types are f32, s8, u8, s16, s32, s64 and bool");
    values_.read(result.shape);
    result.quantization = values_.quantization();
    result.variable = scanner_.accept_word("variable");
    result.origin = values_.origin();
    return result;
  }

  /// False if no data follows.
  bool constant(Tensor& tensor) {
    if (scanner_.peek() == '[')
      scanner_.list('[', ']', [&] { values_.element(tensor.type, tensor.data); });
    else if (scanner_.accept_word("splat"))
      splat(tensor);
    else if (scanner_.accept_word("base64"))
      base64(tensor);
    else if (scanner_.accept_word("elided"))
      scanner_.fail("the data of this constant was left out when the text was written",
                    "print the graph again, without eliding constants");
    else
      return false;
    tensor.constant = true;
    return true;
  }

  void splat(Tensor& tensor) {
    const std::size_t position = scanner_.token();
    std::vector<std::uint8_t> element;
    values_.element(tensor.type, element);
    if (scanner_.failed()) return;
    const auto count = checked_count(tensor.shape, splats_left_ / byte_size(tensor.type));
    if (!count) {
      scanner_.error_at(position, fmt::format("a splat of shape {} is too large or negative",
                                              to_string(tensor.shape)));
      return;
    }
    splats_left_ -= *count * byte_size(tensor.type);
    for (std::int64_t i = 0; i < *count; ++i)
      tensor.data.insert(tensor.data.end(), element.begin(), element.end());
  }

  void base64(Tensor& tensor) {
    scanner_.expect('(');
    auto data = parse_base64(scanner_.until(')'));
    if (data)
      tensor.data = std::move(*data);
    else
      scanner_.fail("this is not base64 text in whole groups of four characters");
  }

  void node(std::vector<TensorId> outputs) {
    Node node;
    node.outputs = std::move(outputs);
    const std::string_view name = scanner_.word("an operator or a constant's data");
    node.op = find_(name);
    if (scanner_.failed()) return;
    if (!node.op) return scanner_.fail(fmt::format("there is no operator {}", name));
    const std::optional<std::string> given = scanner_.string();
    if (given)
      node.name = *given;
    else
      unnamed_.push_back(graph_.nodes.size());
    scanner_.list('(', ')', [&] { node.inputs.push_back(id()); });
    attributes(node);
    if (scanner_.accept('@')) file_place(node);
    graph_.nodes.push_back(std::move(node));
  }

  void attributes(Node& node) {
    node.attributes = node.op->attributes.make();
    const std::vector<AttributeField> fields = node.op->attributes.fields(node.attributes);
    std::vector<bool> given(fields.size());
    while (!scanner_.failed() && scanner_.peek() != '@' && scanner_.peek() != 0) {
      const std::string_view name = scanner_.word("an attribute, @ or the end of the line");
      const auto is_it = [&](const AttributeField& field) { return field.name == name; };
      const auto field = std::find_if(fields.begin(), fields.end(), is_it);
      if (field == fields.end()) return unknown_attribute(*node.op, name, fields);
      const auto i = static_cast<std::size_t>(field - fields.begin());
      if (given[i]) scanner_.fail(fmt::format("attribute {} is given twice", name));
      given[i] = true;
      std::visit([&](auto* value) { values_.read(*value); }, field->value);
    }
  }

  void unknown_attribute(const OpDef& op, std::string_view name,
                         const std::vector<AttributeField>& fields) {
    std::vector<std::string_view> names;
    for (const AttributeField& field : fields) names.push_back(field.name);
    scanner_.fail(
        fmt::format("{} has no attribute {}", op.name, name),
        names.empty() ? "it has none" : fmt::format("attributes are {}", fmt::join(names, ", ")));
  }

  void file_place(Node& node) {
    const char next = scanner_.peek();
    if (next != 0 && next != '"') values_.read(node.file_index);
    if (scanner_.peek() == '"') values_.read(node.file_kind);
  }

  /// Moves the tensors into the graph if each is declared and none is missing.
  void finish() {
    for (const Reference& each : references_)
      if (!tensors_.contains(each.index))
        scanner_.error_at(each.position, fmt::format("tensor %{} is not declared", each.index));
    if (scanner_.errors() > 0) return;
    for (auto& [index, tensor] : tensors_) {
      if (index != static_cast<std::int32_t>(graph_.tensors.size())) return gap(index);
      graph_.add(std::move(tensor));
    }
    for (const std::size_t i : unnamed_) {
      Node& node = graph_.nodes[i];
      if (!node.outputs.empty() && node.outputs.front() != no_tensor)
        node.name = graph_[node.outputs.front()].name;
    }
  }

  void gap(std::int32_t index) {
    const auto is_it = [&](const Reference& each) { return each.index == index; };
    scanner_.error_at(
        std::find_if(references_.begin(), references_.end(), is_it)->position,
        fmt::format("there is a tensor %{}, but no %{}", index, graph_.tensors.size()),
        "tensors are numbered from 0 without gaps");
  }

  Scanner scanner_;
  ValueReader values_;
  FindOperator find_;
  Graph graph_;
  std::map<std::int32_t, Tensor> tensors_;
  std::vector<Reference> references_;
  std::vector<std::size_t> unnamed_;  ///< nodes that get their first output's name
  Tensor* declared_here_ = nullptr;   ///< the last tensor that the statement declares
  bool headed_ = false;
  std::int64_t splats_left_ = max_splat_bytes;
};

}  // namespace

std::optional<Graph> parse(std::string_view text, std::string_view source, FindOperator find,
                           Diagnostics& diagnostics) {
  return Parser(text, source, find, diagnostics).run();
}

}  // namespace smelt
