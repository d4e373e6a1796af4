// SPDX-License-Identifier: Apache-2.0
#include "compiler/plan/demand.h"

#include <algorithm>

#include "compiler/plan/lifetimes.h"

namespace smelt {
namespace {

void add_once(std::vector<std::size_t>& list, std::size_t item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

}  // namespace

bool StepSet::contains(const StepSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (other.words_[i] & ~words_[i]) return false;
  return true;
}

bool StepSet::only(std::size_t step, const StepSet& done) const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const std::uint64_t self = i == step / 64 ? std::uint64_t{1} << step % 64 : 0;
    if (words_[i] & ~done.words_[i] & ~self) return false;
  }
  return true;
}

bool StepSet::meets(const StepSet& other) const {
  for (std::size_t i = 0; i < words_.size(); ++i)
    if (words_[i] & other.words_[i]) return true;
  return false;
}

std::size_t StepSet::hash() const {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : words_) hash = (hash ^ word) * 0x9E3779B97F4A7C15u ^ hash >> 29;
  return hash;
}

Demand::Demand(const Program& program, const PlanOptions& options) {
  add_storages(program, options);
  for (std::size_t i = 0; i < program.steps.size(); ++i) add_task(program, i);
  for (const Storage& storage : storages_)
    if (storage.users.empty() && !storage.kept) unused_ += storage.bytes;
}

void Demand::add_storages(const Program& program, const PlanOptions& options) {
  storage_of_.resize(program.buffers.size());
  for (std::size_t i = 0; i < program.buffers.size(); ++i) {
    const Buffer& buffer = program.buffers[i];
    if (buffer.alias_of || buffer.kind == BufferKind::state) continue;
    storage_of_[i] = storages_.size();
    storages_.push_back({.bytes = buffer.bytes,
                         .tensor = buffer.kind == BufferKind::tensor,
                         .users = StepSet(program.steps.size())});
  }
  for (std::size_t i = 0; i < program.buffers.size(); ++i)
    storage_of_[i] =
        storage_of_[static_cast<std::size_t>(storage_of(program, static_cast<BufferId>(i)))];
  const auto each = [&](const std::vector<Port>& ports, auto action) {
    for (const Port& port : ports)
      if (const auto storage = storage_of_[static_cast<std::size_t>(port.buffer)])
        action(storages_[*storage]);
  };
  each(program.inputs, [&](Storage& storage) {
    storage.input = true;
    storage.kept = storage.kept || options.keep_input;
  });
  each(program.outputs, [](Storage& storage) { storage.kept = true; });
}

void Demand::add_task(const Program& program, std::size_t index) {
  const Step& step = program.steps[index];
  const auto storage = [&](BufferId id) { return storage_of_[static_cast<std::size_t>(id)]; };
  Task task;
  for (const Operand& operand : step.operands) {
    const auto* id = std::get_if<BufferId>(&operand.place);
    if (!id || !storage(*id)) continue;
    add_once(task.storages, *storage(*id));
    if (operand.access != Access::read) add_once(task.written, *storage(*id));
  }
  for (const std::size_t used : task.storages) storages_[used].users.insert(index);
  for (const std::size_t written : task.written) ++storages_[written].writers;
  for (const BufferId id : replaceable(program, step))
    if (storage(id) && storages_[*storage(id)].tensor) task.over.push_back(*storage(id));
  for (const std::size_t input : task.over)
    if (storages_[input].bytes > storages_[task.written.front()].bytes)
      storages_[input].too_large = true;
  if (const auto* id = step.lead ? std::get_if<BufferId>(&step.operands[0].place) : nullptr;
      id && storage(*id) && storages_[*storage(*id)].tensor) {
    task.reached = storage(*id);
    for (const Operand& operand : step.operands)
      if (operand.access == Access::write)
        if (const auto to = std::get<BufferId>(operand.place);
            storage(to) && storages_[*storage(to)].tensor)
          task.leads.emplace_back(*storage(to), storage_lead(program, step, to));
  }
  tasks_.push_back(std::move(task));
}

std::int64_t Demand::size(const Progress& progress, std::size_t storage) const {
  for (const auto& [which, bytes] : progress.larger)
    if (which == storage) return bytes;
  return storages_[storage].bytes;
}

bool Demand::begun(const Progress& progress, std::size_t storage) const {
  return storages_[storage].input || storages_[storage].users.meets(progress.done);
}

bool Demand::ends(const Progress& progress, std::size_t storage, std::size_t step) const {
  return !storages_[storage].kept && storages_[storage].users.only(step, progress.done);
}

/// What the output of `step` takes over.
std::optional<std::size_t> Demand::overlaid(const Progress& progress, std::size_t step) const {
  if (!tasks_[step].over.empty() && begun(progress, tasks_[step].written.front()))
    return std::nullopt;
  for (const std::size_t storage : tasks_[step].over)
    if (ends(progress, storage, step)) return storage;
  return std::nullopt;
}

/// Bytes that the output of `step` has in common with the input it reaches over.
std::int64_t Demand::gain(const Progress& progress, std::size_t step) const {
  const Task& task = tasks_[step];
  if (!task.reached || !ends(progress, *task.reached, step)) return 0;
  for (const auto& [output, lead] : task.leads)
    if (!begun(progress, output))
      return bytes_reached(size(progress, *task.reached), storages_[output].bytes, lead);
  return 0;
}

Progress Demand::start() const {
  Progress progress{.done = StepSet(tasks_.size())};
  for (const Storage& storage : storages_)
    if (storage.input && (storage.kept || !storage.users.empty())) progress.live += storage.bytes;
  return progress;
}

Need Demand::need(const Progress& progress, std::size_t step) const {
  const Task& task = tasks_[step];
  Need need{.during = progress.live, .after = progress.live};
  if (progress.done.empty()) need.during += unused_;
  const auto over = overlaid(progress, step);
  if (!over) need.during -= gain(progress, step);
  for (const std::size_t storage : task.storages) {
    std::int64_t bytes = size(progress, storage);
    if (!begun(progress, storage)) {
      need.alone = need.alone && storages_[storage].writers == 1;
      const bool taken = over && storage == task.written.front();
      if (taken) bytes = size(progress, *over);
      if (taken && bytes != storages_[storage].bytes) need.larger = {storage, bytes};
      if (!taken) need.during += bytes;
      need.after += bytes;
    }
    if (ends(progress, storage, step))
      need.after -= bytes;
    else if (storages_[storage].too_large || bytes != storages_[storage].bytes)
      need.alone = false;
  }
  return need;
}

void Demand::advance(Progress& progress, std::size_t step, const Need& need) const {
  std::erase_if(progress.larger, [&](const auto& each) {
    const auto& used = tasks_[step].storages;
    return std::find(used.begin(), used.end(), each.first) != used.end() &&
           ends(progress, each.first, step);
  });
  progress.done.insert(step);
  progress.live = need.after;
  if (!need.larger) return;
  const auto at = std::upper_bound(progress.larger.begin(), progress.larger.end(), *need.larger);
  progress.larger.insert(at, *need.larger);
}

std::int64_t Demand::least() const {
  std::int64_t least = 0;
  for (const Task& task : tasks_) {
    std::int64_t sum = 0, saved = 0;
    for (const std::size_t storage : task.storages) sum += storages_[storage].bytes;
    if (!task.over.empty()) saved = storages_[task.written.front()].bytes;
    for (const auto& [output, lead] : task.leads)
      saved = std::max(
          saved, bytes_reached(storages_[*task.reached].bytes, storages_[output].bytes, lead));
    least = std::max(least, sum - saved);
  }
  return least;
}

}  // namespace smelt
