// SPDX-License-Identifier: Apache-2.0
//
// Where every buffer lies: lifetimes from the order of steps, outputs laid over inputs where a
// kernel allows it, offsets packed into one arena. Knows steps and buffers, no operators.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "compiler/program/program.h"

namespace smelt {

enum class Schedule : std::uint8_t {
  layers,  ///< one after the other
  rows,    ///< pipelines where they lower the peak
};

/// How the model's input comes.
enum class Stream : std::uint8_t {
  none,  ///< as a whole
  rows,  ///< a row at a time
  time,  ///< likewise, without end: every row moves the window that the model sees
};

struct PlanOptions {
  bool keep_input = false;     ///< run must not overwrite the model's inputs
  bool share = true;           ///< lay outputs over inputs; false keeps every tensor's own bytes
  std::int32_t alignment = 4;  ///< least alignment of every buffer, a power of two
  Schedule schedule = Schedule::layers;
  double slack = 1;  ///< pipelines are made until the peak is within that factor of the smallest
  std::optional<std::int64_t> ram;  ///< bytes of arena and state that are good enough
  std::int64_t device_ram = 0;      ///< whatever the slack, no more than that; 0: not known
  Stream stream = Stream::none;
  /// By layer, what it costs to run it row by row, in cycles; of others it is estimated. Pipelines
  /// that are within the budget are those that cost least.
  std::map<std::string, std::int64_t> row_costs;
};

/// arrange(), make_pipelines(), then place().
Program plan(Program program, const PlanOptions& options);

/// Why the one input of a program that has not been planned cannot come row by row, in words: a
/// reason each.
std::vector<std::string> stream_obstacles(const Program& program, Stream stream);

/// If memory is shared: leaves out steps that only copy where views do, and puts the others into
/// the order that needs least.
Program arrange(Program program, const PlanOptions& options);

/// Makes pipelines as the options ask.
Program make_pipelines(Program program, const PlanOptions& options);

/// Fills in lifetimes, offsets, arena and state sizes of the steps in the order they are in.
Program place(Program program, const PlanOptions& options);

/// What place() of this order needs at least, if memory is shared: the largest of live_bytes().
std::int64_t peak_bytes(Program program, const PlanOptions& options);

/// Bytes of the buffers alive at a step: no plan of this order needs less than the largest.
std::int64_t live_bytes(const Program& program, std::int32_t step);

}  // namespace smelt
