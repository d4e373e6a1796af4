// SPDX-License-Identifier: Apache-2.0
//
// Changes a .tflite file where it says something: a number of a tensor, an operator or its options.
// Bytes changed anywhere mostly break the FlatBuffer, and get no further than its verifier.
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "tflite_generated.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

namespace format = smelt::tflite_format;
using Random = std::mt19937;

/// A number in the file.
struct Place {
  const void* at;
  std::size_t bytes;
};

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

class Places {
 public:
  explicit Places(const format::Model& model) {
    if (model.operator_codes())
      for (const auto* code : *model.operator_codes()) add_fields(code);
    if (!model.subgraphs() || model.subgraphs()->size() == 0) return;
    const format::SubGraph& graph = *model.subgraphs()->Get(0);
    add_elements(graph.inputs());
    add_elements(graph.outputs());
    if (graph.operators())
      for (const auto* op : *graph.operators()) add(*op);
    if (graph.tensors())
      for (const auto* tensor : *graph.tensors()) add(*tensor, model);
  }

  std::vector<Place> all;

 private:
  template <typename T>
  void add_elements(const flatbuffers::Vector<T>* vector) {
    for (std::uint32_t i = 0; vector && i < vector->size(); ++i)
      all.push_back({vector->Data() + i * sizeof(T), sizeof(T)});
  }

  /// Fields of a table, scalar or not: changed offsets are the verifier's business.
  void add_fields(const void* object) {
    if (!object) return;
    const auto& table = *static_cast<const flatbuffers::Table*>(object);
    const std::uint8_t* vtable = table.GetVTable();
    const auto end = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable);
    for (flatbuffers::voffset_t field = 4; field < end; field += 2)
      if (const std::uint8_t* at = table.GetAddressOf(field)) all.push_back({at, 0});
  }

  void add(const format::Operator& op) {
    add_fields(&op);
    // The verifier leaves options of no known type alone.
    const format::BuiltinOptions type = op.builtin_options_type();
    if (type > format::BuiltinOptions::MIN && type <= format::BuiltinOptions::MAX)
      add_fields(op.builtin_options());
    add_elements(op.inputs());
    add_elements(op.outputs());
  }

  void add(const format::Tensor& tensor, const format::Model& model) {
    add_fields(&tensor);
    add_elements(tensor.shape());
    if (const auto* quantization = tensor.quantization()) {
      add_fields(quantization);
      add_elements(quantization->scale());
      add_elements(quantization->zero_point());
    }
    // Numbers such as axes and paddings are data of tensors.
    const bool is_list = tensor.type() == format::TensorType::INT32;
    if (!is_list || !model.buffers() || tensor.buffer() >= model.buffers()->size()) return;
    const auto* data = model.buffers()->Get(tensor.buffer())->data();
    for (std::uint32_t i = 0; data && i + 4 <= data->size() && i < 64; i += 4)
      all.push_back({data->Data() + i, 4});
  }
};

std::int64_t number(Random& random, std::int64_t old) {
  static constexpr std::array<std::int64_t, 20> telling = {
      -1,  0,   1,   2,     3,     4,       7,         9,         64,         127,
      128, 255, 256, 32767, 65536, 1 << 20, INT32_MAX, INT32_MIN, 0x3f800000, 0x7f800000};
  const auto bits = static_cast<std::uint64_t>(old);  // the least number has none below it
  switch (below(random, 5)) {
    case 0: return static_cast<std::int64_t>(bits + 1);
    case 1: return static_cast<std::int64_t>(bits - 1);
    case 2: return static_cast<std::int64_t>(below(random, 8));
    case 3: return static_cast<std::int64_t>(random());
    default: return telling[below(random, telling.size())];
  }
}

/// The place's object may not be what its fields' widths say: the new number stays in the file.
void change(Place place, std::uint8_t* data, std::size_t size, Random& random) {
  const auto at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(place.at) - data);
  std::size_t bytes = place.bytes;
  if (bytes == 0) bytes = std::array<std::size_t, 3>{1, 4, 4}[below(random, 3)];
  if (at + bytes > size) return;
  std::int64_t value = 0;
  std::memcpy(&value, data + at, bytes);
  value = number(random, value);
  std::memcpy(data + at, &value, bytes);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  Random random(seed);
  flatbuffers::Verifier verifier(data, size, 32, 100000);
  if (size < 8 || below(random, 8) == 0 || !format::VerifyModelBuffer(verifier))
    return LLVMFuzzerMutate(data, size, max_size);
  const Places places(*format::GetModel(data));
  if (places.all.empty()) return LLVMFuzzerMutate(data, size, max_size);
  const std::size_t changes = 1 + below(random, 4);
  for (std::size_t i = 0; i < changes; ++i)
    change(places.all[below(random, places.all.size())], data, size, random);
  return size;
}
