// SPDX-License-Identifier: Apache-2.0
//
// NAME_crc.h: the hook NAME_trace, written: it logs the CRC-32 of every finished layer.
#include <fmt/format.h>

#include "codegen/context.h"
#include "codegen/runtime_files.h"
#include "codegen/trace.h"

namespace smelt {
namespace {

class CrcLogWriter {
 public:
  explicit CrcLogWriter(const EmitContext& context)
      : context_(context), program_(context.program), prefix_(context.prefix + "_crc") {}

  std::string run() {
    const std::string guard = context_.macro + "_CRC_H";
    head();
    out_.directive("#ifndef " + guard).directive("#define " + guard).blank();
    out_.directive(fmt::format("#include \"{}.h\"", context_.prefix));
    out_.directive("#include \"smelt/crc_log.h\"").blank();
    out_.directive(fmt::format("#ifdef {}_TRACE", context_.macro)).blank();
    data();
    functions(true);
    hook();
    out_.directive("#else").blank();
    functions(false);
    out_.directive("#endif").blank();
    out_.directive("#endif");
    return out_.text();
  }

 private:
  const std::optional<Streamed>& streamed() const { return program_.streamed; }

  void head() {
    const std::string& p = context_.prefix;
    write_banner(out_, context_, prefix_ + ".h");
    out_.comment("");
    out_.comment(
        fmt::format("Logs a line for every finished layer, \"smelt {} 3 8f2a11c0\": the step, and "
                    "the CRC-32 of what it computed. `smelt verify --crc LOG --golden VECTORS` "
                    "names the first that is wrong.",
                    p));
    out_.comment("");
    out_.comment(
        fmt::format("Include it in one source file, C99 or C++, and define {}_TRACE for that and "
                    "for {}.cpp. Otherwise its functions do nothing, and nothing is left of them.",
                    context_.macro, p));
    out_.comment("");
    out_.table_line("  static void put(char character) { uart_send(character); }");
    out_.table_line("");
    out_.table_line(fmt::format("  {}_start(put);", prefix_));
    if (streamed()) {
      out_.table_line(
          fmt::format("  {}_row(row);  // tells a wrong input from a wrong layer", prefix_));
      out_.table_line(fmt::format("  {}_push_row(&model, row);", p));
    } else {
      out_.table_line(
          fmt::format("  {}_input(&model);  // tells a wrong input from a wrong layer", prefix_));
      out_.table_line(fmt::format("  {}_run(&model);", p));
    }
  }

  void data() {
    std::vector<std::int32_t> pieces;
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      pieces.push_back(traced_pieces(program_, i));
    pieces.push_back(streamed() ? streamed()->rows
                                : static_cast<std::int32_t>(program_.inputs.size()));
    out_.comment("Rows or tensors that make up a layer, by step; last, the input.");
    out_.begin_table();
    out_.array(fmt::format("static const int32_t {}_pieces[]", prefix_), ElementType::s32,
               to_bytes(pieces), 0);
    out_.end_table();
    out_.line(fmt::format("static smelt_crc_layer {}_layers[{}];", prefix_, pieces.size()));
    const std::string log = fmt::format("\"{0}\", {1}, {2}_pieces, {2}_layers, 0", context_.prefix,
                                        program_.steps.size(), prefix_);
    out_.line(fmt::format("static smelt_crc_log {}_log = {{{}}};", prefix_, log));
    out_.blank();
  }

  void functions(bool log) {
    if (log) start_comment();
    out_.function(fmt::format("static inline void {}_start", prefix_),
                  {"void (*put)(char character)"},
                  log ? fmt::format("smelt_crc_start(&{}_log, put);", prefix_) : "(void)put;");
    out_.blank();
    if (streamed())
      row(log);
    else
      input(log);
    out_.blank();
  }

  void start_comment() {
    if (!streamed())
      out_.comment("Logs from now on.");
    else if (streamed()->window)
      out_.comment(
          fmt::format("Logs from now on, window by window: {}_reset before each. Again, after one "
                      "that was not pushed to its end.",
                      context_.prefix));
    else
      out_.comment("Logs from now on. Again, after an input that was not pushed to its end.");
  }

  std::string add_input(const std::string& data, const std::string& name,
                        std::string_view count) const {
    return fmt::format("smelt_crc_add(&{}_log, {}, {}, {} * sizeof *{});", prefix_,
                       program_.steps.size(), data, context_.port_macro(name, count), data);
  }

  void row(bool log) {
    const Buffer& buffer = program_[program_.inputs[0].buffer];
    if (log) out_.comment("Before a row is pushed. The input's line comes with its last row.");
    out_.function(fmt::format("static inline void {}_row", prefix_),
                  {fmt::format("const {} *row", c_type(buffer.type))},
                  log ? add_input("row", context_.inputs[0], "ROW_COUNT") : "(void)row;");
  }

  void input(bool log) {
    const std::string head = fmt::format("static inline void {}_input", prefix_);
    const std::vector<std::string> model = {fmt::format("{}_model *model", context_.prefix)};
    if (!log || context_.inputs.empty()) {
      out_.function(head, model, "(void)model;");
      return;
    }
    out_.comment("Before a run: logs the input that it is about to read.");
    out_.open_function(head, model);
    for (std::size_t i = 0; i < context_.inputs.size(); ++i) {
      const std::string& name = context_.inputs[i];
      out_.line(fmt::format("const {0} *{1} = {2}_{1}(model);",
                            c_type(program_[program_.inputs[i].buffer].type), name,
                            context_.prefix));
      out_.line(add_input(name, name, "COUNT"));
    }
    out_.close();
  }

  void hook() {
    out_.open_function(fmt::format("void {}_trace", context_.prefix),
                       {"int32_t step", "int32_t row", "const void *data", "size_t bytes"});
    out_.line("(void)row;");
    out_.line(fmt::format("smelt_crc_add(&{}_log, step, data, bytes);", prefix_));
    out_.close().blank();
  }

  const EmitContext& context_;
  const Program& program_;
  std::string prefix_;
  CppWriter out_;
};

}  // namespace

std::vector<OutputFile> emit_crc_log(const Program& program, const EmitOptions& options) {
  const EmitContext context(program, options);
  std::vector<OutputFile> files = {{context.prefix + "_crc.h", CrcLogWriter(context).run()}};
  for (const char* header : {"smelt/crc32.h", "smelt/crc_log.h"})
    files.push_back({header, std::string(runtime_file(header))});
  return files;
}

}  // namespace smelt
