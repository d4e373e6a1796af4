// SPDX-License-Identifier: Apache-2.0
#include "tools/host_model.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cassert>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace smelt::tools {
namespace {

/// Exports one model under names that begin with its own, and hands its trace to the caller.
std::string exports_text(const Program& program) {
  std::string text = R"(void NAME_trace(int32_t step, int32_t, const void *data, size_t bytes) {
  if (sink) sink(sink_context, step, data, bytes);
}
void NAME_host_run(void *model, Sink trace, void *context) {
  sink = trace;
  sink_context = context;
  NAME_run(static_cast<NAME_model *>(model));
}
int32_t NAME_host_step(void *model, Sink trace, void *context, int32_t step) {
  sink = trace;
  sink_context = context;
  return NAME_step(static_cast<NAME_model *>(model), step);
}
size_t NAME_host_bytes(void) { return sizeof(NAME_model); }
size_t NAME_host_arena_offset(void) { return offsetof(NAME_model, arena); }
)";
  if (program.state_bytes > 0)
    text += "void NAME_host_reset(void *model) { NAME_reset(static_cast<NAME_model *>(model)); }\n";
  for (std::size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME", at))
    text.replace(at, 4, program.name);
  return text;
}

std::string shim_text(const std::vector<const Program*>& programs) {
  std::string text;
  for (const Program* program : programs) text += fmt::format("#include \"{}.h\"\n", program->name);
  text += R"(
namespace {
using Sink = void (*)(void *, int32_t, const void *, size_t);
Sink sink;
void *sink_context;
}  // namespace

extern "C" {
)";
  for (const Program* program : programs) text += exports_text(*program);
  return text + "}\n";
}

/// Runs a program with its output in a file; its exit code, or -1.
int spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::fflush(nullptr);  // or the child would write it, too
  const pid_t child = fork();
  if (child < 0) return -1;
  if (child == 0) {
    if (!freopen(log.c_str(), "w", stdout) || dup2(1, 2) < 0) _exit(126);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

template <typename Function>
Function symbol(void* library, const std::string& name) {
  return reinterpret_cast<Function>(dlsym(library, name.c_str()));
}

/// As the evaluator computes: no fused operations, and the C library's functions even of numbers
/// that the compiler knows, since it rounds those otherwise.
std::vector<std::string> command_line(const std::vector<const Program*>& programs,
                                      const std::vector<OutputFile>& files,
                                      const std::filesystem::path& folder,
                                      const std::filesystem::path& library,
                                      const std::string& compiler,
                                      const std::string& optimization) {
  std::vector<std::string> command = {compiler,
                                      "-std=c++14",
                                      optimization,
                                      "-ffp-contract=off",
                                      "-fno-builtin-expf",
                                      "-fno-builtin-tanhf",
                                      "-fPIC",
                                      "-shared",
                                      "-fno-exceptions",
                                      "-fno-rtti",
                                      "-I" + folder.string(),
                                      "-o",
                                      library.string()};
  for (const Program* program : programs) {
    std::string upper = program->name;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    command.push_back(fmt::format("-D{}_TRACE", upper));
  }
  for (const OutputFile& file : files)
    if (file.path.ends_with(".cpp")) command.push_back((folder / file.path).string());
  return command;
}

/// Builds and loads a shared library; null, and the reason, if that fails.
std::shared_ptr<void> load(const std::vector<const Program*>& programs,
                           std::vector<OutputFile> files, const std::string& compiler,
                           const std::string& optimization, Diagnostics& diagnostics) {
  const TemporaryFolder folder;
  files.push_back({"smelt_host.cpp", shim_text(programs)});
  if (!write_files(folder.path(), files, diagnostics)) return nullptr;
  const auto library = folder.path() / "model.so";
  const auto log = folder.path() / "log.txt";
  const int code =
      spawn(command_line(programs, files, folder.path(), library, compiler, optimization), log);
  if (code != 0) {
    const bool missing = code == 127;
    diagnostics
        .error({.file = compiler},
               missing ? "there is no such compiler" : "cannot build the emitted code")
        .note(missing ? "install it, or name another with --with" : text_of(log));
    return nullptr;
  }
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle) return {handle, dlclose};
  diagnostics.error({.file = library.string()}, fmt::format("cannot be loaded: {}", dlerror()));
  return nullptr;
}

}  // namespace

HostModel::HostModel(const Program& program, std::shared_ptr<void> library)
    : program_(&program), library_(std::move(library)) {
  const std::string prefix = program.name + "_host_";
  run_ = symbol<Run>(library_.get(), prefix + "run");
  step_ = symbol<RunStep>(library_.get(), prefix + "step");
  reset_ = symbol<Reset>(library_.get(), prefix + "reset");
  const std::size_t bytes = symbol<std::size_t (*)()>(library_.get(), prefix + "bytes")();
  arena_offset_ = symbol<std::size_t (*)()>(library_.get(), prefix + "arena_offset")();
  memory_.resize((bytes + 7) / 8);
  reset();
}

std::optional<HostModel> HostModel::build(const Program& program,
                                          const std::vector<OutputFile>& files,
                                          const std::string& compiler, Diagnostics& diagnostics) {
  auto models = build(std::vector{&program}, files, compiler, diagnostics);
  if (!models) return std::nullopt;
  return std::move(models->front());
}

std::optional<std::vector<HostModel>> HostModel::build(const std::vector<const Program*>& programs,
                                                       const std::vector<OutputFile>& files,
                                                       const std::string& compiler,
                                                       Diagnostics& diagnostics,
                                                       const std::string& optimization) {
  const std::shared_ptr<void> library = load(programs, files, compiler, optimization, diagnostics);
  if (!library) return std::nullopt;
  std::vector<HostModel> models;
  for (const Program* program : programs) models.push_back(HostModel(*program, library));
  return models;
}

void HostModel::reset() {
  if (!reset_) return;
  std::memset(state(), garbage, static_cast<std::size_t>(program_->state_bytes));
  reset_(memory_.data());
}

void HostModel::run_steps(Trace trace, void* context, const Observer& observe) {
  const auto steps = static_cast<std::int32_t>(program_->steps.size());
  for (std::int32_t step = 0; step < steps; ++step) {
    observe(step, state(), arena());
    [[maybe_unused]] const std::int32_t next = step_(memory_.data(), trace, context, step);
    assert(next == (step + 1 < steps ? step + 1 : 0));
  }
  observe(steps, state(), arena());
}

std::vector<Bytes> HostModel::run(const std::vector<Bytes>& inputs,
                                  std::vector<TracedBuffer>* trace, const Observer& observe) {
  const Program& program = *program_;
  std::memset(arena(), garbage, static_cast<std::size_t>(program.arena_bytes));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Buffer& buffer = program[program.inputs[i].buffer];
    assert(static_cast<std::int64_t>(inputs[i].size()) == buffer.bytes);
    if (!inputs[i].empty())
      std::memcpy(arena() + buffer.offset, inputs[i].data(), inputs[i].size());
  }
  struct Context {
    const Program& program;
    std::vector<TracedBuffer>* trace;
  } context{program, trace};
  const Trace collect = [](void* raw, std::int32_t step, const void* data, std::size_t bytes) {
    const auto& [traced, out] = *static_cast<Context*>(raw);
    const auto* begin = static_cast<const std::uint8_t*>(data);
    for (const Operand& operand : traced.steps[static_cast<std::size_t>(step)].operands)
      if (operand.access == Access::write)
        out->push_back({std::get<BufferId>(operand.place), Bytes(begin, begin + bytes)});
  };
  if (observe)
    run_steps(trace ? collect : nullptr, &context, observe);
  else
    run_(memory_.data(), trace ? collect : nullptr, &context);
  std::vector<Bytes> outputs;
  for (const Port& port : program.outputs) {
    const Buffer& buffer = program[port.buffer];
    outputs.emplace_back(arena() + buffer.offset, arena() + buffer.offset + buffer.bytes);
  }
  return outputs;
}

}  // namespace smelt::tools
