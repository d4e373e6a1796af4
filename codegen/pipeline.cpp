// SPDX-License-Identifier: Apache-2.0
//
// Pipelines: the sizes of their rings as constants, the rows done so far as a struct, a function
// for each stage that computes one row if it can, and one that lets them take turns.
#include <fmt/format.h>

#include "codegen/calls.h"
#include "codegen/memory.h"

namespace smelt {
namespace {

/// Where an operand's rows lie, as the code says it.
struct Rows {
  std::string base;  ///< the first row, without padding before it
  std::string ring;  ///< a smelt::ring
  std::int64_t top = 0;
};

class PipelineWriter {
 public:
  PipelineWriter(CppWriter& out, const EmitContext& context, const Pipeline& pipeline,
                 std::size_t number)
      : out_(out),
        context_(context),
        program_(context.program),
        pipeline_(pipeline),
        name_(fmt::format("pipeline_{}", number)),
        struct_(fmt::format("rows_{}", number)) {}

  void run() {
    drawing();
    rings();
    counters();
    for (std::size_t i = first(); i <= last(); ++i) stage(i);
    turns();
  }

 private:
  std::size_t first() const { return static_cast<std::size_t>(pipeline_.first_step); }
  std::size_t last() const { return static_cast<std::size_t>(pipeline_.last_step); }
  const Step& step(std::size_t i) const { return program_.steps[i]; }
  const RowForm& form(std::size_t i) const { return *program_.steps[i].row_form; }

  const Buffer& output(std::size_t i) const { return program_[written_by(step(i))]; }

  /// The stage that writes a buffer, if one does.
  std::optional<std::size_t> writer(BufferId id) const {
    return writer_in(program_, pipeline_, id);
  }

  /// Whether a stage waits for what the caller brings.
  bool takes_rows(std::size_t i) const {
    return program_.streamed && program_.streamed->step == static_cast<std::int32_t>(i);
  }
  bool streamed() const { return program_.streamed && first() == 0; }
  std::string row_type() const {
    return std::string(c_type(program_[program_.inputs[0].buffer].type));
  }

  const std::optional<Streamed::Window>& window() const {
    static const std::optional<Streamed::Window> none;
    return streamed() ? program_.streamed->window : none;
  }

  /// Of a function that runs some of the stages.
  std::vector<std::string> parameters(std::size_t from, std::size_t to) const {
    std::vector<std::string> result = {fmt::format("{} &done", struct_)};
    for (const std::string& memory : memory_of(context_, from, to))
      result.push_back(memory_parameter(context_, memory));
    return result;
  }

  std::vector<std::string> parameters(std::size_t i) const {
    std::vector<std::string> result = parameters(i, i);
    if (takes_rows(i)) result.push_back(fmt::format("const {} **row", row_type()));
    return result;
  }

  /// A stage's turn, as an expression.
  std::string turn(std::size_t i) const {
    return fmt::format("{}(done, {}{})", context_.stages[i],
                       fmt::join(memory_of(context_, i, i), ", "), takes_rows(i) ? ", &row" : "");
  }

  /// "3 rows of 1, a row of 4": steps by number, what comes from before by name.
  std::string sources(std::size_t i) const {
    if (takes_rows(i)) return "the row that is pushed";
    std::string text;
    for (const RowWindow& window : form(i).windows) {
      const BufferId id = std::get<BufferId>(step(i).operands[window.operand].place);
      const auto from = writer(id);
      text += fmt::format("{}{} of {}", text.empty() ? "" : ", ",
                          window.rows == 1 ? "a row" : fmt::format("{} rows", window.rows),
                          from ? fmt::format("{}", *from) : context_.buffer(id));
    }
    return text;
  }

  std::string drawn(std::size_t i) const {
    const RowForm& form = this->form(i);
    const auto& ring = output(i).rows;
    return fmt::format("  {:>4}  {:<24}  {:>6} x {:<6}  {:>4}  {}", i,
                       shortened(context_.layers[i], 24), form.collects ? 1 : form.height,
                       form.collects ? element_count(output(i).shape) : form.elements,
                       ring ? fmt::format("{}", ring->count) : "", sources(i));
  }

  void drawing() {
    out_.comment(
        fmt::format("Steps {} to {} run row by row: the last that finds the rows it needs "
                    "computes one, until none does.",
                    first(), last()));
    out_.table_line("");
    out_.table_line(fmt::format("  {:>4}  {:<24}  {:>6}   {:<6}  {:>4}  {}", "step", "", "rows",
                                "of", "kept", "one is made of"));
    for (std::size_t i = first(); i <= last(); ++i) out_.comment(drawn(i));
    out_.blank();
  }

  void rings() {
    bool any = false;
    for (std::size_t i = first(); i <= last(); ++i) {
      const auto& ring = output(i).rows;
      if (!ring) continue;
      if (!any) out_.comment("Rows that are kept, and elements from one to the next.");
      any = true;
      out_.line(fmt::format("constexpr smelt::ring {} = {{{}, {}}};",
                            ring_name(written_by(step(i))), ring->count, ring->pitch));
    }
    if (any) out_.blank();
  }

  std::string ring_name(BufferId id) const { return context_.rings[static_cast<std::size_t>(id)]; }

  void counters() {
    out_.comment("Rows done.");
    out_.open(fmt::format("struct {}", struct_));
    for (std::size_t i = first(); i <= last(); ++i)
      out_.line(fmt::format("{} {};", c_type(pipeline_.counter), context_.layers[i]));
    out_.close("};").blank();
  }

  std::string at(const Buffer& buffer, std::int64_t elements) const {
    const std::int64_t offset = buffer.offset + elements * byte_size(buffer.type);
    return fmt::format("smelt::at<{}>({}, {})", c_type(buffer.type),
                       buffer.kind == BufferKind::state ? "state" : "arena", offset);
  }

  Rows rows_of(const RowWindow& window, BufferId id) const {
    const Buffer& buffer = program_[storage_of(program_, id)];
    if (!buffer.rows)
      return {at(program_[id], 0), fmt::format("{{{}, {}}}", window.height, window.elements)};
    return {at(buffer, buffer.rows->left - window.left), ring_name(storage_of(program_, id)),
            buffer.rows->top};
  }

  /// The first row of a window and some more: "y * 2 + 1".
  std::string first_row(const RowWindow& window, std::int64_t offset) const {
    if (!window.table) return row_number(window.stride, offset - window.top);
    std::string text = fmt::format("smelt::load({} + y)", value_text(context_, *window.table));
    if (window.last < window.height - 1)
      text = fmt::format("smelt::clamp<int32_t>({}, 0, {})", text, window.last);
    return offset == 0 ? text : fmt::format("{} + {}", text, offset);
  }

  /// "y * 2 + 1"
  static std::string row_number(std::int64_t stride, std::int64_t offset) {
    std::string text = stride == 1 ? "y" : fmt::format("y * {}", stride);
    if (offset != 0) text += fmt::format(" {} {}", offset < 0 ? '-' : '+', std::abs(offset));
    return text;
  }

  /// What must hold for the stage to find its rows; empty: it always does.
  std::string lacking(std::size_t i) const {
    std::string text;
    for (const RowWindow& window : form(i).windows) {
      const BufferId id = std::get<BufferId>(step(i).operands[window.operand].place);
      const auto from = writer(id);
      if (!from) continue;
      text += fmt::format("{}done.{} < {}", text.empty() ? "" : " || ", context_.layers[*from],
                          first_row(window, window.span()));
    }
    return text;
  }

  void stage(std::size_t i) {
    const auto& ring = output(i).rows;
    const std::int32_t bottom = ring ? ring->bottom : 0;
    const std::int32_t height = form(i).height;
    out_.comment(step_title(context_, i));
    out_.open_function(fmt::format("bool {}", context_.stages[i]), parameters(i));
    out_.line(fmt::format("const int32_t y = done.{};", context_.layers[i]));
    out_.line(fmt::format("if ({}) return false;", idle(i)));
    out_.line(fmt::format("{} *const out = {};", c_type(output(i).type), output_row(i)));
    if (bottom > 0) out_.open(fmt::format("if (y < {})", height));
    compute(i);
    if (takes_rows(i)) out_.line("*row = nullptr;");
    if (bottom > 0) {
      out_.close("} else {").indent();
      out_.call("smelt::fill", {"out", fmt::format("{}", ring->elements), padding(output(i))});
      out_.close();
    }
    out_.line(fmt::format("++done.{};", context_.layers[i]));
    out_.line("return true;").close().blank();
  }

  /// When the stage has nothing to do: all is done, or rows are lacking.
  std::string idle(std::size_t i) const {
    const std::string lacking = takes_rows(i) ? "!*row" : this->lacking(i);
    if (window()) return lacking;
    const std::int32_t height = form(i).height;
    const std::int32_t bottom = output(i).rows ? output(i).rows->bottom : 0;
    const std::string end = fmt::format("y == {}", height + bottom);
    if (lacking.empty()) return end;
    if (bottom == 0) return end + " || " + lacking;
    const bool several = lacking.find("||") != std::string::npos;
    return fmt::format("{} || (y < {} && {})", end, height,
                       several ? "(" + lacking + ")" : lacking);
  }

  std::string padding(const Buffer& buffer) const {
    return fmt::format("{}{{{}}}", c_type(buffer.type), value_text(context_, buffer.rows->padding));
  }

  std::string output_row(std::size_t i) const {
    const Buffer& buffer = output(i);
    if (window() && window()->stage == static_cast<std::int32_t>(i))
      return fmt::format("smelt::shift_rows({}, {}, {})", at(buffer, 0), window()->rows,
                         form(i).elements);
    if (form(i).collects) return at(buffer, 0);
    if (buffer.rows)
      return fmt::format("smelt::row({}, {}, {})", at(buffer, buffer.rows->left),
                         ring_name(written_by(step(i))), row_number(1, buffer.rows->top));
    return fmt::format("{} + y * {}", at(buffer, 0), form(i).elements);
  }

  void compute(std::size_t i) {
    const Step& step = this->step(i);
    std::vector<std::string> arguments = layer_argument(context_, i);
    if (form(i).numbered) {
      // No row of a window that moves is above or below another's image.
      arguments.emplace_back(window() ? "0" : "y");
      arguments.push_back(fmt::format("{}", form(i).height));
    }
    for (std::size_t k = 0; k < step.operands.size(); ++k) arguments.push_back(operand(i, k));
    out_.call(callee(context_, step), arguments);
    trace(i);
  }

  std::string operand(std::size_t i, std::size_t k) {
    const Operand& operand = step(i).operands[k];
    if (const auto* constant = std::get_if<ConstantId>(&operand.place))
      return value_text(context_, *constant);
    const BufferId id = std::get<BufferId>(operand.place);
    if (operand.access == Access::write) return "out";
    if (takes_rows(i)) return "*row";
    for (const RowWindow& window : form(i).windows)
      if (window.operand == k) return input_rows(window, id);
    return program_[id].bytes > 0 ? at(program_[id], 0) : "nullptr";
  }

  std::string input_rows(const RowWindow& window, BufferId id) {
    const Rows rows = rows_of(window, id);
    const std::string y = first_row(window, rows.top);
    if (!window.pointers) return fmt::format("smelt::row({}, {}, {})", rows.base, ring(rows), y);
    out_.line(fmt::format("const {} *rows[{}];", c_type(program_[id].type), window.rows));
    out_.call("smelt::find_rows",
              {"rows", rows.base, ring(rows), y, fmt::format("{}", window.dilation)});
    return "rows";
  }

  static std::string ring(const Rows& rows) {
    return rows.ring.front() == '{' ? "smelt::ring" + rows.ring : rows.ring;
  }

  void trace(std::size_t i) {
    // What is only copied is another layer's output.
    if (output(i).tensor == no_tensor) return;
    const bool collects = form(i).collects;
    const std::int64_t bytes =
        collects ? output(i).bytes : form(i).elements * byte_size(output(i).type);
    out_.directive(fmt::format("#ifdef {}_TRACE", context_.macro));
    out_.call(
        fmt::format("{}{}_trace", collects ? fmt::format("if (y + 1 == {}) ", form(i).height) : "",
                    context_.prefix),
        {fmt::format("{}", i), collects ? "0" : "y", "out", fmt::format("{}", bytes)});
    out_.directive("#endif");
  }

  /// All rows that there are, or of a streamed input what one more row leads to.
  void turns() {
    if (streamed()) {
      out_.comment("Takes a row of the input and goes as far as it leads.");
      std::vector<std::string> taking = parameters(first(), last());
      taking.push_back(fmt::format("const {} *row", row_type()));
      out_.open_function(fmt::format("SMELT_PIPELINE void {}", name_), taking);
      out_.open(fmt::format("if (done.{} == 0)", context_.layers[taker()]));
      padding_of_rings();
      out_.close();
    } else {
      out_.open(fmt::format("SMELT_PIPELINE void {}(void *arena)", name_));
      padding_of_rings();
      out_.line(fmt::format("{} done = {{}};", struct_));
    }
    std::string turns = "while (";
    out_.begin_table();
    for (std::size_t i = last() + 1; i-- > first();) {
      turns += turn(i) + (i == first() ? ") {" : " ||");
      out_.line(turns);
      turns = "       ";
    }
    out_.line("}");
    out_.end_table();
    if (window()) rebase();
    out_.close().blank();
  }

  /// Takes one round off the numbers of rows, once all stages have gone it.
  void rebase() {
    const std::size_t stage = static_cast<std::size_t>(window()->stage);
    const std::vector<std::int64_t>& period = window()->period;
    out_.open(fmt::format("if (done.{} >= {})", context_.layers[stage],
                          period[stage - first()] + window()->rows));
    for (std::size_t i = first(); i <= last(); ++i)
      out_.line(fmt::format("done.{0} = static_cast<{1}>(done.{0} - {2});", context_.layers[i],
                            c_type(pipeline_.counter), period[i - first()]));
    out_.close();
  }

  std::size_t taker() const { return static_cast<std::size_t>(program_.streamed->step); }

  void padding_of_rings() {
    for (std::size_t i = first(); i <= last(); ++i) {
      const auto& ring = output(i).rows;
      if (!ring || !ring->padded()) continue;
      out_.call("smelt::fill", {at(output(i), 0), fmt::format("{}", ring->count * ring->pitch),
                                padding(output(i))});
    }
  }

  CppWriter& out_;
  const EmitContext& context_;
  const Program& program_;
  const Pipeline& pipeline_;
  std::string name_, struct_;
};

}  // namespace

void write_pipelines(CppWriter& writer, const EmitContext& context) {
  for (std::size_t i = 0; i < context.program.pipelines.size(); ++i)
    PipelineWriter(writer, context, context.program.pipelines[i], i).run();
}

}  // namespace smelt
