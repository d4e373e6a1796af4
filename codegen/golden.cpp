// SPDX-License-Identifier: Apache-2.0
//
// NAME_golden.cpp: golden inputs and outputs as constants, and a program that runs the emitted code
// on them. The check is apart from the printing, so that it also serves where nothing can be
// printed.
#include <fmt/format.h>

#include "codegen/context.h"

namespace smelt {
namespace {

class GoldenWriter {
 public:
  GoldenWriter(const EmitContext& context, const std::vector<GoldenVector>& vectors)
      : context_(context), program_(context.program), vectors_(vectors) {}

  std::string run() {
    write_banner(out_, context_, context_.prefix + "_golden.cpp");
    head();
    out_.line("namespace {").blank();
    out_.line(fmt::format("constexpr int32_t cases = {};", vectors_.size())).blank();
    data();
    comparison();
    run_case();
    out_.line("}  // namespace").blank();
    out_.line("extern \"C\" {").blank();
    checks();
    out_.line("}  // extern \"C\"").blank();
    out_.directive(fmt::format("#ifndef {}_GOLDEN_NO_MAIN", context_.macro)).blank();
    report();
    main();
    out_.directive("#endif");
    return out_.text();
  }

 private:
  struct Member {
    const Port& port;
    std::string name;   ///< "output_scores", of the array and of the access function
    std::string count;  ///< the macro with the number of elements
    const Buffer& buffer;
  };

  bool stateful() const { return program_.state_bytes > 0; }

  std::vector<Member> members(const std::vector<Port>& ports,
                              const std::vector<std::string>& names) const {
    std::vector<Member> result;
    for (std::size_t i = 0; i < ports.size(); ++i)
      result.push_back(
          {ports[i], names[i], context_.port_macro(names[i], "COUNT"), program_[ports[i].buffer]});
    return result;
  }
  std::vector<Member> inputs() const { return members(program_.inputs, context_.inputs); }
  std::vector<Member> outputs() const { return members(program_.outputs, context_.outputs); }

  void head() {
    const std::string& p = context_.prefix;
    out_.comment("");
    out_.comment(
        fmt::format("Runs {} on recorded inputs and compares its outputs with recorded "
                    "ones: integers bit for bit, floats within 1e-5 of the largest "
                    "absolute value of the output.",
                    p));
    out_.comment(
        fmt::format("Build it together with {}.cpp and {}_weights.cpp. Where nothing can be "
                    "printed, define {}_GOLDEN_NO_MAIN and call {}_golden_check.",
                    p, p, context_.macro, p));
    out_.directive(fmt::format("#include \"{}.h\"", p));
    out_.directive("#include \"smelt/runtime.h\"").blank();
    out_.directive(fmt::format("#ifndef {}_GOLDEN_NO_MAIN", context_.macro));
    out_.directive("#include <stdio.h>").directive("#endif").blank();
  }

  /// An array of all cases, one after another.
  template <typename Bytes>
  void array(const Member& member, Bytes bytes_of) {
    std::vector<std::uint8_t> all;
    for (const GoldenVector& vector : vectors_) {
      const std::vector<std::uint8_t>& bytes = bytes_of(vector);
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    out_.comment(fmt::format("\"{}\", case by case", comment_text(member.port.name)));
    out_.array(fmt::format("const {} {}[cases * {}] SMELT_CONSTANT", c_type(member.buffer.type),
                           member.name, member.count),
               member.buffer.type, all,
               static_cast<std::int32_t>(element_count(member.buffer.shape)));
    out_.blank();
  }

  void data() {
    out_.begin_table();
    for (std::size_t i = 0; i < program_.inputs.size(); ++i)
      array(inputs()[i], [i](const GoldenVector& vector) { return vector.inputs[i]; });
    for (std::size_t i = 0; i < program_.outputs.size(); ++i)
      array(outputs()[i], [i](const GoldenVector& vector) { return vector.outputs[i]; });
    if (stateful()) {
      std::vector<std::uint8_t> fresh;
      for (const GoldenVector& vector : vectors_) fresh.push_back(vector.fresh);
      out_.comment("1 where the state is reset first, 0 where it is what the case before left");
      out_.array("const uint8_t fresh[cases] SMELT_CONSTANT", ElementType::u8, fresh, 0).blank();
    }
    out_.end_table().blank();
  }

  bool any_output(bool real) const {
    for (const Member& member : outputs())
      if ((member.buffer.type == ElementType::f32) == real) return true;
    return false;
  }

  void comparison() {
    out_.comment("The first element that is not as recorded, or -1.");
    if (any_output(false)) {
      out_.line("template <typename T>");
      out_.open_function("int32_t first_difference",
                         {"const T *expected", "const T *got", "size_t count"});
      out_.line("for (size_t i = 0; i < count; ++i)");
      out_.line("  if (smelt::load(expected + i) != got[i]) return static_cast<int32_t>(i);");
      out_.line("return -1;").close().blank();
    }
    if (!any_output(true)) return;
    out_.open_function("int32_t first_difference",
                       {"const float *expected", "const float *got", "size_t count"});
    out_.line("float largest = 0.0F;");
    out_.open("for (size_t i = 0; i < count; ++i)");
    out_.line("const float value = smelt::load(expected + i);");
    out_.line("const float size = value < 0.0F ? -value : value;");
    out_.line("if (size > largest && size < smelt::infinity) largest = size;").close();
    out_.open("for (size_t i = 0; i < count; ++i)");
    out_.line("const float value = smelt::load(expected + i);");
    out_.line("const float error = value < got[i] ? got[i] - value : value - got[i];");
    out_.comment("Infinities equal themselves, as what is not a number does here.");
    out_.line("if (value == got[i] || (value != value && got[i] != got[i])) continue;");
    out_.line("if (!(error <= 1e-5F * largest)) return static_cast<int32_t>(i);").close();
    out_.line("return -1;").close().blank();
  }

  void run_case() {
    const std::string& p = context_.prefix;
    const std::vector<std::string> parameters = {fmt::format("{}_model *model", p), "size_t index"};
    out_.line("template <typename T>");
    out_.open_function("void copy", {"const T *from", "T *to", "size_t count"});
    out_.line("for (size_t i = 0; i < count; ++i) to[i] = smelt::load(from + i);");
    out_.close().blank();
    out_.open_function("void run_case", parameters);
    if (stateful())
      out_.line(fmt::format("if (smelt::load(fresh + index) != 0) {}_reset(model);", p));
    if (program_.streamed)
      push_rows();
    else
      set_and_run();
    out_.close().blank();
    for (const Member& output : outputs()) {
      out_.open_function(fmt::format("int32_t check_{}", output.name), parameters);
      out_.call("return first_difference",
                {fmt::format("{} + index * {}", output.name, output.count),
                 fmt::format("{}_{}(model)", p, output.name), output.count});
      out_.close().blank();
    }
  }

  void set_and_run() {
    const std::string& p = context_.prefix;
    for (const Member& input : inputs())
      out_.call("copy", {fmt::format("{} + index * {}", input.name, input.count),
                         fmt::format("{}_{}(model)", p, input.name), input.count});
    out_.line(fmt::format("{}_run(model);", p));
  }

  void push_rows() {
    const std::string& p = context_.prefix;
    const Member input = inputs()[0];
    const std::string from = fmt::format("{} + index * {}", input.name, input.count);
    const std::string count = context_.port_macro(input.name, "ROW_COUNT");
    out_.directive("#ifdef __AVR__");
    out_.line(fmt::format("static {} row[{}];", c_type(input.buffer.type), count));
    out_.open(fmt::format("for (size_t i = 0; i < {}; i += {})", input.count, count));
    out_.call("copy", {from + " + i", "row", count});
    out_.line(fmt::format("{}_push_row(model, row);", p)).close();
    out_.directive("#else");
    out_.line(fmt::format("{}_run(model, {});", p, from));
    out_.directive("#endif");
  }

  void checks() {
    const std::string& p = context_.prefix;
    const std::string model = fmt::format("{}_model *model", p);
    const std::vector<Member> all = outputs();
    out_.comment(
        "Runs one case. The first element that differs, counted through all outputs; -1 "
        "if none does.");
    out_.open_function(fmt::format("int32_t {}_golden_case", p), {model, "int32_t index"});
    out_.line("const size_t at = static_cast<size_t>(index);");
    out_.line("run_case(model, at);");
    if (all.size() > 1) out_.line("int32_t before = 0;");
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string found = fmt::format("in_{}", all[i].name);
      out_.line(fmt::format("const int32_t {} = check_{}(model, at);", found, all[i].name));
      out_.line(fmt::format("if ({} >= 0) return {}{};", found, all.size() > 1 ? "before + " : "",
                            found));
      if (i + 1 < all.size())
        out_.line(fmt::format("before += static_cast<int32_t>({});", all[i].count));
    }
    out_.line("return -1;").close().blank();
    out_.comment("Runs all cases; how many of them failed.");
    out_.open_function(fmt::format("int32_t {}_golden_check", p), {model});
    out_.line("int32_t failed = 0;");
    out_.line("for (int32_t i = 0; i < cases; ++i)");
    out_.line(fmt::format("  if ({}_golden_case(model, i) >= 0) ++failed;", p));
    out_.line("return failed;").close().blank();
  }

  void report() {
    out_.open_function("static void report", {fmt::format("{}_model *model", context_.prefix),
                                              "int32_t index", "int32_t element"});
    out_.line("const size_t at = static_cast<size_t>(index);");
    out_.line("size_t i = static_cast<size_t>(element);");
    const std::vector<Member> all = outputs();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool last = i + 1 == all.size();
      if (!last) out_.open(fmt::format("if (i < {})", all[i].count));
      print(all[i]);
      if (!last) out_.line("return;").close().line(fmt::format("i -= {};", all[i].count));
    }
    out_.close().blank();
  }

  void print(const Member& output) {
    const bool real = output.buffer.type == ElementType::f32;
    const std::string_view format = real ? "%.9g" : "%ld";
    const std::string_view type = real ? "double" : "long";
    const std::string_view element = c_type(output.buffer.type);
    out_.line(fmt::format("const {} *const expected = {} + at * {};", element, output.name,
                          output.count));
    out_.line(
        fmt::format("const {} *const got = {}_{}(model);", element, context_.prefix, output.name));
    out_.call("printf", {fmt::format("\"case %ld: {}[%ld] is {}, expected {}\\n\"", output.name,
                                     format, format),
                         "static_cast<long>(index)", "static_cast<long>(i)",
                         fmt::format("static_cast<{}>(got[i])", type),
                         fmt::format("static_cast<{}>(smelt::load(expected + i))", type)});
  }

  void main() {
    const std::string& p = context_.prefix;
    out_.open("int main()");
    out_.line(fmt::format("static {}_model model;", p));
    out_.line("int32_t failed = 0;");
    out_.open("for (int32_t i = 0; i < cases; ++i)");
    out_.line(fmt::format("const int32_t element = {}_golden_case(&model, i);", p));
    out_.line("if (element < 0) continue;");
    out_.line("report(&model, i, element);").line("++failed;").close();
    out_.call("printf", {fmt::format("\"{}: %ld cases, %ld failed\\n\"", p),
                         "static_cast<long>(cases)", "static_cast<long>(failed)"});
    out_.line("return failed == 0 ? 0 : 1;").close().blank();
  }

  const EmitContext& context_;
  const Program& program_;
  const std::vector<GoldenVector>& vectors_;
  CppWriter out_;
};

}  // namespace

OutputFile emit_golden(const Program& program, const EmitOptions& options,
                       const std::vector<GoldenVector>& vectors) {
  const EmitContext context(program, options);
  return {context.prefix + "_golden.cpp", GoldenWriter(context, vectors).run()};
}

}  // namespace smelt
