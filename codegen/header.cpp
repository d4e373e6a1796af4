// SPDX-License-Identifier: Apache-2.0
//
// NAME.h: the data sheet and the interface, valid C99 and C++.
#include <fmt/format.h>

#include <algorithm>

#include "codegen/context.h"
#include "codegen/data_sheet.h"

namespace smelt {
namespace {

class HeaderWriter {
 public:
  explicit HeaderWriter(const EmitContext& context) : context_(context) {}

  std::string run() {
    const std::string guard = context_.macro + "_H";
    write_banner(out_, context_, context_.prefix + ".h");
    write_data_sheet(out_, context_);
    out_.directive("#ifndef " + guard).directive("#define " + guard).blank();
    out_.directive("#include <stddef.h>").directive("#include <stdint.h>").blank();
    out_.directive("#ifdef __cplusplus").line("extern \"C\" {").directive("#endif").blank();
    sizes();
    for (std::size_t i = 0; i < context_.inputs.size(); ++i)
      port_constants(context_.inputs[i], context_.program.inputs[i]);
    for (std::size_t i = 0; i < context_.outputs.size(); ++i)
      port_constants(context_.outputs[i], context_.program.outputs[i]);
    types();
    functions();
    for (std::size_t i = 0; i < context_.inputs.size(); ++i)
      access(context_.inputs[i], context_.program.inputs[i], true);
    for (std::size_t i = 0; i < context_.outputs.size(); ++i)
      access(context_.outputs[i], context_.program.outputs[i], false);
    labels();
    hooks();
    out_.directive("#ifdef __cplusplus").line("}").directive("#endif").blank();
    out_.directive("#endif");
    return out_.text();
  }

 private:
  std::string macro(const std::string& port, std::string_view what) const {
    return context_.port_macro(port, what);
  }
  void define(const std::string& name, const std::string& value) {
    out_.directive(fmt::format("#define {} {}", name, value));
  }
  bool stateful() const { return context_.program.state_bytes > 0; }
  const std::optional<Streamed>& streamed() const { return context_.program.streamed; }
  bool is_streamed(const Port& port) const {
    return streamed() && port.buffer == context_.program.inputs[0].buffer;
  }

  void sizes() {
    out_.comment("Bytes of RAM that the caller provides.");
    // No array is empty.
    define(context_.macro + "_ARENA_BYTES",
           fmt::format("{}u", std::max<std::int64_t>(1, context_.program.arena_bytes)));
    if (stateful())
      define(context_.macro + "_STATE_BYTES", fmt::format("{}u", context_.program.state_bytes));
    if (context_.options.ram_budget) {
      out_.blank();
      out_.comment("The budget that was given; the source file asserts that it is kept.");
      out_.directive(fmt::format("#ifndef {}_RAM_BUDGET", context_.macro));
      define(context_.macro + "_RAM_BUDGET", fmt::format("{}u", *context_.options.ram_budget));
      out_.directive("#endif");
    }
    out_.blank();
  }

  void port_constants(const std::string& name, const Port& port) {
    const Buffer& buffer = context_.program[port.buffer];
    out_.comment(fmt::format("\"{}\", {} {}", comment_text(port.name), to_string(buffer.type),
                             to_string(buffer.shape)));
    define(macro(name, "COUNT"), fmt::format("{}u", element_count(buffer.shape)));
    if (is_streamed(port)) {
      define(macro(name, "ROWS"), fmt::format("{}u", streamed()->rows));
      define(macro(name, "ROW_COUNT"), fmt::format("{}u", streamed()->elements));
    } else {
      define(macro(name, "OFFSET"), fmt::format("{}u", buffer.offset));
    }
    if (buffer.quantization.present()) {
      std::string scale = literal(buffer.quantization.scale());
      scale.back() = 'f';
      define(macro(name, "SCALE"), scale);
      define(macro(name, "ZERO_POINT"), fmt::format("({})", buffer.quantization.zero_point()));
    }
    out_.blank();
  }

  void memory_union(std::string_view name, std::string_view bytes) {
    out_.open(fmt::format("typedef union {}_{}", context_.prefix, name));
    out_.line(fmt::format("uint8_t bytes[{}_{}];", context_.macro, bytes));
    // The strictest member aligns the bytes for all that lies in them.
    out_.line(fmt::format("{} align;", alignment_type()));
    out_.close(fmt::format("}} {}_{};", context_.prefix, name)).blank();
  }

  std::string alignment_type() const {
    return fmt::format("uint{}_t", model_layout(context_.program).alignment * 8);
  }

  void types() {
    if (stateful()) {
      out_.comment("What survives from run to run. Set by reset; save and restore it as bytes.");
      memory_union("state", "STATE_BYTES");
    }
    if (const std::string& section = context_.options.arena_section; !section.empty()) {
      out_.comment(
          "Places the variable that holds the model, or its arena: write it before the type.");
      define(context_.macro + "_ARENA_SECTION",
             fmt::format("__attribute__((section(\"{}\")))", section));
      out_.blank();
    }
    out_.comment(arena_text());
    memory_union("arena", "ARENA_BYTES");
    out_.comment("An instance of the model: all the RAM that it needs.");
    out_.open(fmt::format("typedef struct {}_model", context_.prefix));
    if (stateful()) out_.line(fmt::format("{}_state state;", context_.prefix));
    out_.line(fmt::format("{}_arena arena;", context_.prefix));
    out_.close(fmt::format("}} {}_model;", context_.prefix)).blank();
  }

  std::string_view arena_text() const {
    if (!streamed())
      return "Working memory. Undefined between runs, so that several models may share it.";
    if (streamed()->window)
      return "Working memory. Undefined between rows, so that several models may share it.";
    return "Working memory: what the rows so far have led to.";
  }

  std::string model() const { return fmt::format("{}_model *model", context_.prefix); }
  std::vector<std::string> memory() const {
    if (!stateful()) return {"void *arena"};
    return {fmt::format("{}_state *state", context_.prefix), "void *arena"};
  }

  void functions() {
    const std::string& p = context_.prefix;
    if (stateful()) {
      out_.comment("Sets the state to its initial value. Call it once before the first run.");
      out_.call(fmt::format("void {}_reset", p), {model()}).blank();
    }
    if (streamed()) return streamed_functions();
    out_.comment(fmt::format(
        "Runs the network once: reads the input, writes the output, {} the input. Never allocates, "
        "never fails; different instances may run at the same time.",
        context_.program.overwrites_input ? "overwrites" : "keeps"));
    out_.call(fmt::format("void {}_run", p), {model()}).blank();
    out_.comment(
        fmt::format("The same in an arena of {}_ARENA_BYTES bytes, aligned as {}_arena, "
                    "that other models may use between runs.",
                    context_.macro, p));
    out_.call(fmt::format("void {}_run_in", p), memory()).blank();
  }

  void streamed_functions() {
    const std::string& p = context_.prefix;
    const std::string type(c_type(context_.program[context_.program.inputs[0].buffer].type));
    const std::string row = fmt::format("const {} *row", type);
    out_.comment(fmt::format(
        "Takes the next row of the input, {0}_INPUT_ROW_COUNT elements that are not changed, and "
        "computes what it leads to. Returns how many rows are missing: at 0 the output is "
        "complete, until the next row {1}. Never allocates, never fails.",
        context_.macro, streamed()->window ? "moves the window" : "begins a new input"));
    out_.call(fmt::format("int32_t {}_push_row", p), {model(), row}).blank();
    out_.comment(fmt::format(
        "The same in an arena of {}_ARENA_BYTES bytes, aligned as {}_arena, {}.", context_.macro, p,
        streamed()->window ? "that other models may use between rows"
                           : "that nobody else touches between the first row and the last"));
    std::vector<std::string> parameters = memory();
    parameters.push_back(row);
    out_.call(fmt::format("int32_t {}_push_row_in", p), parameters).blank();
    out_.comment(streamed()->window ? "Resets the state and pushes all rows of one window."
                                    : "Pushes all rows of an input that is somewhere as a whole.");
    out_.call(fmt::format("void {}_run", p), {model(), fmt::format("const {} *input", type)});
    out_.blank();
  }

  void access(const std::string& name, const Port& port, bool input) {
    const Buffer& buffer = context_.program[port.buffer];
    const std::string_view type = c_type(buffer.type);
    if (is_streamed(port)) {
      if (has_conversion(buffer)) quantize(name, buffer);
      return;
    }
    out_.comment(input ? fmt::format("Where to write \"{}\" before a run.", comment_text(port.name))
                       : fmt::format("Where to read \"{}\" after a run.", comment_text(port.name)));
    out_.function(
        fmt::format("static inline {} *{}_{}", type, context_.prefix, name), {model()},
        fmt::format("return ({} *)(void *)(model->{}.bytes + {});", type,
                    buffer.kind == BufferKind::state ? "state" : "arena", macro(name, "OFFSET")));
    out_.blank();
    if (!has_conversion(buffer)) return;
    if (input)
      quantize(name, buffer);
    else
      dequantize(name, buffer);
  }

  void quantize(const std::string& name, const Buffer& buffer) {
    const IntegerRange range = range_of(buffer.type);
    const std::string_view type = c_type(buffer.type);
    const std::int64_t zero = buffer.quantization.zero_point();
    out_.comment("The quantized value of a real number: rounded half away from zero, saturated.");
    out_.open_function(fmt::format("static inline {} {}_quantize_{}", type, context_.prefix, name),
                       {"float real"});
    out_.line(fmt::format("const float scaled = real / {};", macro(name, "SCALE")));
    out_.line(fmt::format("if (!(scaled > {}.0f)) return {};", range.min - zero, range.min));
    out_.line(fmt::format("if (scaled >= {}.0f) return {};", range.max - zero, range.max));
    out_.line("int32_t whole = (int32_t)scaled;");
    out_.line("const float rest = scaled - (float)whole;");
    out_.line("if (rest >= 0.5f) ++whole;");
    out_.line("if (rest <= -0.5f) --whole;");
    out_.line(fmt::format("return ({})(whole + {});", type, macro(name, "ZERO_POINT")));
    out_.close().blank();
  }

  void dequantize(const std::string& name, const Buffer& buffer) {
    out_.comment("The real number that a quantized value stands for.");
    out_.open_function(fmt::format("static inline float {}_dequantize_{}", context_.prefix, name),
                       {fmt::format("{} quantized", c_type(buffer.type))});
    out_.line(
        fmt::format("const int32_t steps = (int32_t)quantized - {};", macro(name, "ZERO_POINT")));
    out_.line(fmt::format("return {} * (float)steps;", macro(name, "SCALE")));
    out_.close().blank();
  }

  void labels() {
    const auto& labels = context_.options.labels;
    if (labels.empty()) return;
    define(context_.macro + "_LABEL_COUNT", fmt::format("{}u", labels.size()));
    out_.blank();
    out_.comment("The name of a class of the output.");
    out_.open_function(fmt::format("static inline const char *{}_label", context_.prefix),
                       {"uint32_t index"});
    out_.open("switch (index)");
    for (std::size_t i = 0; i < labels.size(); ++i) {
      out_.line(fmt::format("case {}:", i));
      out_.line(fmt::format("  return {};", c_string(labels[i])));
    }
    out_.line("default:").line("  return \"\";");
    out_.close();
    out_.close().blank();
  }

  void hooks() {
    const std::string& p = context_.prefix;
    if (streamed()) return trace_hook();
    out_.comment(fmt::format(
        "Hooks, compiled in by defining {}_TRACE or {}_STEP for the source file and its users.",
        context_.macro, context_.macro));
    trace_hook();
    out_.directive(
        fmt::format("#if defined({}_STEP) || defined({}_TRACE)", context_.macro, context_.macro));
    out_.comment(
        "Runs one step of the network; returns the step to run next, 0 after the last. "
        "Start with 0.");
    std::vector<std::string> parameters = memory();
    parameters.push_back("int32_t step");
    out_.call(fmt::format("int32_t {}_step_in", p), parameters).blank();
    out_.function(fmt::format("static inline int32_t {}_step", p), {model(), "int32_t step"},
                  fmt::format("return {}_step_in({}&model->arena, step);", p,
                              stateful() ? "&model->state, " : ""));
    out_.directive("#endif");
    out_.blank();
  }

  void trace_hook() {
    out_.directive(fmt::format("#ifdef {}_TRACE", context_.macro));
    // Front ends come from no model.
    const bool compiled = !context_.options.model_file.empty();
    out_.comment(fmt::format(
        "Yours: called with every finished row of a layer's output (a whole tensor is one row).{}",
        compiled ? " `smelt compile --crc-log` writes one that logs checksums." : ""));
    if (streamed() && streamed()->window)
      out_.comment(
          "Rows go on from one window to the next; now and then, their numbers fall back.");
    out_.call(fmt::format("void {}_trace", context_.prefix),
              {"int32_t step", "int32_t row", "const void *data", "size_t bytes"});
    out_.directive("#endif");
    if (streamed()) out_.blank();
  }

  const EmitContext& context_;
  CppWriter out_;
};

}  // namespace

std::string header_text(const EmitContext& context) {
  return HeaderWriter(context).run();
}

}  // namespace smelt
