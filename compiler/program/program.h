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

#include "compiler/coding/coding.h"
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

/// A function of runtime-min. `invoke` calls it on the host; absent for those of one row, of one
/// core and for the user's own.
struct Kernel {
  std::string name;    ///< "conv2d_s8"
  std::string header;  ///< "smelt/conv2d.h", as included by the emitted code
  void (*invoke)(const HostCall&) = nullptr;
  bool custom = false;  ///< the user's own
};

enum class Access : std::uint8_t { read, write, scratch, state };

/// One buffer parameter of a kernel, in the order of its signature. A read operand may be constant.
struct Operand {
  std::variant<BufferId, ConstantId> place;
  Access access = Access::read;
  bool by_load = false;  ///< a constant that the kernel reads wherever the device keeps constants
};

/// Which rows of an operand one row of the output is made of, in a RowForm: row y of `rows` ones,
/// `dilation` apart, the first being y * stride - top.
struct RowWindow {
  std::size_t operand = 0;    ///< of RowForm::operands
  std::int32_t height = 1;    ///< rows of the operand
  std::int64_t elements = 0;  ///< of each
  std::int32_t rows = 1, stride = 1, dilation = 1;
  std::int32_t top = 0;              ///< rows of padding that the first window begins with
  std::int64_t left = 0, right = 0;  ///< elements of padding on either side of a row
  Value padding = std::int64_t{0};
  bool pointers = false;  ///< the kernel takes an array of pointers to rows, else one to the row
  /// Where rows are at no regular distance, in ascending order: the first for each y, which the
  /// device finds in a table of 16-bit integers that are more than `last` at most where that is.
  std::vector<std::int32_t> firsts;
  std::optional<ConstantId> table;
  std::int32_t last = 0;

  std::int64_t first(std::int64_t y) const {
    return firsts.empty() ? y * stride - top : firsts[static_cast<std::size_t>(y)];
  }
  std::int32_t span() const { return (rows - 1) * dilation + 1; }
};

/// How a step computes its output a row at a time. Of a NHWC image of one batch, rows are those of
/// H. Emitted as `smelt::kernel<shape>(layer, [row, rows,] operands...)`.
struct RowForm {
  Kernel kernel;
  std::optional<Struct> shape;
  std::optional<Struct> arguments;
  std::vector<Operand> operands;
  std::vector<RowWindow> windows;  ///< of the operands that are read by rows; others as a whole
  std::int32_t height = 1;         ///< rows of the output, or of the operand that is collected
  std::int64_t elements = 0;       ///< of an output row
  /// The kernel adds up the rows of its operand; the output is whole after the last.
  bool collects = false;
  bool numbered = false;  ///< the kernel takes the number of the row, and of rows
  /// As Step::lead, of the row of its output over that of operand 0.
  std::optional<std::int64_t> lead;
};

/// Bytes from `from` on in a step's first operand that become those from `to` on in its second.
struct Copy {
  std::int64_t from = 0, to = 0, bytes = 0;
};

/// What became of a step's weights, for reports and planning.
struct WeightCoding {
  Coding coding = Coding::plain;
  std::int64_t weights = 0;  ///< how many
  std::int64_t symbols = 0;  ///< in the stream: what decoding takes time for
  std::int64_t stream_bytes = 0, table_bytes = 0;
  double entropy_bits = 0;  ///< of the symbols: fewer no stream of theirs has
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
  std::optional<RowForm> row_form;     ///< after planning: of the steps of pipelines alone
  bool specialised = false;            ///< the kernel is made for its shape, always
  std::optional<Copy> copy;            ///< all that the step does, if that is one run of bytes
  std::optional<WeightCoding> coding;  ///< absent: no weights, or plain ones
};

enum class BufferKind : std::uint8_t { tensor, scratch, state };

/// How rows lie in a buffer whose steps run row by row, with the padding that its readers want. Row
/// y of the tensor is at (top + y) % count.
struct RowLayout {
  std::int32_t count = 0;            ///< rows in memory: a ring, or all
  std::int32_t height = 0;           ///< rows of the tensor
  std::int64_t pitch = 0;            ///< elements from row to row
  std::int64_t elements = 0;         ///< of a row of the tensor
  std::int32_t top = 0, bottom = 0;  ///< rows of padding that pass through the ring
  std::int64_t left = 0;             ///< elements of padding before a row
  Value padding = std::int64_t{0};

  bool padded() const { return top > 0 || bottom > 0 || pitch > elements; }
};

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
  bool reset = true;                 ///< state: false if it is written before it is read, always
  // Filled in by planning:
  std::optional<RowLayout> rows;  ///< of a ring between the steps of a pipeline
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
  std::int32_t alignment = 1;    ///< of bytes, where kernels want more than their type does
};

/// An input or output of the model.
struct Port {
  std::string name;
  BufferId buffer{};
};

/// Steps that run row by row, each by its row form: again and again the last one that has the rows
/// it needs, until none has any.
struct Pipeline {
  /// When a buffer is in memory while the pipeline runs, and what may lie over what.
  struct Life {
    BufferId buffer{};
    std::int32_t first_step = 0, last_step = 0;  ///< inclusive
  };
  struct Reach {
    BufferId lower{}, upper{};
    std::int64_t lead = 0;  ///< bytes that `lower` begins before `upper` at least
  };
  std::int32_t first_step = 0, last_step = 0;  ///< inclusive
  ElementType counter = ElementType::s16;      ///< of rows done
  std::vector<Life> lives;
  std::vector<Reach> reaches;
};

/// The model's input comes row by row: the first pipeline takes one and goes as far as it can, the
/// steps behind it run after the last.
struct Streamed {
  std::int32_t step = 0;      ///< the stage that takes a row
  std::int32_t rows = 0;      ///< of the input
  std::int64_t elements = 0;  ///< of a row
  BufferId counters{};        ///< state: rows done, by stage
  /// Rows are time, and there is no last one: see Window.
  struct Window {
    std::int32_t stage = 0;   ///< the step that writes the window
    std::int32_t rows = 0;    ///< of it: the steps behind read the last so many rows
    std::int64_t first = 0;   ///< rows of the input that its first row is made of
    std::int64_t stride = 1;  ///< rows of the input from one of its rows to the next
    /// By stage: rows after which all is as it was, so that numbers of rows stay small.
    std::vector<std::int64_t> period;
  };
  std::optional<Window> window;
};

struct Program {
  std::string name;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<Step> steps;
  std::vector<Buffer> buffers;
  std::vector<Constant> constants;
  std::vector<Pipeline> pipelines;  ///< in the order of their steps
  bool shared_kernels = false;      ///< one function per kernel, rather than one per shape and call
  std::optional<Streamed> streamed;
  // Filled in by planning:
  std::int64_t arena_bytes = 0;
  std::int64_t arena_bound = 0;  ///< no plan of this order of steps needs less
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

/// Whether a step writes that very buffer, rather than another with the same bytes.
bool is_written(const Program& program, BufferId id);

/// The buffer whose value is in the bytes of `id`. Tensors that are the same under another shape
/// own bytes together; an output that a step lays over its input is a value of its own.
BufferId value_of(const Program& program, BufferId id);

/// The pipeline that a step is part of; null: none.
const Pipeline* pipeline_of(const Program& program, std::int32_t step);

/// Where the bytes of `id` begin in that buffer.
std::int64_t offset_in_storage(const Program& program, BufferId id);

}  // namespace smelt
