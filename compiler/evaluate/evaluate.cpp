// SPDX-License-Identifier: Apache-2.0
#include "compiler/evaluate/evaluate.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "compiler/targets/targets.h"

namespace smelt {
namespace {

template <typename T>
void fill(Bytes& bytes, std::int64_t value) {
  const T element = static_cast<T>(value);
  for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T))
    std::memcpy(&bytes[i], &element, sizeof(T));
}

void fill(Bytes& bytes, ElementType type, std::int64_t value) {
  switch (byte_size(type)) {
    case 1: return fill<std::int8_t>(bytes, value);
    case 2: return fill<std::int16_t>(bytes, value);
    default: return bytes.assign(bytes.size(), 0);
  }
}

}  // namespace

Evaluation::Evaluation(Program program)
    : program_(std::move(program)), memory_(program_.buffers.size()) {
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    const auto id = static_cast<BufferId>(i);
    if (!program_[id].alias_of) memory_[i].resize(static_cast<std::size_t>(program_[id].bytes));
  }
  for (const Constant& constant : program_.constants) constants_.push_back(constant.bytes.data());
  reset();
}

Evaluation::Evaluation(const Graph& graph, KernelChoice choice)
    : Evaluation(lower(graph, host, choice)) {
  tensors_.resize(graph.tensors.size());
  constant_tensors_.resize(graph.tensors.size());
  for (std::size_t i = 0; i < graph.tensors.size(); ++i)
    if (graph.tensors[i].constant) {
      constant_tensors_[i] = graph.tensors[i].data;
      tensors_[i] = &constant_tensors_[i];
    }
  for (std::size_t i = 0; i < program_.buffers.size(); ++i)
    if (const TensorId tensor = program_.buffers[i].tensor; tensor != no_tensor)
      tensors_[static_cast<std::size_t>(tensor)] = &storage(static_cast<BufferId>(i));
}

void Evaluation::reset() {
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    const Buffer& buffer = program_.buffers[i];
    if (buffer.kind == BufferKind::state) fill(memory_[i], buffer.type, buffer.reset_value);
  }
}

std::vector<Bytes> Evaluation::run(const std::vector<Bytes>& inputs) {
  assert(inputs.size() == program_.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const BufferId to = program_.inputs[i].buffer;
    assert(std::ssize(inputs[i]) == program_[to].bytes);
    std::copy(inputs[i].begin(), inputs[i].end(), place(to));
  }
  for (const Step& step : program_.steps) {
    assert(step.kernel.invoke && "custom operators cannot be evaluated");
    std::vector<void*> pointers;
    for (const Operand& operand : step.operands)
      if (const auto* buffer = std::get_if<BufferId>(&operand.place))
        pointers.push_back(place(*buffer));
      else
        pointers.push_back(const_cast<void*>(
            constants_[static_cast<std::size_t>(std::get<ConstantId>(operand.place))]));
    step.kernel.invoke({step.shape ? &*step.shape : nullptr,
                        step.arguments ? &*step.arguments : nullptr, pointers, constants_});
  }
  std::vector<Bytes> outputs;
  for (const Port& port : program_.outputs)
    outputs.emplace_back(place(port.buffer), place(port.buffer) + program_[port.buffer].bytes);
  return outputs;
}

const Bytes& Evaluation::operator[](TensorId id) const {
  const Bytes* bytes = tensors_[static_cast<std::size_t>(id)];
  assert(bytes && "the tensor has a value");
  return *bytes;
}

}  // namespace smelt
