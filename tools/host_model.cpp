// SPDX-License-Identifier: Apache-2.0
#include "tools/host_model.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cstring>
#include <fstream>
#include <map>

namespace smelt::tools {
namespace {

/// Exports the model under fixed names and hands its trace to the caller.
std::string shim_text(const Program& program) {
  const bool stateful = program.state_bytes > 0;
  std::string text = R"(#include "NAME.h"

namespace {
void (*sink)(void *, int32_t, const void *, size_t);
void *sink_context;
}  // namespace

extern "C" {
void NAME_trace(int32_t step, int32_t, const void *data, size_t bytes) {
  if (sink) sink(sink_context, step, data, bytes);
}
void smelt_host_run(void *model, void (*trace)(void *, int32_t, const void *, size_t),
                    void *context) {
  sink = trace;
  sink_context = context;
  NAME_run(static_cast<NAME_model *>(model));
}
size_t smelt_host_bytes(void) { return sizeof(NAME_model); }
size_t smelt_host_arena_offset(void) { return offsetof(NAME_model, arena); }
)";
  if (stateful)
    text += "void smelt_host_reset(void *model) { NAME_reset(static_cast<NAME_model *>(model)); }\n";
  text += "}\n";
  for (std::size_t at = text.find("NAME"); at != std::string::npos; at = text.find("NAME", at))
    text.replace(at, 4, program.name);
  return text;
}

/// Runs a program with its output in a file; its exit code, or -1.
int spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
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
Function symbol(void* library, const char* name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

}  // namespace

std::optional<HostModel> HostModel::build(const Program& program,
                                          const std::vector<OutputFile>& files,
                                          const std::string& compiler, Diagnostics& diagnostics) {
  const TemporaryFolder folder;
  std::vector<OutputFile> all = files;
  all.push_back({"smelt_host.cpp", shim_text(program)});
  if (!write_files(folder.path(), all, diagnostics)) return std::nullopt;
  const auto library = folder.path() / "model.so";
  std::vector<std::string> command = {compiler,
                                      "-std=c++14",
                                      "-O2",
                                      "-ffp-contract=off",
                                      "-fPIC",
                                      "-shared",
                                      "-fno-exceptions",
                                      "-fno-rtti",
                                      fmt::format("-D{}_TRACE", [&] {
                                        std::string upper = program.name;
                                        for (char& c : upper)
                                          c = static_cast<char>(std::toupper(c));
                                        return upper;
                                      }()),
                                      "-I" + folder.path().string(),
                                      "-o",
                                      library.string()};
  for (const OutputFile& file : all)
    if (file.path.ends_with(".cpp")) command.push_back((folder.path() / file.path).string());
  const auto log = folder.path() / "log.txt";
  if (const int code = spawn(command, log); code != 0) {
    auto& error = diagnostics.error({.file = compiler},
                                    code == 127 ? "there is no such compiler"
                                                : "cannot build the emitted code");
    error.note(code == 127 ? "install it, or name another with --with" : text_of(log));
    return std::nullopt;
  }
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    diagnostics.error({.file = program.name}, fmt::format("cannot be loaded: {}", dlerror()));
    return std::nullopt;
  }
  HostModel model;
  model.program_ = &program;
  model.library_ = std::shared_ptr<void>(handle, dlclose);
  model.run_ = symbol<Run>(handle, "smelt_host_run");
  model.reset_ = symbol<Reset>(handle, "smelt_host_reset");
  const std::size_t bytes = symbol<std::size_t (*)()>(handle, "smelt_host_bytes")();
  model.arena_offset_ = symbol<std::size_t (*)()>(handle, "smelt_host_arena_offset")();
  model.memory_.resize((bytes + 7) / 8);
  model.reset();
  return model;
}

void HostModel::reset() {
  if (reset_) reset_(memory_.data());
}

std::vector<Bytes> HostModel::run(const std::vector<Bytes>& inputs,
                                  std::vector<TracedBuffer>* trace) {
  const Program& program = *program_;
  auto* arena = reinterpret_cast<std::uint8_t*>(memory_.data()) + arena_offset_;
  std::memset(arena, 0xa5, static_cast<std::size_t>(program.arena_bytes));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Buffer& buffer = program[program.inputs[i].buffer];
    assert(static_cast<std::int64_t>(inputs[i].size()) == buffer.bytes);
    if (!inputs[i].empty()) std::memcpy(arena + buffer.offset, inputs[i].data(), inputs[i].size());
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
  run_(memory_.data(), trace ? collect : nullptr, &context);
  std::vector<Bytes> outputs;
  for (const Port& port : program.outputs) {
    const Buffer& buffer = program[port.buffer];
    outputs.emplace_back(arena + buffer.offset, arena + buffer.offset + buffer.bytes);
  }
  return outputs;
}

}  // namespace smelt::tools
