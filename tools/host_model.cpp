// SPDX-License-Identifier: Apache-2.0
#include "tools/host_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <sstream>

#include "codegen/cpp_writer.h"
#include "tools/machine/jit.h"
#include "tools/system_compiler.h"

namespace smelt::tools {
namespace {

constexpr const char* in_memory = "clang";

constexpr std::string_view run_text =
    R"(void NAME_host_run(void *model, Sink trace, void *context) {
  sink = trace;
  sink_context = context;
  NAME_run(static_cast<NAME_model *>(model));
}
int32_t NAME_host_step(void *model, Sink trace, void *context, int32_t step) {
  sink = trace;
  sink_context = context;
  return NAME_step(static_cast<NAME_model *>(model), step);
})";
constexpr std::string_view push_text =
    R"(int32_t NAME_host_push(void *model, Sink trace, void *context, const void *row) {
  sink = trace;
  sink_context = context;
  return NAME_push_row(static_cast<NAME_model *>(model), static_cast<const TYPE *>(row));
})";

void replace_all(std::string& text, std::string_view word, std::string_view by) {
  for (std::size_t at = text.find(word); at != std::string::npos;
       at = text.find(word, at + by.size()))
    text.replace(at, word.size(), by);
}

/// Exports one model under names that begin with its own, and hands its trace to the caller.
std::string exports_text(const Program& program) {
  std::string text = R"(void NAME_trace(int32_t step, int32_t row, const void *data, size_t bytes) {
  if (sink) sink(sink_context, step, row, data, bytes);
}
RUN
size_t NAME_host_bytes(void) { return sizeof(NAME_model); }
size_t NAME_host_arena_offset(void) { return offsetof(NAME_model, arena); }
)";
  if (program.state_bytes > 0)
    text += "void NAME_host_reset(void *model) { NAME_reset(static_cast<NAME_model *>(model)); }\n";
  replace_all(text, "RUN", program.streamed ? push_text : run_text);
  if (program.streamed) replace_all(text, "TYPE", c_type(program[program.inputs[0].buffer].type));
  replace_all(text, "NAME", program.name);
  return text;
}

std::string shim_text(const std::vector<const Program*>& programs) {
  std::string text;
  for (const Program* program : programs) text += fmt::format("#include \"{}.h\"\n", program->name);
  text += R"(
namespace {
using Sink = void (*)(void *, int32_t, int32_t, const void *, size_t);
Sink sink;
void *sink_context;
}  // namespace

extern "C" {
)";
  for (const Program* program : programs) text += exports_text(*program);
  return text + "}\n";
}

/// The functions of the C library that emitted code calls and that are not exact.
constexpr std::string_view rounded_functions[] = {"acosf", "asinf", "atanf", "cosf",
                                                  "coshf", "expf",  "logf",  "powf",
                                                  "sinf",  "sinhf", "tanf",  "tanhf"};

/// As the evaluator computes: no fused operations, and the C library's functions even of numbers
/// that the compiler knows, since it rounds those otherwise.
std::vector<std::string> flags_for(const std::vector<const Program*>& programs) {
  std::vector<std::string> flags = {"-std=c++14", "-O2", "-ffp-contract=off", "-fno-exceptions",
                                    "-fno-rtti"};
  for (const std::string_view name : rounded_functions)
    flags.push_back(fmt::format("-fno-builtin-{}", name));
  for (const Program* program : programs) {
    std::string upper = program->name;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    flags.push_back(fmt::format("-D{}_TRACE", upper));
    for (const Step& step : program->steps)
      // The user's own header.
      if (step.kernel.custom) flags.push_back("-I" + std::filesystem::current_path().string());
  }
  return flags;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

/// What builds emitted code if nothing else is asked for. In programs with sanitizers it is the
/// compiler that built them, since models must then have the same ones.
std::string default_compiler() {
#ifdef SMELT_SANITIZE
  return SMELT_COMPILER;
#else
  return machine::version().empty() ? "g++" : in_memory;
#endif
}

void report_build_failure(const std::string& compiler, const std::string& messages,
                          Diagnostics& diagnostics) {
  Diagnostic& error = diagnostics.error({.file = compiler}, "cannot build the emitted code");
  std::istringstream lines(messages);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) error.note(line);
}

std::optional<LoadedCode> load(const std::vector<const Program*>& programs,
                               std::vector<OutputFile> files, const std::string& with,
                               Diagnostics& diagnostics) {
  files.push_back({"smelt_host.cpp", shim_text(programs)});
  std::vector<std::string> words = words_of(with);
  if (words.empty()) words = {default_compiler()};
  if (with.empty() && machine::version().empty())
    diagnostics.warning({.file = "smelt"}, "was built without LLVM")
        .note(fmt::format("{} builds the emitted code", words[0]));
  std::vector<std::string> flags = flags_for(programs);
  flags.insert(flags.end(), words.begin() + 1, words.end());
  std::string messages;
  std::optional<LoadedCode> code;
  if (words[0] == in_memory) {
    code = machine::load(files, flags, messages);
  } else {
    flags.insert(flags.begin(), words[0]);
#ifdef SMELT_SANITIZE
    flags.insert(flags.end(), {"-fsanitize=" SMELT_SANITIZE, "-fno-sanitize-recover=all", "-g1"});
#endif
    code = load_with_system_compiler(flags, files, messages);
  }
  if (!code) report_build_failure(words[0], messages, diagnostics);
  return code;
}

template <typename Function>
Function symbol(const LoadedCode& code, const std::string& name) {
  return reinterpret_cast<Function>(code.symbol(name));
}

}  // namespace

HostModel::HostModel(const Program& program, LoadedCode code)
    : program_(&program), code_(std::move(code)) {
  const std::string prefix = program.name + "_host_";
  run_ = symbol<Run>(code_, prefix + "run");
  step_ = symbol<RunStep>(code_, prefix + "step");
  push_ = symbol<Push>(code_, prefix + "push");
  reset_ = symbol<Reset>(code_, prefix + "reset");
  const std::size_t bytes = symbol<std::size_t (*)()>(code_, prefix + "bytes")();
  arena_offset_ = symbol<std::size_t (*)()>(code_, prefix + "arena_offset")();
  memory_.resize((bytes + 7) / 8);
  reset();
}

std::optional<HostModel> HostModel::build(const Program& program,
                                          const std::vector<OutputFile>& files,
                                          const std::string& with, Diagnostics& diagnostics) {
  auto models = build(std::vector{&program}, files, with, diagnostics);
  if (!models) return std::nullopt;
  return std::move(models->front());
}

std::optional<std::vector<HostModel>> HostModel::build(const std::vector<const Program*>& programs,
                                                       const std::vector<OutputFile>& files,
                                                       const std::string& with,
                                                       Diagnostics& diagnostics) {
  const std::optional<LoadedCode> code = load(programs, files, with, diagnostics);
  if (!code) return std::nullopt;
  std::vector<HostModel> models;
  for (const Program* program : programs) models.push_back(HostModel(*program, *code));
  return models;
}

void HostModel::reset() {
  if (!reset_) return;
  std::memset(state(), garbage, static_cast<std::size_t>(program_->state_bytes));
  reset_(memory_.data());
}

void HostModel::run_steps(Trace trace, void* context, const Observer& observe) {
  const auto steps = static_cast<std::int32_t>(program_->steps.size());
  std::int32_t step = 0;
  do {
    observe(step, state(), arena());
    step = step_(memory_.data(), trace, context, step);
  } while (step != 0);
  observe(steps, state(), arena());
}

void HostModel::set_inputs(const std::vector<Bytes>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Buffer& buffer = (*program_)[program_->inputs[i].buffer];
    assert(static_cast<std::int64_t>(inputs[i].size()) == buffer.bytes);
    if (!inputs[i].empty())
      std::memcpy(arena() + buffer.offset, inputs[i].data(), inputs[i].size());
  }
}

std::int32_t HostModel::push(const Bytes& row, Trace trace, void* context) {
  // Aligned as an array of its type would be, and gone after the call.
  std::vector<std::uint64_t> copy(row.size() / 8 + 1);
  std::memcpy(copy.data(), row.data(), row.size());
  return push_(memory_.data(), trace, context, copy.data());
}

void HostModel::push_rows(const Bytes& input, Trace trace, void* context, const Observer& observe) {
  if (program_->streamed->window) reset();
  const auto bytes = static_cast<std::ptrdiff_t>(input.size()) / program_->streamed->rows;
  for (auto at = input.begin(); at != input.end(); at += bytes)
    push(Bytes(at, at + bytes), trace, context);
  if (observe) observe(static_cast<std::int32_t>(program_->steps.size()), state(), arena());
}

std::vector<Bytes> HostModel::outputs() const {
  std::vector<Bytes> outputs;
  for (const Port& port : program_->outputs) {
    const Buffer& buffer = (*program_)[port.buffer];
    const std::uint8_t* begin =
        (buffer.kind == BufferKind::state ? state() : arena()) + buffer.offset;
    outputs.emplace_back(begin, begin + buffer.bytes);
  }
  return outputs;
}

/// What NAME_trace is called with becomes traced buffers.
class Tracer {
 public:
  Tracer(const Program& program, std::vector<TracedBuffer>* trace)
      : program_(program), trace_(trace) {}

  void add(std::int32_t step, std::int32_t row, const std::uint8_t* data, std::size_t bytes) {
    // Rows of several tensors come by turns.
    const auto known = std::find_if(trace_->begin(), trace_->end(),
                                    [&](const TracedBuffer& each) { return each.step == step; });
    if (row > 0 && known != trace_->end())
      known->bytes.insert(known->bytes.end(), data, data + bytes);
    else
      begin(step, Bytes(data, data + bytes));
  }

 private:
  void begin(std::int32_t step, Bytes bytes) {
    const BufferId id = next_output(step);
    std::erase_if(*trace_, [&](const TracedBuffer& each) { return each.buffer == id; });
    trace_->push_back({step, id, std::move(bytes)});
  }

  /// Outputs of a step come in their order; rows are of the only one.
  BufferId next_output(std::int32_t step) const {
    std::vector<BufferId> outputs;
    for (const Operand& operand : program_.steps[static_cast<std::size_t>(step)].operands)
      if (operand.access == Access::write) outputs.push_back(std::get<BufferId>(operand.place));
    const auto done = std::count_if(trace_->begin(), trace_->end(),
                                    [&](const TracedBuffer& each) { return each.step == step; });
    return outputs[static_cast<std::size_t>(done) % outputs.size()];
  }

  const Program& program_;
  std::vector<TracedBuffer>* trace_;
};

std::vector<Bytes> HostModel::run(const std::vector<Bytes>& inputs,
                                  std::vector<TracedBuffer>* trace, const Observer& observe) {
  const Program& program = *program_;
  std::memset(arena(), garbage, static_cast<std::size_t>(program.arena_bytes));
  if (!program.streamed) set_inputs(inputs);
  Tracer context(program, trace);
  const Trace collect = [](void* tracer, std::int32_t step, std::int32_t row, const void* data,
                           std::size_t bytes) {
    static_cast<Tracer*>(tracer)->add(step, row, static_cast<const std::uint8_t*>(data), bytes);
  };
  if (program.streamed)
    push_rows(inputs[0], trace ? collect : nullptr, &context, observe);
  else if (observe)
    run_steps(trace ? collect : nullptr, &context, observe);
  else
    run_(memory_.data(), trace ? collect : nullptr, &context);
  return outputs();
}

}  // namespace smelt::tools
