// SPDX-License-Identifier: Apache-2.0
#include "tools/system_compiler.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "tools/files.h"

namespace smelt::tools {
namespace {

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

}  // namespace

std::optional<std::string> failure_of(const std::vector<std::string>& command) {
  const TemporaryFolder folder;
  const auto log = folder.path() / "log.txt";
  const int code = spawn(command, log);
  if (code == 0) return std::nullopt;
  return code == 127 ? "there is no " + command.front() : text_of(log);
}

std::optional<std::string> output_of(const std::vector<std::string>& command) {
  const TemporaryFolder folder;
  const auto log = folder.path() / "log.txt";
  if (spawn(command, log) != 0) return std::nullopt;
  return text_of(log);
}

std::optional<LoadedCode> load_with_system_compiler(const std::vector<std::string>& command,
                                                    const std::vector<OutputFile>& files,
                                                    std::string& messages) {
  const TemporaryFolder folder;
  Diagnostics diagnostics;
  if (!write_files(folder.path(), files, diagnostics)) {
    messages = to_string(diagnostics.all().front());
    return std::nullopt;
  }
  const auto library = folder.path() / "model.so";
  const auto log = folder.path() / "log.txt";
  std::vector<std::string> words = command;
  words.insert(words.end(), {"-fPIC", "-shared", "-I" + folder.path().string(), "-o", library});
  for (const OutputFile& file : files)
    if (file.path.ends_with(".cpp")) words.push_back(folder.path() / file.path);
  const int code = spawn(words, log);
  if (code != 0) {
    const bool missing = code == 127;
    messages = missing ? "there is no such compiler; install it, or name another with --with"
                       : text_of(log);
    return std::nullopt;
  }
  const std::shared_ptr<void> handle(dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* p) {
    if (p) dlclose(p);
  });
  if (!handle) {
    messages = dlerror();
    return std::nullopt;
  }
  return LoadedCode{
      handle, [handle](const std::string& name) { return dlsym(handle.get(), name.c_str()); }};
}

}  // namespace smelt::tools
