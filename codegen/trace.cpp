// SPDX-License-Identifier: Apache-2.0
#include "codegen/trace.h"

#include <algorithm>
#include <vector>

namespace smelt {
namespace {

std::vector<BufferId> written_by(const Step& step) {
  std::vector<BufferId> buffers;
  for (const Operand& operand : step.operands)
    if (operand.access == Access::write) buffers.push_back(std::get<BufferId>(operand.place));
  return buffers;
}

bool is_written_after(const Program& program, std::size_t step, BufferId id) {
  for (std::size_t i = step + 1; i < program.steps.size(); ++i) {
    const std::vector<BufferId> written = written_by(program.steps[i]);
    if (std::find(written.begin(), written.end(), id) != written.end()) return true;
  }
  return false;
}

}  // namespace

std::int32_t traced_pieces(const Program& program, std::size_t step) {
  const std::vector<BufferId> written = written_by(program.steps[step]);
  for (const BufferId id : written)
    if (is_written_after(program, step, id)) return 0;
  const std::optional<RowForm>& rows = program.steps[step].row_form;
  if (!rows) return static_cast<std::int32_t>(written.size());
  if (program[written[0]].tensor == no_tensor) return 0;
  return rows->collects ? 1 : rows->height;
}

}  // namespace smelt
