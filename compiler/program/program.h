// SPDX-License-Identifier: Apache-2.0
//
// What the device will do: a fixed sequence of kernel calls on buffers and constants, every number
// known. Lowering makes it, planning fills in the offsets, emission and reports only read it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

namespace smelt {

enum class BufferId : std::int32_t {};
enum class ConstantId : std::int32_t {};

/// One number or constant that a kernel is given.
using Value = std::variant<std::int64_t, float, ConstantId>;

/// A field of a kernel's shape or layer struct: one value, or those of an array or nested struct.
struct Field {
  std::string name;
  std::vector<Value> values;
  /// What values are, for the reader; empty, or one each: "" continues the one before, and values
  /// from "extents[]" on are those of an array in a nested struct.
  std::vector<std::string> labels;
};

/// The fields of a struct of runtime-min, in the order of its declaration.
struct Struct {
  std::string type;  ///< "conv2d_s8_layer", in namespace smelt
  std::vector<Field> fields;
  std::string name;  ///< of a shape, which layers share: "window_3x3_s2"
};

/// What a kernel's buffer parameters point to on the host, in order, and its struct arguments.
struct HostCall {
  const Struct* shape;
  const Struct* layer;
  const std::vector<void*>& pointers;
  const std::vector<const void*>& constants;  ///< by ConstantId
};

/// A function of runtime-min. `invoke` calls it on the host; absent for the user's own functions.
struct Kernel {
  std::string name;    ///< "conv2d_s8"
  std::string header;  ///< "smelt/conv2d.h", as included by the emitted code
  void (*invoke)(const HostCall&) = nullptr;
};

enum class Access : std::uint8_t { read, write, scratch, state };

/// One buffer parameter of a kernel, in the order of its signature. A read operand may be constant.
struct Operand {
  std::variant<BufferId, ConstantId> place;
  Access access = Access::read;
  bool by_load = false;  ///< a constant that the kernel reads wherever the device keeps constants
};

/// Bytes from `from` on in a step's first operand that become those from `to` on in its second.
struct Copy {
  std::int64_t from = 0, to = 0, bytes = 0;
};

/// One call. Emitted as `smelt::kernel<shape>(layer, operands...)`.
struct Step {
  std::string layer;    ///< name of the layer, as in the model
  std::string summary;  ///< for the comment: "3x3/2 same, relu"
  Kernel kernel;
  std::optional<Struct> shape;      ///< what is worth a template instance of its own
  std::optional<Struct> arguments;  ///< the layer struct
  std::vector<Operand> operands;
  std::int64_t macs = 0;
  std::int32_t file_index = -1;  ///< operator index in the model file
  bool in_place = false;         ///< the output may overwrite an input of as many elements
  /// The output may reach over the first operand if it begins so many bytes before it: by then, the
  /// kernel has read what it writes over. Absent: it must not.
  std::optional<std::int64_t> lead;
  std::optional<Copy> copy;  ///< all that the step does, if that is one run of bytes
};

enum class BufferKind : std::uint8_t { tensor, scratch, state };

/// Memory that steps read and write. Bytes and offsets count from the start of the arena, or of
/// the state for BufferKind::state.
struct Buffer {
  std::string layer;   ///< name of the layer it belongs to: that of the tensor it holds
  std::string suffix;  ///< what it is there: "out", "ring"
  BufferKind kind = BufferKind::tensor;
  ElementType type = ElementType::s8;
  Shape shape;
  Quantization quantization;
  std::int64_t bytes = 0;
  std::int32_t alignment = 1;
  TensorId tensor = no_tensor;       ///< of the lowered graph; none for scratch
  Origin origin;                     ///< of that tensor
  std::optional<BufferId> alias_of;  ///< the same bytes under another name and shape
  std::int64_t alias_offset = 0;     ///< where they begin in that buffer
  std::vector<BufferId> pieces;      ///< those that steps write instead of this one
  std::int64_t reset_value = 0;      ///< state: every element's value after reset
  // Filled in by planning:
  std::int32_t first_step = 0;
  std::int32_t last_step = 0;  ///< inclusive; the number of steps if the caller reads it afterwards
  std::int64_t offset = 0;
};

/// Read-only data of the device.
struct Constant {
  std::string layer;   ///< name of the layer it belongs to
  std::string suffix;  ///< what it is there: "weights"
  ElementType type = ElementType::s8;
  std::vector<std::uint8_t> bytes;
  std::int32_t per_channel = 0;  ///< elements of one output channel; 0: not laid out by channel
  bool table = false;            ///< a lookup table rather than weights
  bool single = false;           ///< one for all output channels
};

/// An input or output of the model.
struct Port {
  std::string name;
  BufferId buffer{};
};

struct Program {
  std::string name;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Step> steps;
  std::vector<Buffer> buffers;
  std::vector<Constant> constants;
  // Filled in by planning:
  std::int64_t arena_bytes = 0;
  std::int64_t state_bytes = 0;
  std::int32_t peak_step = 0;
  bool overwrites_input = false;

  Buffer& operator[](BufferId id) { return buffers[static_cast<std::size_t>(id)]; }
  const Buffer& operator[](BufferId id) const { return buffers[static_cast<std::size_t>(id)]; }
  Constant& operator[](ConstantId id) { return constants[static_cast<std::size_t>(id)]; }
  const Constant& operator[](ConstantId id) const {
    return constants[static_cast<std::size_t>(id)];
  }
};

/// The buffer that really owns the bytes of `id`.
BufferId storage_of(const Program& program, BufferId id);

/// Where the bytes of `id` begin in that buffer.
std::int64_t offset_in_storage(const Program& program, BufferId id);

}  // namespace smelt
