// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/literals.h"
#include "compiler/graph/text.h"

namespace smelt {
namespace {

/// From this many equal elements on, a splat reads better than a list.
constexpr std::size_t min_splat = 8;

std::string id_text(TensorId id) {
  return id == no_tensor ? "_" : fmt::format("%{}", static_cast<std::int32_t>(id));
}

std::string ids_text(const std::vector<TensorId>& ids) {
  std::vector<std::string> texts;
  for (const TensorId id : ids) texts.push_back(id_text(id));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string list_text(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string value_text(bool value) {
  return value ? "true" : "false";
}
std::string value_text(std::int32_t value) {
  return fmt::format("{}", value);
}
std::string value_text(float value) {
  return float_text(value);
}
std::string value_text(const std::string& value) {
  return quoted(value);
}
std::string value_text(Activation value) {
  return std::string(to_string(value));
}
std::string value_text(const Extent2& e) {
  return fmt::format("[{}, {}]", e.height, e.width);
}
std::string value_text(const Pads& p) {
  return fmt::format("[{}, {}, {}, {}]", p.top, p.left, p.bottom, p.right);
}
template <typename T>
std::string value_text(const std::vector<T>& values) {
  std::vector<std::string> items;
  for (const T& value : values) items.push_back(value_text(value));
  return list_text(items);
}

std::vector<std::string> attribute_texts(const OpDef& op, std::any attributes) {
  std::vector<std::string> texts;
  for (const AttributeField& field : op.attributes.fields(attributes))
    texts.push_back(std::visit(
        [&](const auto* value) { return fmt::format(" {} {}", field.name, value_text(*value)); },
        field.value));
  return texts;
}

std::string zero_points_text(const Quantization& quantization) {
  const std::vector<std::int32_t>& zeros = quantization.zero_points;
  const auto first = zeros.empty() ? 0 : zeros.front();
  const bool shared = zeros.size() == quantization.scales.size() &&
                      std::all_of(zeros.begin(), zeros.end(), [&](auto z) { return z == first; });
  if (!shared) return fmt::format(" zero {}", value_text(zeros));
  return first == 0 ? "" : fmt::format(" zero {}", first);
}

std::string quantization_text(const Quantization& quantization) {
  std::string text;
  if (quantization.scales.size() == 1)
    text = fmt::format(" scale {}", float_text(quantization.scales.front()));
  if (quantization.per_channel()) text = fmt::format(" scale {}", value_text(quantization.scales));
  text += zero_points_text(quantization);
  if (quantization.per_channel() || quantization.axis != 0)
    text += fmt::format(" axis {}", quantization.axis);
  return text;
}

std::string origin_text(const Origin& origin) {
  std::string text = origin.tensor == -1 ? "" : fmt::format(" origin {}", origin.tensor);
  if (!origin.channels.empty()) text += fmt::format(" channels {}", value_text(origin.channels));
  if (origin.removed.empty()) return text;
  std::vector<std::string> removed;
  for (const Origin::Removed& each : origin.removed)
    removed.push_back(fmt::format("{}: {}", each.channel, each.value));
  return text + " removed " + list_text(removed);
}

std::string element_text(const Tensor& tensor, std::size_t i) {
  if (tensor.type == ElementType::f32) return float_text(elements<float>(tensor)[i]);
  return fmt::format("{}", integers(tensor)[i]);
}

std::string values_text(const Tensor& tensor) {
  if (tensor.type == ElementType::f32) return value_text(elements<float>(tensor));
  return fmt::format("[{}]", fmt::join(integers(tensor), ", "));
}

/// All elements are the same bytes, and as many as the shape says.
bool is_splat(const Tensor& tensor) {
  const std::vector<std::uint8_t>& data = tensor.data;
  const auto size = static_cast<std::size_t>(byte_size(tensor.type));
  const auto count = checked_count(tensor.shape, max_splat_bytes);
  if (!count || static_cast<std::size_t>(*count) * size != data.size()) return false;
  return data.size() >= min_splat * size &&
         std::equal(data.begin() + byte_size(tensor.type), data.end(), data.begin());
}

class Printer {
 public:
  Printer(const Graph& graph, const TextOptions& options)
      : graph_(graph), options_(options), declared_(graph.tensors.size()) {}

  std::string run() {
    text_ = fmt::format("graph {}", quoted(graph_.name));
    if (!graph_.file.empty()) text_ += " file " + quoted(graph_.file);
    text_ += '\n';
    if (!graph_.inputs.empty()) text_ += fmt::format("inputs {}\n", ids_text(graph_.inputs));
    if (!graph_.outputs.empty()) text_ += fmt::format("outputs {}\n", ids_text(graph_.outputs));
    tensors();
    if (!graph_.nodes.empty()) text_ += '\n';
    for (const Node& node : graph_.nodes) text_ += node_text(node) + '\n';
    return std::move(text_);
  }

 private:
  bool exists(TensorId id) const {
    return id > no_tensor && static_cast<std::size_t>(id) < graph_.tensors.size();
  }

  /// The tensors that no node line declares.
  void tensors() {
    std::vector<bool> made(graph_.tensors.size());
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.outputs)
        if (exists(id)) made[static_cast<std::size_t>(id)] = true;
    for (const TensorId id : graph_.inputs)
      if (exists(id)) made[static_cast<std::size_t>(id)] = false;
    if (std::find(made.begin(), made.end(), false) != made.end()) text_ += '\n';
    for (std::size_t i = 0; i < made.size(); ++i) {
      const Tensor& tensor = graph_.tensors[i];
      if (made[i] && !tensor.constant && !tensor.variable) continue;
      text_ += declaration(static_cast<TensorId>(i));
      if (tensor.constant) text_ += " = " + data_text(tensor);
      text_ += '\n';
    }
  }

  std::string declaration(TensorId id) {
    declared_[static_cast<std::size_t>(id)] = true;
    const Tensor& tensor = graph_[id];
    const std::string name = tensor.name.empty() ? "" : " " + quoted(tensor.name);
    return fmt::format("{}{}: {}[{}]{}{}{}", id_text(id), name, to_string(tensor.type),
                       fmt::join(tensor.shape, ","), quantization_text(tensor.quantization),
                       tensor.variable ? " variable" : "", origin_text(tensor.origin));
  }

  std::string data_text(const Tensor& tensor) {
    const auto size = static_cast<std::size_t>(byte_size(tensor.type));
    if (is_splat(tensor) && tensor.data.size() <= splats_left_) {
      splats_left_ -= tensor.data.size();
      return "splat " + element_text(tensor, 0);
    }
    const bool whole = tensor.data.size() % size == 0;
    if (whole && tensor.data.size() / size <= options_.max_values) return values_text(tensor);
    if (options_.elide) return fmt::format("elided {} bytes", tensor.data.size());
    return fmt::format("base64({})", base64_lines(tensor.data));
  }

  std::string node_text(const Node& node) {
    std::vector<std::string> outputs;
    for (const TensorId id : node.outputs) {
      const bool first = exists(id) && !declared_[static_cast<std::size_t>(id)];
      outputs.push_back(first ? declaration(id) : id_text(id));
    }
    const bool named = !node.outputs.empty() && exists(node.outputs.front());
    const std::string usual = named ? graph_[node.outputs.front()].name : "";
    const std::string name = node.name == usual ? "" : fmt::format(" {} ", quoted(node.name));
    std::string text = fmt::format("{} = {}{}({}){}", fmt::join(outputs, ", "), node.op->name, name,
                                   ids_text(node.inputs), attributes_text(node));
    if (node.file_index != -1 || !node.file_kind.empty()) text += " @";
    if (node.file_index != -1) text += fmt::format("{}", node.file_index);
    if (!node.file_kind.empty()) text += " " + quoted(node.file_kind);
    return text;
  }

  const Graph& graph_;
  const TextOptions& options_;
  std::string text_;
  std::vector<bool> declared_;
  std::size_t splats_left_ = max_splat_bytes;
};

}  // namespace

std::string attributes_text(const Node& node) {
  const std::vector<std::string> texts = attribute_texts(*node.op, node.attributes);
  const std::vector<std::string> defaults = attribute_texts(*node.op, node.op->attributes.make());
  std::string result;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (texts[i] != defaults[i]) result += texts[i];
  return result;
}

std::string print(const Graph& graph, const TextOptions& options) {
  return Printer(graph, options).run();
}

}  // namespace smelt
