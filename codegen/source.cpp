// SPDX-License-Identifier: Apache-2.0
//
// NAME.cpp: the layers as constants and the network as a fixed sequence of calls.
#include <fmt/format.h>

#include <map>
#include <set>

#include "codegen/calls.h"

namespace smelt {
namespace {

class SourceWriter {
 public:
  explicit SourceWriter(const EmitContext& context)
      : context_(context), program_(context.program) {}

  std::string run() {
    write_banner(out_, context_, context_.prefix + ".cpp");
    includes();
    assertions();
    out_.line(fmt::format("namespace {} {{", context_.network)).line("namespace {").blank();
    if (!program_.constants.empty())
      out_.line(fmt::format("namespace weights = {}_weights;", context_.prefix)).blank();
    shapes();
    layers();
    write_pipelines(out_, context_);
    network();
    out_.line("}  // namespace").line(fmt::format("}}  // namespace {}", context_.network)).blank();
    out_.line("extern \"C\" {").blank();
    interface();
    out_.line("}  // extern \"C\"");
    return out_.text();
  }

 private:
  bool stateful() const { return program_.state_bytes > 0; }
  std::vector<std::string> parameters() const {
    if (!stateful()) return {"void *arena"};
    return {fmt::format("{}_state *state", context_.prefix), "void *arena"};
  }
  std::vector<std::string> step_parameters() const {
    std::vector<std::string> result = parameters();
    result.push_back("int32_t step");
    return result;
  }
  /// The parameters as arguments of a call.
  std::string memory() const { return stateful() ? "state, arena" : "arena"; }

  void includes() {
    if (program_.shared_kernels) {
      out_.comment("Layers share the functions that they call.");
      out_.directive("#define SMELT_SHARE_KERNELS");
    }
    out_.directive(fmt::format("#include \"{}.h\"", context_.prefix)).blank();
    if (!program_.constants.empty())
      out_.directive(fmt::format("#include \"{}_weights.h\"", context_.prefix));
    std::set<std::string> headers = {"smelt/runtime.h"};
    if (!program_.pipelines.empty()) headers.insert("smelt/pipeline.h");
    for (const Step& step : program_.steps) headers.insert(step.kernel.header);
    for (const std::string& header : headers)
      out_.directive(fmt::format("#include \"{}\"", header));
    out_.blank();
  }

  void assertions() {
    out_.call("static_assert",
              {"smelt::runtime_abi == 1",
               fmt::format("\"the smelt headers have changed: regenerate {}\"", context_.prefix)});
    if (context_.options.ram_budget)
      out_.call("static_assert",
                {fmt::format("sizeof({}_model) <= {}_RAM_BUDGET", context_.prefix, context_.macro),
                 "\"the model does not fit its RAM budget\""});
    out_.blank();
  }

  void shapes() {
    std::set<std::string> written;
    for (const Step& step : program_.steps) {
      if (!step.shape || is_told_its_shape(context_, step)) continue;
      if (!written.insert(step.shape->name).second) continue;
      out_.open(fmt::format("struct {}", step.shape->name));
      out_.open(fmt::format("static constexpr smelt::{} shape()", step.shape->type));
      out_.line(fmt::format("return {{{}}};", shape_text(*step.shape)));
      out_.close();
      out_.close("};").blank();
    }
  }

  std::string shape_text(const Struct& shape) const {
    std::string values;
    for (const Field& field : shape.fields)
      values +=
          fmt::format("{}/* {} */ {}", values.empty() ? "" : ", ", field.name, field_text(field));
    return values;
  }

  /// What the model's own name for the layer and its geometry are.
  void layers() {
    if (program_.steps.empty()) return;
    out_.begin_table();
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      const Step& step = program_.steps[i];
      if (!step.arguments) continue;
      if (i > 0) out_.blank();
      out_.comment(fmt::format("\"{}\"", comment_text(step.layer)));
      if (!step.summary.empty()) out_.comment(step.summary);
      const bool told = is_told_its_shape(context_, step);
      const std::string type = "smelt::" + step.arguments->type;
      out_.line(fmt::format("constexpr {} {} SMELT_CONSTANT = {{",
                            told ? fmt::format("smelt::shaped<{}>", type) : type,
                            context_.layers[i]));
      if (told) out_.line("    {");
      for (const Field& field : step.arguments->fields) field_lines(field);
      if (told) out_.line("    },").line(fmt::format("    {{{}}},", shape_text(*step.shape)));
      out_.line("};");
    }
    out_.end_table().blank();
  }

  /// Values only: "3, 3".
  std::string field_text(const Field& field) const {
    std::string text;
    for (const Value& value : field.values)
      text += (text.empty() ? "" : ", ") + value_text(context_, value);
    return text;
  }

  /// One fact a line; values that continue a label share its line.
  void field_lines(const Field& field) {
    if (field.values.size() == 1 && field.labels.empty()) {
      out_.line(fmt::format("    /* {} */ {},", field.name, value_text(context_, field.values[0])));
      return;
    }
    if (field.labels.empty()) {
      out_.line(fmt::format("    /* {} */ {{{}}},", field.name, field_text(field)));
      return;
    }
    out_.line(fmt::format("    /* {} */ {{", field.name));
    for (std::size_t i = 0; i < field.values.size();) {
      std::string_view label = field.labels[i];
      const bool array = label.ends_with("[]");
      if (array) label.remove_suffix(2);
      std::string values = value_text(context_, field.values[i]);
      for (++i; i < field.values.size() && field.labels[i].empty(); ++i)
        values += ", " + value_text(context_, field.values[i]);
      if (array) values = fmt::format("{{{}}}", values);
      out_.line(fmt::format("        /* {} */ {},", label, values));
    }
    out_.line("    },");
  }

  /// One local per buffer that the steps touch; kernels that need no scratch are given none.
  void places() {
    std::set<BufferId> used;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (pipeline_at(i)) continue;
      for (const Operand& operand : program_.steps[i].operands)
        if (const auto* id = std::get_if<BufferId>(&operand.place); id && program_[*id].bytes > 0)
          used.insert(*id);
    }
    for (const BufferId id : used) {
      const Buffer& buffer = program_[id];
      out_.line(fmt::format("{} *const {} = smelt::at<{}>({}, {});", c_type(buffer.type),
                            context_.buffer(id), c_type(buffer.type),
                            buffer.kind == BufferKind::state ? "state" : "arena", buffer.offset));
    }
    if (used.empty() && program_.pipelines.empty()) out_.line("static_cast<void>(arena);");
    if (!used.empty()) out_.blank();
  }

  /// The pipeline that a step is part of, by number.
  std::optional<std::size_t> pipeline_at(std::size_t step) const {
    const Pipeline* found = pipeline_of(program_, static_cast<std::int32_t>(step));
    if (!found) return std::nullopt;
    return static_cast<std::size_t>(found - program_.pipelines.data());
  }

  /// The step after a step, or after the pipeline that begins with it.
  std::size_t next(std::size_t step) const {
    const auto pipeline = pipeline_at(step);
    return (pipeline ? static_cast<std::size_t>(program_.pipelines[*pipeline].last_step) : step) +
           1;
  }

  std::string title(std::size_t i) const {
    if (!pipeline_at(i)) return step_title(context_, i);
    return fmt::format("{}-{}  {} to {}, row by row", i, next(i) - 1, context_.layers[i],
                       context_.layers[next(i) - 1]);
  }

  void call(std::size_t i) {
    if (const auto pipeline = pipeline_at(i))
      out_.line(fmt::format("pipeline_{}(arena);", *pipeline));
    else
      step_call(i);
  }

  void step_call(std::size_t i) {
    const Step& step = program_.steps[i];
    std::vector<std::string> arguments = layer_argument(context_, i);
    for (const Operand& operand : step.operands)
      if (const auto* id = std::get_if<BufferId>(&operand.place))
        arguments.push_back(program_[*id].bytes > 0 ? context_.buffer(*id) : "nullptr");
      else
        arguments.push_back(value_text(context_, std::get<ConstantId>(operand.place)));
    out_.call(callee(context_, step), arguments);
  }

  /// The calls of the network stand twice, in sequence and in a switch; either is compiled.
  void network() {
    if (program_.streamed) return streamed_network();
    out_.directive(
        fmt::format("#if !defined({}_STEP) && !defined({}_TRACE)", context_.macro, context_.macro));
    out_.blank();
    out_.open_function("void run", parameters());
    places();
    for (std::size_t i = 0; i < program_.steps.size(); i = next(i)) {
      out_.comment(title(i));
      call(i);
    }
    out_.close().blank();
    out_.directive("#else").blank();
    step();
    out_.directive("#endif").blank();
  }

  /// What follows the pipeline that takes rows, and the way through both.
  void streamed_network() {
    const Streamed& streamed = *program_.streamed;
    if (any_behind()) steps_behind();
    out_.open_function("int32_t push_row", row_parameters());
    if (program_.arena_bytes == 0) out_.line("static_cast<void>(arena);");
    out_.line(fmt::format("rows_0 &done = *smelt::at<rows_0>(state, {});",
                          program_[streamed.counters].offset));
    if (streamed.window)
      push_for_ever(*streamed.window);
    else
      push_to_the_last();
    if (any_behind()) out_.line(fmt::format("run({});", fmt::join(memory_behind(), ", ")));
    out_.line("return 0;").close().blank();
  }

  bool any_behind() const { return next(0) < program_.steps.size(); }
  std::vector<std::string> memory_behind() const {
    return memory_of(context_, next(0), program_.steps.size() - 1);
  }

  void steps_behind() {
    out_.comment("Runs the steps behind the last row.");
    std::vector<std::string> parameters;
    for (const std::string& memory : memory_behind())
      parameters.push_back(memory_parameter(context_, memory));
    out_.open_function("void run", parameters);
    places();
    for (std::size_t i = next(0); i < program_.steps.size(); i = next(i)) {
      out_.comment(title(i));
      call(i);
      if (!pipeline_at(i)) trace(i);
    }
    out_.close().blank();
  }

  void call_pipeline() {
    out_.comment(fmt::format("0-{}  {} to {}, row by row", next(0) - 1, context_.layers[0],
                             context_.layers[next(0) - 1]));
    out_.line(fmt::format("pipeline_0(done, {}, row);",
                          fmt::join(memory_of(context_, 0, next(0) - 1), ", ")));
  }

  void push_to_the_last() {
    const Streamed& streamed = *program_.streamed;
    call_pipeline();
    const std::string& taker = context_.layers[static_cast<std::size_t>(streamed.step)];
    out_.line(fmt::format("if (done.{0} < {1}) return {1} - done.{0};", taker, streamed.rows));
    out_.line("done = {};");
  }

  /// Whenever the window has got a row, and is full.
  void push_for_ever(const Streamed::Window& window) {
    const std::string& taker = context_.layers[static_cast<std::size_t>(program_.streamed->step)];
    const std::string& last = context_.layers[static_cast<std::size_t>(window.stage)];
    out_.comment(
        fmt::format("A row of the window is made of {} rows of the input, the next begins "
                    "{} later.",
                    window.first, window.stride));
    out_.line(fmt::format("const int32_t next = done.{0} < {1} ? {2} : done.{0};", last,
                          window.rows, window.rows - 1));
    out_.line(fmt::format("const int32_t missing = next * {} + {} - done.{} - 1;", window.stride,
                          window.first, taker));
    call_pipeline();
    out_.line("if (missing > 0) return missing;");
  }

  std::vector<std::string> row_parameters() const {
    std::vector<std::string> result = parameters();
    result.push_back(fmt::format("const {} *row", row_type()));
    return result;
  }
  std::string row_type() const {
    return std::string(c_type(program_[program_.inputs[0].buffer].type));
  }

  void streamed_interface() {
    const std::string& p = context_.prefix;
    const std::string model = fmt::format("{}_model *model", p);
    const std::string type = row_type();
    reset();
    out_.function(fmt::format("int32_t {}_push_row_in", p), row_parameters(),
                  fmt::format("return {}::push_row({}, row);", context_.network, memory()));
    out_.blank();
    out_.function(fmt::format("int32_t {}_push_row", p),
                  {model, fmt::format("const {} *row", type)},
                  fmt::format("return {}_push_row_in(&model->state, &model->arena, row);", p));
    out_.blank();
    out_.open_function(fmt::format("void {}_run", p),
                       {model, fmt::format("const {} *input", type)});
    if (program_.streamed->window) out_.line(fmt::format("{}_reset(model);", p));
    out_.open(fmt::format("for (size_t row = 0; row < {}_INPUT_ROWS; ++row)", context_.macro));
    out_.line(
        fmt::format("{}_push_row(model, input + row * {}_INPUT_ROW_COUNT);", p, context_.macro));
    out_.close().close().blank();
  }

  void step() {
    out_.comment("Runs one step; returns the next, 0 after the last.");
    out_.open_function("int32_t run_step", step_parameters());
    places();
    out_.open("switch (step)");
    for (std::size_t i = 0; i < program_.steps.size(); i = next(i)) {
      out_.line(fmt::format("case {}:  // {}", i, context_.layers[i])).indent();
      call(i);
      if (!pipeline_at(i)) trace(i);
      out_.line(fmt::format("return {};", next(i) < program_.steps.size() ? next(i) : 0)).outdent();
    }
    out_.line("default:").line("  return 0;");
    out_.close().close().blank();
    out_.open_function("void run", parameters());
    out_.line("int32_t next = 0;");
    out_.open("do").line(fmt::format("next = run_step({}, next);", memory()));
    out_.close("} while (next != 0);").close().blank();
  }

  void trace(std::size_t i) {
    out_.directive(fmt::format("#ifdef {}_TRACE", context_.macro));
    for (const Operand& operand : program_.steps[i].operands) {
      if (operand.access != Access::write) continue;
      const BufferId id = std::get<BufferId>(operand.place);
      out_.call(
          fmt::format("{}_trace", context_.prefix),
          {fmt::format("{}", i), "0", context_.buffer(id), fmt::format("{}", program_[id].bytes)});
    }
    out_.directive("#endif");
  }

  void interface() {
    if (program_.streamed) return streamed_interface();
    const std::string& p = context_.prefix;
    const std::string& code = context_.network;
    const std::vector<std::string> model = {fmt::format("{}_model *model", p)};
    reset();
    out_.function(fmt::format("void {}_run_in", p), parameters(),
                  fmt::format("{}::run({});", code, memory()));
    out_.blank();
    out_.function(
        fmt::format("void {}_run", p), model,
        fmt::format("{}_run_in({}&model->arena);", p, stateful() ? "&model->state, " : ""));
    out_.blank();
    out_.directive(
        fmt::format("#if defined({}_STEP) || defined({}_TRACE)", context_.macro, context_.macro));
    out_.function(fmt::format("int32_t {}_step_in", p), step_parameters(),
                  fmt::format("return {}::run_step({}, step);", code, memory()));
    out_.directive("#endif").blank();
  }

  void reset() {
    if (!stateful()) return;
    out_.open_function(fmt::format("void {}_reset", context_.prefix),
                       {fmt::format("{}_model *model", context_.prefix)});
    for (std::size_t i = 0; i < program_.buffers.size(); ++i) {
      const Buffer& buffer = program_.buffers[i];
      if (buffer.kind != BufferKind::state || buffer.alias_of || !buffer.reset) continue;
      // Byte-sized elements may have any value, wider ones are zero.
      out_.comment(context_.buffers[i]);
      out_.call("memset", {fmt::format("model->state.bytes + {}", buffer.offset),
                           literal(buffer.reset_value), fmt::format("{}", buffer.bytes)});
    }
    out_.close().blank();
  }

  const EmitContext& context_;
  const Program& program_;
  CppWriter out_;
};

}  // namespace

std::string source_text(const EmitContext& context) {
  return SourceWriter(context).run();
}

}  // namespace smelt
