// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tflite_file.h"

#include <algorithm>

namespace smelt::test {
namespace {

using flatbuffers::Offset;

class Writer {
 public:
  explicit Writer(const FileModel& model) : model_(model) {}

  std::vector<std::uint8_t> run() {
    buffers_.push_back(format::CreateBuffer(file_));
    for (const FileTensor& tensor : model_.tensors) add(tensor);
    for (const FileOperator& op : model_.operators) add(op);
    std::vector<Offset<format::SubGraph>> subgraphs;
    if (model_.has_subgraph)
      subgraphs.push_back(format::CreateSubGraphDirect(file_, &tensors_, &model_.inputs,
                                                       &model_.outputs, &operators_));
    format::FinishModelBuffer(file_, format::CreateModelDirect(file_, model_.version, &codes_,
                                                               &subgraphs, nullptr, &buffers_));
    return {file_.GetBufferPointer(), file_.GetBufferPointer() + file_.GetSize()};
  }

 private:
  Offset<format::QuantizationParameters> quantization(const FileTensor& tensor) {
    if (tensor.scales.empty() && !tensor.other_scheme) return 0;
    if (!tensor.other_scheme)
      return format::CreateQuantizationParametersDirect(file_, &tensor.scales, &tensor.zero_points,
                                                        format::QuantizationDetails::NONE, 0,
                                                        tensor.axis);
    return format::CreateQuantizationParametersDirect(
        file_, nullptr, nullptr, format::QuantizationDetails::BlockwiseQuantization,
        format::CreateUnread(file_).Union());
  }

  std::uint32_t buffer(const FileTensor& tensor) {
    if (tensor.buffer) return *tensor.buffer;
    if (tensor.data.empty() && tensor.outside_offset == 0) return 0;
    const std::vector<std::uint8_t>* data = tensor.data.empty() ? nullptr : &tensor.data;
    buffers_.push_back(format::CreateBufferDirect(file_, data, tensor.outside_offset));
    return static_cast<std::uint32_t>(buffers_.size() - 1);
  }

  void add(const FileTensor& tensor) {
    const auto parameters = quantization(tensor);
    const auto sparsity = tensor.sparse ? format::CreateUnread(file_) : Offset<format::Unread>();
    const std::uint32_t index = buffer(tensor);
    tensors_.push_back(format::CreateTensorDirect(
        file_, &tensor.shape, tensor.type, index, tensor.name.c_str(), parameters, tensor.variable,
        sparsity, tensor.shape_signature.empty() ? nullptr : &tensor.shape_signature, true,
        tensor.external_buffer));
  }

  void add(const FileOperator& op) {
    const auto number = std::min(static_cast<std::int32_t>(op.code), 127);
    codes_.push_back(format::CreateOperatorCodeDirect(
        file_, static_cast<std::int8_t>(number),
        op.custom_code.empty() ? nullptr : op.custom_code.c_str(), op.version, op.code));
    const auto table = op.options ? op.options(file_) : Offset<void>();
    const auto index =
        op.code_index ? *op.code_index : static_cast<std::uint32_t>(codes_.size() - 1);
    operators_.push_back(
        format::CreateOperatorDirect(file_, index, &op.inputs, &op.outputs, op.options_type, table,
                                     op.custom_options.empty() ? nullptr : &op.custom_options,
                                     format::CustomOptionsFormat::FLEXBUFFERS, nullptr,
                                     op.large_options ? 4096 : 0, op.large_options));
  }

  const FileModel& model_;
  flatbuffers::FlatBufferBuilder file_;
  std::vector<Offset<format::Buffer>> buffers_;
  std::vector<Offset<format::Tensor>> tensors_;
  std::vector<Offset<format::Operator>> operators_;
  std::vector<Offset<format::OperatorCode>> codes_;
};

}  // namespace

std::vector<std::uint8_t> FileModel::bytes() const {
  return Writer(*this).run();
}

}  // namespace smelt::test
