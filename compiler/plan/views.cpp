// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/views.h"

#include <algorithm>
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
        if (!id || operand.access == Access::read || storage_of(program_, *id) != output) continue;
        if (!step.copy) return {};
        sources.push_back({i, *step.copy, std::get<BufferId>(step.operands[0].place)});
      }
    }
    return sources;
  }

  /// Whether a step after `step` writes bytes of `range`.
  bool written_after(std::size_t step, const Range& range) const {
    for (std::size_t i = step + 1; i < program_.steps.size(); ++i)
      for (const Operand& operand : program_.steps[i].operands)
        if (const auto* id = std::get_if<BufferId>(&operand.place);
            id && operand.access != Access::read && meet(range_of(*id), range))
          return true;
    return false;
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

}  // namespace

Program make_views(Program program, const PlanOptions& options) {
  const std::vector<BufferId> outputs = copied(program);
  if (outputs.empty()) return program;
  std::int64_t peak = peak_bytes(program, options);
  Program all = program;
  for (const BufferId output : outputs) Views(all, options).make(output);
  if (peak_bytes(all, options) <= peak) return all;
  for (const BufferId output : outputs) {
    Program with = program;
    if (!Views(with, options).make(output)) continue;
    const std::int64_t needed = peak_bytes(with, options);
    if (needed > peak) continue;
    program = std::move(with);
    peak = needed;
  }
  return program;
}

}  // namespace smelt
