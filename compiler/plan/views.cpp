// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/views.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace smelt {
namespace {

/// Bytes of a storage.
struct Range {
  BufferId storage;
  std::int64_t begin, bytes;
};

bool meet(const Range& a, const Range& b) {
  return a.storage == b.storage && a.begin < b.begin + b.bytes && b.begin < a.begin + a.bytes;
}

bool writes(Access access) {
  return access != Access::read;
}

/// Copies of one tensor each, and where their bytes come from.
struct Source {
  std::size_t step;
  Copy copy;
  BufferId read;
};

class Views {
 public:
  Views(Program& program, const PlanOptions& options) : program_(program), options_(options) {}

  /// Makes do without the copies into `output`, if that can be done.
  bool make(BufferId output) {
    if (program_[output].alias_of || program_[output].kind != BufferKind::tensor) return false;
    const std::vector<Source> sources = sources_of(output);
    if (sources.empty() || !(slice(output, sources) || join(output, sources))) return false;
    for (std::size_t i = sources.size(); i-- > 0;)
      program_.steps.erase(program_.steps.begin() + static_cast<std::ptrdiff_t>(sources[i].step));
    return true;
  }

  /// Lays the input of a step in place under its output, if that is a part of another.
  bool take_over(BufferId output) {
    const auto step = first_writer(output);
    if (!step || !program_.steps[*step].in_place || !program_[output].alias_of) return false;
    for (const Operand& operand : program_.steps[*step].operands) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id || operand.access != Access::read || !may_lie_under(*id, output, *step)) continue;
      lay(storage_of(program_, *id), output, 0);
      return true;
    }
    return false;
  }

 private:
  Range range_of(BufferId id) const {
    return {storage_of(program_, id), offset_in_storage(program_, id), program_[id].bytes};
  }

  /// All steps that write `output`, if each of them is a copy.
  std::vector<Source> sources_of(BufferId output) const {
    std::vector<Source> sources;
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      const Step& step = program_.steps[i];
      for (const Operand& operand : step.operands) {
        const auto* id = std::get_if<BufferId>(&operand.place);
        if (!id || !writes(operand.access) || storage_of(program_, *id) != output) continue;
        if (!step.copy) return {};
        sources.push_back({i, *step.copy, std::get<BufferId>(step.operands[0].place)});
      }
    }
    return sources;
  }

  /// Whether `step` uses bytes of `range` in a way that `counts`.
  bool uses(std::size_t step, const Range& range, bool (*counts)(Access)) const {
    const auto& operands = program_.steps[step].operands;
    return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      return id && counts(operand.access) && meet(range_of(*id), range);
    });
  }

  bool used_after(std::size_t step, const Range& range, bool (*counts)(Access)) const {
    for (std::size_t i = step + 1; i < program_.steps.size(); ++i)
      if (uses(i, range, counts)) return true;
    return false;
  }

  bool written_after(std::size_t step, const Range& range) const {
    return used_after(step, range, writes);
  }

  /// The step that writes `output`, if none writes those bytes before it.
  std::optional<std::size_t> first_writer(BufferId output) const {
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (!uses(i, range_of(output), writes)) continue;
      for (const Operand& operand : program_.steps[i].operands)
        if (operand.access == Access::write && std::get<BufferId>(operand.place) == output)
          return i;
      return std::nullopt;
    }
    return std::nullopt;
  }

  /// Whether the storage of `input`, which is all that it holds, ends with `step`, and may lie
  /// where its `output` does.
  bool may_lie_under(BufferId input, BufferId output, std::size_t step) const {
    const Range range = range_of(input);
    const Buffer& storage = program_[range.storage];
    return storage.kind == BufferKind::tensor && storage.bytes == range.bytes &&
           range.bytes == program_[output].bytes &&
           element_count(program_[input].shape) == element_count(program_[output].shape) &&
           range.storage != storage_of(program_, output) && !is_port(range.storage) &&
           !used_after(step, range, [](Access) { return true; }) &&
           may_begin(range.storage, offset_in_storage(program_, output));
  }

  bool is_port(BufferId storage) const {
    const auto is = [&](const Port& port) { return storage_of(program_, port.buffer) == storage; };
    return std::any_of(program_.inputs.begin(), program_.inputs.end(), is) ||
           std::any_of(program_.outputs.begin(), program_.outputs.end(), is);
  }

  /// Whether the user's own code is given bytes of the storage, and may want them aligned.
  bool is_shown(BufferId storage) const {
    if (is_port(storage)) return true;
    for (const Step& step : program_.steps)
      for (const Operand& operand : step.operands)
        if (const auto* id = std::get_if<BufferId>(&operand.place);
            id && !step.kernel.invoke && storage_of(program_, *id) == storage)
          return true;
    return false;
  }

  /// Whether `storage` may begin at that place of another.
  bool may_begin(BufferId storage, std::int64_t offset) const {
    const std::int32_t alignment = program_[storage].alignment;
    return offset % (is_shown(storage) ? std::max(alignment, options_.alignment) : alignment) == 0;
  }

  void lay(BufferId part, BufferId whole, std::int64_t offset) {
    Buffer& storage = program_[storage_of(program_, whole)];
    storage.alignment = std::max(storage.alignment, program_[part].alignment);
    program_[part].alias_of = whole;
    program_[part].alias_offset = offset;
  }

  /// One copy makes all of `output`, whose bytes are not changed at their source.
  bool slice(BufferId output, const std::vector<Source>& sources) {
    const auto& [step, copy, read] = sources.front();
    if (sources.size() > 1 || copy.to != 0 || copy.bytes != program_[output].bytes) return false;
    const Range whole = range_of(read);
    const Range part{whole.storage, whole.begin + copy.from, copy.bytes};
    if (program_[part.storage].kind != BufferKind::tensor || written_after(step, part) ||
        !may_begin(output, part.begin))
      return false;
    lay(output, read, copy.from);
    return true;
  }

  /// Whether the tensor that is copied can be written where its copy would be.
  bool may_be_piece(const Source& source) const {
    const Range range = range_of(source.read);
    const Buffer& storage = program_[range.storage];
    return storage.kind == BufferKind::tensor && range.begin + source.copy.from == 0 &&
           source.copy.bytes == storage.bytes && !is_port(range.storage) &&
           !written_after(source.step, range) && may_begin(range.storage, source.copy.to);
  }

  /// Copies of whole tensors, side by side, make all of `output`.
  bool join(BufferId output, std::vector<Source> sources) {
    std::sort(sources.begin(), sources.end(),
              [](const Source& a, const Source& b) { return a.copy.to < b.copy.to; });
    std::vector<BufferId> pieces;
    std::int64_t end = 0;
    for (const Source& source : sources) {
      const BufferId piece = storage_of(program_, source.read);
      const bool twice = std::find(pieces.begin(), pieces.end(), piece) != pieces.end();
      if (twice || source.copy.to != end || !may_be_piece(source)) return false;
      pieces.push_back(piece);
      end += source.copy.bytes;
    }
    if (end != program_[output].bytes) return false;
    for (std::size_t i = 0; i < pieces.size(); ++i) lay(pieces[i], output, sources[i].copy.to);
    program_[output].pieces = std::move(pieces);
    return true;
  }

  Program& program_;
  const PlanOptions& options_;
};

std::vector<BufferId> copied(const Program& program) {
  std::vector<BufferId> outputs;
  for (const Step& step : program.steps) {
    if (!step.copy) continue;
    const auto output = std::get<BufferId>(step.operands[1].place);
    if (std::find(outputs.begin(), outputs.end(), output) == outputs.end())
      outputs.push_back(output);
  }
  return outputs;
}

/// Outputs of steps in place, the last first.
std::vector<BufferId> made_in_place(const Program& program) {
  std::vector<BufferId> outputs;
  for (std::size_t i = program.steps.size(); i-- > 0;)
    for (const Operand& operand : program.steps[i].operands)
      if (program.steps[i].in_place && operand.access == Access::write)
        outputs.push_back(std::get<BufferId>(operand.place));
  return outputs;
}

/// Does that with as many of the buffers as do not make the peak rise.
Program with_each(Program program, const PlanOptions& options, const std::vector<BufferId>& buffers,
                  bool (Views::*verb)(BufferId)) {
  Program all = program;
  bool any = false;
  for (const BufferId buffer : buffers) any = (Views(all, options).*verb)(buffer) || any;
  if (!any) return program;
  std::int64_t peak = peak_bytes(program, options);
  if (peak_bytes(all, options) <= peak) return all;
  for (const BufferId buffer : buffers) {
    Program with = program;
    if (!(Views(with, options).*verb)(buffer)) continue;
    const std::int64_t needed = peak_bytes(with, options);
    if (needed > peak) continue;
    program = std::move(with);
    peak = needed;
  }
  return program;
}

}  // namespace

Program make_views(Program program, const PlanOptions& options) {
  program = with_each(program, options, copied(program), &Views::make);
  return with_each(program, options, made_in_place(program), &Views::take_over);
}

}  // namespace smelt
