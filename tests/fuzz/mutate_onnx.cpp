// SPDX-License-Identifier: Apache-2.0
//
// Changes a .onnx file where it says something: a field of any message in it. Bytes changed
// anywhere mostly break the encoding, and get no further than its parser.
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "compiler/import/onnx_format.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Random = std::mt19937;

constexpr int max_depth = 12;

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

/// A field that is set, in a message.
struct Place {
  Message* message;
  const FieldDescriptor* field;
};

struct Places {
  std::vector<Place> all;
  std::vector<std::string> names;

  void collect(Message& message, int depth) {
    std::vector<const FieldDescriptor*> fields;
    const Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      all.push_back({&message, field});
      if (field->name() == "name" && field->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
        names.push_back(reflection.GetString(message, field));
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || depth > max_depth) continue;
      if (!field->is_repeated()) {
        collect(*reflection.MutableMessage(&message, field), depth + 1);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        collect(*reflection.MutableRepeatedMessage(&message, field, i), depth + 1);
    }
  }
};

std::int64_t number(Random& random, std::int64_t old) {
  static constexpr std::array<std::int64_t, 20> telling = {
      -1,  0,   1,     2,     3,       4,         7,         9,         64,        127,
      128, 255, 32767, 65536, 1 << 20, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1LL << 32};
  const auto bits = static_cast<std::uint64_t>(old);  // the least number has none below it
  switch (below(random, 5)) {
    case 0: return static_cast<std::int64_t>(bits + 1);
    case 1: return static_cast<std::int64_t>(bits - 1);
    case 2: return static_cast<std::int64_t>(below(random, 20));
    case 3: return -static_cast<std::int64_t>(below(random, 8));
    default: return telling[below(random, telling.size())];
  }
}

float real(Random& random, float old) {
  const std::array<float, 10> telling = {0, 1, -1, 0.5F, 1e-30F, 1e30F, 3, old * 2, -old, 1.0F / 0};
  return telling[below(random, telling.size())];
}

std::string text(Random& random, std::string old, const std::vector<std::string>& names) {
  if (below(random, 2) == 0 && !names.empty()) return names[below(random, names.size())];
  if (old.empty()) return "x";
  const std::size_t at = below(random, old.size());
  switch (below(random, 3)) {
    case 0: old.erase(at, 1 + below(random, 8)); break;
    case 1: old.insert(at, 1 + below(random, 4), static_cast<char>(random())); break;
    default: old[at] = static_cast<char>(random()); break;
  }
  return old;
}

/// A new value for one element of a repeated field, or for the field.
void change_value(const Place& place, Random& random, const std::vector<std::string>& names) {
  Message* const m = place.message;
  const FieldDescriptor* const f = place.field;
  const Reflection& r = *m->GetReflection();
  const bool many = f->is_repeated();
  const int i =
      many ? static_cast<int>(below(random, static_cast<std::size_t>(r.FieldSize(*m, f)))) : 0;
  switch (f->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value = number(random, many ? r.GetRepeatedInt64(*m, f, i) : r.GetInt64(*m, f));
      many ? r.SetRepeatedInt64(m, f, i, value) : r.SetInt64(m, f, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value = static_cast<std::int32_t>(
          number(random, many ? r.GetRepeatedInt32(*m, f, i) : r.GetInt32(*m, f)));
      many ? r.SetRepeatedInt32(m, f, i, value) : r.SetInt32(m, f, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const float value = real(random, many ? r.GetRepeatedFloat(*m, f, i) : r.GetFloat(*m, f));
      many ? r.SetRepeatedFloat(m, f, i, value) : r.SetFloat(m, f, value);
      break;
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      if (!many) r.SetEnumValue(m, f, static_cast<int>(below(random, 20)));
      break;
    case FieldDescriptor::CPPTYPE_STRING: {
      const auto value =
          text(random, many ? r.GetRepeatedString(*m, f, i) : r.GetString(*m, f), names);
      many ? r.SetRepeatedString(m, f, i, value) : r.SetString(m, f, value);
      break;
    }
    default: break;
  }
}

/// Removes, repeats or swaps elements; false if the field cannot have several.
bool rearrange(const Place& place, Random& random) {
  Message* const m = place.message;
  const Reflection& r = *m->GetReflection();
  if (!place.field->is_repeated()) return false;
  const int size = r.FieldSize(*m, place.field);
  const auto any = [&] { return static_cast<int>(below(random, static_cast<std::size_t>(size))); };
  r.SwapElements(m, place.field, any(), any());
  if (below(random, 2) == 0) {
    r.RemoveLast(m, place.field);
  } else if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const std::string copy =
        r.GetRepeatedMessage(*m, place.field, any()).SerializePartialAsString();
    r.AddMessage(m, place.field)->ParsePartialFromString(copy);
  } else if (place.field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    r.AddInt64(m, place.field, number(random, 1));
  }
  return true;
}

void change(onnx::ModelProto& model, Random& random) {
  Places places;
  places.collect(model, 0);
  if (places.all.empty()) return;
  const Place place = places.all[below(random, places.all.size())];
  const std::size_t how = below(random, 8);
  if (how == 0 && !place.field->is_required())
    place.message->GetReflection()->ClearField(place.message, place.field);
  else if (how > 2 || !rearrange(place, random))
    change_value(place, random, places.names);
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  Random random(seed);
  onnx::ModelProto model;
  if (below(random, 8) == 0 || !model.ParseFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, max_size);
  const std::size_t changes = 1 + below(random, 4);
  for (std::size_t i = 0; i < changes; ++i) change(model, random);
  const std::size_t bytes = model.ByteSizeLong();
  if (bytes > max_size) return LLVMFuzzerMutate(data, size, max_size);
  model.SerializeToArray(data, static_cast<int>(bytes));
  return bytes;
}
