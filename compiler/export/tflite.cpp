// SPDX-License-Identifier: Apache-2.0
#include "compiler/export/tflite.h"

#include <algorithm>
#include <tuple>

#include "compiler/export/frames.h"
#include "compiler/export/tflite_operator.h"

namespace smelt {
namespace {

namespace format = smelt::tflite_format;
using flatbuffers::Offset;

constexpr std::uint32_t format_version = 3;
/// Codes from here on do not fit the field that files from before 2020 have.
constexpr std::int32_t placeholder_code = 127;

/// What operators share: one entry for each kind and version.
struct Code {
  format::BuiltinOperator builtin;
  int version;
  std::string custom;
  bool operator==(const Code&) const = default;
};

std::vector<std::int32_t> indices(const std::vector<TensorId>& ids) {
  std::vector<std::int32_t> result;
  for (const TensorId id : ids) result.push_back(static_cast<std::int32_t>(id));
  return result;
}

/// Data as files have them: of 4 bits, two elements share a byte, the first in its low half.
std::vector<std::uint8_t> packed(const Tensor& tensor) {
  if (tensor.type != ElementType::s4) return tensor.data;
  std::vector<std::uint8_t> bytes((tensor.data.size() + 1) / 2);
  for (std::size_t i = 0; i < tensor.data.size(); ++i)
    bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] | (tensor.data[i] & 15U) << (i % 2 * 4));
  return bytes;
}

int version_of(const tflite_writer::Row& row, const NodeView& view) {
  if (!view.has_input(0)) return row.version;
  switch (view.input(0).type) {
    case ElementType::s8: return row.version_int8;
    case ElementType::s16: return row.version_int16;
    default: return row.version;
  }
}

class Exporter {
 public:
  Exporter(const Graph& graph, Diagnostics& diagnostics)
      : graph_(graph), diagnostics_(diagnostics) {}

  std::optional<std::vector<std::uint8_t>> run() {
    for (const Node& node : graph_.nodes) add_operator(node);
    if (diagnostics_.failed()) return std::nullopt;
    buffers_.push_back(format::CreateBuffer(file_));  // the one of tensors without data
    for (const Tensor& tensor : graph_.tensors) add_tensor(tensor);
    for (const Tensor& tensor : constants_) add_tensor(tensor);
    finish();
    return std::vector<std::uint8_t>(file_.GetBufferPointer(),
                                     file_.GetBufferPointer() + file_.GetSize());
  }

 private:
  void add_operator(const Node& node) {
    const tflite_writer::Row* row = tflite_writer::find(*node.op);
    if (!row) {
      diagnostics_.error(place_of(graph_, node), "has no counterpart in the .tflite format")
          .note("write the graph before this operator is introduced");
      return;
    }
    const NodeView view{graph_, node};
    tflite_writer::Operator op{.view = view,
                               .file = file_,
                               .constants = constants_,
                               .diagnostics = diagnostics_,
                               .code = row->code,
                               .version = version_of(*row, view),
                               .options_type = row->options,
                               .inputs = indices(node.inputs)};
    row->write(op);
    const std::vector<std::int32_t> outputs = indices(node.outputs);
    operators_.push_back(format::CreateOperator(
        file_, code_index({op.code, op.version, op.custom_code}), file_.CreateVector(op.inputs),
        file_.CreateVector(outputs), op.options_type, op.options, op.custom_options));
  }

  std::uint32_t code_index(const Code& code) {
    const auto found = std::find(codes_.begin(), codes_.end(), code);
    const auto index = static_cast<std::uint32_t>(found - codes_.begin());
    if (found == codes_.end()) codes_.push_back(code);
    return index;
  }

  std::uint32_t add_buffer(const Tensor& tensor) {
    if (!tensor.constant) return 0;
    const std::vector<std::uint8_t> data = packed(tensor);
    buffers_.push_back(format::CreateBufferDirect(file_, &data));
    return static_cast<std::uint32_t>(buffers_.size() - 1);
  }

  Offset<format::QuantizationParameters> quantization(const Quantization& source) {
    if (!source.present()) return 0;
    const std::vector<std::int64_t> zeros(source.zero_points.begin(), source.zero_points.end());
    return format::CreateQuantizationParametersDirect(
        file_, &source.scales, &zeros, format::QuantizationDetails::NONE, 0, source.axis);
  }

  void add_tensor(const Tensor& tensor) {
    const auto shape = file_.CreateVector(tensor.shape);
    const auto name = file_.CreateString(tensor.name);
    const auto parameters = quantization(tensor.quantization);
    const std::uint32_t buffer = add_buffer(tensor);
    tensors_.push_back(format::CreateTensor(
        file_, shape, tflite_writer::tensor_type(tensor.type), buffer, name, parameters,
        tensor.variable, /*sparsity=*/0, /*shape_signature=*/0, /*has_rank=*/true));
  }

  std::vector<Offset<format::OperatorCode>> operator_codes() {
    std::vector<Offset<format::OperatorCode>> result;
    for (const Code& code : codes_) {
      const auto number = std::min(static_cast<std::int32_t>(code.builtin), placeholder_code);
      const auto custom =
          code.custom.empty() ? Offset<flatbuffers::String>() : file_.CreateString(code.custom);
      result.push_back(format::CreateOperatorCode(file_, static_cast<std::int8_t>(number), custom,
                                                  code.version, code.builtin));
    }
    return result;
  }

  void finish() {
    const auto inputs = indices(graph_.inputs);
    const auto outputs = indices(graph_.outputs);
    const std::vector<Offset<format::SubGraph>> subgraphs = {format::CreateSubGraphDirect(
        file_, &tensors_, &inputs, &outputs, &operators_, graph_.name.c_str())};
    const std::vector<Offset<format::OperatorCode>> codes = operator_codes();
    format::FinishModelBuffer(file_,
                              format::CreateModelDirect(file_, format_version, &codes, &subgraphs,
                                                        "written by smelt", &buffers_));
  }

  const Graph& graph_;
  Diagnostics& diagnostics_;
  flatbuffers::FlatBufferBuilder file_;
  std::vector<Code> codes_;
  std::vector<Tensor> constants_;  // behind the graph's tensors
  std::vector<Offset<format::Operator>> operators_;
  std::vector<Offset<format::Buffer>> buffers_;
  std::vector<Offset<format::Tensor>> tensors_;
};

}  // namespace

bool tflite_has(const OpDef& op) {
  return tflite_writer::find(op) != nullptr;
}

std::optional<std::vector<std::uint8_t>> export_tflite(const Graph& graph,
                                                       Diagnostics& diagnostics) {
  const Graph framed = frame_pads(graph);
  return Exporter(framed, diagnostics).run();
}

}  // namespace smelt
