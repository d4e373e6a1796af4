// SPDX-License-Identifier: Apache-2.0
//
// What a pipeline of steps would be: its stages, in order, and the tensors they pass rows through.
// Nothing is decided and nothing changed here.
#pragma once

#include <optional>
#include <vector>

#include "compiler/plan/plan.h"

namespace smelt {

/// Who reads and writes a storage.
struct Use {
  std::vector<std::int32_t> writers, readers;  ///< steps, ascending
  bool input = false, output = false;          ///< of the model
};
/// By BufferId; of aliases, those of their storage alone.
std::vector<Use> uses_of(const Program& program);

/// A tensor whose rows stages read or write.
struct Place {
  BufferId storage{};
  std::int64_t element_bytes = 1;
  RowLayout layout;     ///< `count` is left open for rings
  bool ring = false;    ///< in memory a few rows at a time
  bool copied = false;  ///< a ring with the padding that readers of a whole tensor want
  bool inside = false;  ///< some stage writes it
  bool dies = false;    ///< nobody needs it after the pipeline
};

struct StageRead {
  std::size_t place = 0;
  RowWindow window;
};

struct Stage {
  std::int32_t step = 0;  ///< of the program; of a copy: its first reader
  bool copies = false;    ///< a row of a whole tensor into a ring
  bool collects = false;  ///< see RowForm
  std::int32_t rows = 0;  ///< how often it runs, rows of padding not counted
  std::vector<StageRead> reads;
  std::size_t write = 0;             ///< place
  std::int64_t scratch = 0;          ///< bytes
  std::optional<std::int64_t> lead;  ///< see RowForm

  /// Of a tensor of layout `from`: the row in its own numbers, padding included, that the window of
  /// row y begins with.
  static std::int64_t first(const StageRead& read, const RowLayout& from, std::int64_t y) {
    return read.window.first(y) + from.top;
  }
};

struct Stages {
  std::vector<Stage> stages;
  std::vector<Place> places;
  std::vector<BufferId> wholes;  ///< storages from before that every row reads all of
};

/// The pipeline of steps `first` to `last`; nothing if they cannot be one. `streamed`: the model's
/// input comes row by row and is nowhere as a whole.
std::optional<Stages> stages_of(const Program& program, const std::vector<Use>& uses,
                                std::int32_t first, std::int32_t last, bool keep_input,
                                bool streamed);

}  // namespace smelt
