// SPDX-License-Identifier: Apache-2.0
//
// Chooses kernels, pipelines and codings by what they cost, read from machine code: see price.h.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "compiler/diagnostics.h"
#include "tools/model.h"
#include "tools/price/price.h"

namespace smelt::tools {

/// What a model may take: flash with its code, RAM with its stack, and cycles of a run.
struct Budgets {
  std::optional<std::int64_t> ram, flash;
  std::optional<double> cycles;
};

/// A way of compiling the model, and what it takes.
struct Trial {
  std::string what;  ///< for the reader: "whole layers"
  PipelineOptions options;
  Compiled compiled;
  Price price;
};

struct Tuned {
  std::deque<Trial> trials;  ///< in the order in which they were made
  std::size_t best = 0;
};

/// Whether all budgets are kept.
bool fits(const Price& price, const Budgets& budgets);

/// Tries ways of compiling `model` for a target with prices until no better is expected: the fewest
/// cycles within the budgets; with a budget of cycles, the least memory within them. If none is
/// within them, the best is the closest. `options` say nothing of what is chosen here. Reports
/// what keeps the model from being compiled or priced.
std::optional<Tuned> tune(const Model& model, const ModelOptions& options, const Budgets& budgets,
                          Diagnostics& diagnostics);

}  // namespace smelt::tools
