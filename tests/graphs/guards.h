// SPDX-License-Identifier: Apache-2.0
//
// What the bytes of a running model show: a buffer that is no longer what its tensor was when a
// step reads it, and bytes written that belong to no buffer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "compiler/program/program.h"

namespace smelt::test {

/// The planned program with every buffer in a place of its own, far from the others: what is
/// written outside of a buffer is then written into garbage.
Program with_guards(Program program);

/// Watches one run.
class Watch {
 public:
  /// `program` outlives this.
  Watch(const Program& program, const std::vector<Bytes>& inputs);

  /// To be called before every step and after the last: see HostModel::Observer.
  void observe(std::int32_t step, const std::uint8_t* state, const std::uint8_t* arena);

  /// A read buffer that was overwritten, in words; empty if there is none.
  const std::string& lost() const { return lost_; }
  /// A byte of no buffer that was written.
  const std::string& stray() const { return stray_; }

 private:
  void remember(const Step& step, const std::uint8_t* arena);
  /// Within a pipeline, what its own steps will write is not there yet.
  void check_reads(const Step& step, const std::uint8_t* arena, bool in_pipeline);
  bool is_written(BufferId id) const;
  void check_end(const std::uint8_t* arena);
  void require(BufferId id, const std::string& reader, const std::uint8_t* arena);

  const Program& program_;
  std::int32_t before_ = 0;           // the step that was looked at last
  std::map<BufferId, Bytes> values_;  // what buffers held when they were written
  std::vector<bool> state_owned_, arena_owned_;
  std::string lost_, stray_;
};

}  // namespace smelt::test
