// SPDX-License-Identifier: Apache-2.0
//
// The emitted code, built for this machine and loaded: what users will run, run here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/diagnostics.h"
#include "compiler/evaluate/evaluate.h"
#include "compiler/program/program.h"
#include "tools/loaded_code.h"

namespace smelt::tools {

/// What a run wrote into a buffer, as the last step that wrote it left it.
struct TracedBuffer {
  std::int32_t step = 0;
  BufferId buffer{};
  Bytes bytes;
};

class HostModel {
 public:
  /// What state and arena are filled with before they are used.
  static constexpr std::uint8_t garbage = 0xa5;

  /// Builds the files and loads the result; reports what the compiler said. `with` is a compiler,
  /// perhaps followed by flags: "clang" is the one in this process, others are the system's. Empty
  /// stands for the former, or g++ in builds without LLVM.
  static std::optional<HostModel> build(const Program& program,
                                        const std::vector<OutputFile>& files,
                                        const std::string& with, Diagnostics& diagnostics);

  /// Builds several programs of different names, whose files these are, in one go; much faster
  /// than one by one. They live as long as any of them does.
  static std::optional<std::vector<HostModel>> build(const std::vector<const Program*>& programs,
                                                     const std::vector<OutputFile>& files,
                                                     const std::string& with,
                                                     Diagnostics& diagnostics);

  /// Sets the state, if there is any, to its initial value.
  void reset();
  /// Looks at state and arena before a step; once more after the last, with the number of steps. Of
  /// a model that takes rows: only then.
  using Observer =
      std::function<void(std::int32_t step, const std::uint8_t* state, const std::uint8_t* arena)>;
  /// One run in an arena of garbage; inputs[i] has the bytes of program.inputs[i]. `trace`, if
  /// given, receives every buffer that steps wrote, in the order of when they were begun.
  std::vector<Bytes> run(const std::vector<Bytes>& inputs,
                         std::vector<TracedBuffer>* trace = nullptr, const Observer& observe = {});

  /// Pushes one row of a model that takes rows; how many are missing until the outputs are there.
  std::int32_t push(const Bytes& row) { return push(row, nullptr, nullptr); }
  std::vector<Bytes> outputs() const;

 private:
  HostModel(const Program& program, LoadedCode code);

  using Trace = void (*)(void* context, std::int32_t step, std::int32_t row, const void* data,
                         std::size_t bytes);
  using Run = void (*)(void* model, Trace trace, void* context);
  using RunStep = std::int32_t (*)(void* model, Trace trace, void* context, std::int32_t step);
  using Push = std::int32_t (*)(void* model, Trace trace, void* context, const void* row);
  using Reset = void (*)(void* model);

  std::uint8_t* state() { return reinterpret_cast<std::uint8_t*>(memory_.data()); }
  std::uint8_t* arena() { return state() + arena_offset_; }
  const std::uint8_t* state() const {
    return reinterpret_cast<const std::uint8_t*>(memory_.data());
  }
  const std::uint8_t* arena() const { return state() + arena_offset_; }
  void set_inputs(const std::vector<Bytes>& inputs);
  std::int32_t push(const Bytes& row, Trace trace, void* context);
  void push_rows(const Bytes& input, Trace trace, void* context, const Observer& observe);
  void run_steps(Trace trace, void* context, const Observer& observe);

  const Program* program_ = nullptr;
  LoadedCode code_;
  std::vector<std::uint64_t> memory_;  // the NAME_model struct: state, then arena
  std::size_t arena_offset_ = 0;
  Run run_ = nullptr;
  RunStep step_ = nullptr;
  Push push_ = nullptr;
  Reset reset_ = nullptr;
};

}  // namespace smelt::tools
