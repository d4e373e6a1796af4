// SPDX-License-Identifier: Apache-2.0
#include "tools/crc_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "codegen/trace.h"
#include "smelt/crc32.h"

namespace smelt::tools {
namespace {

std::uint32_t crc_of(std::uint32_t before, const Bytes& bytes) {
  return smelt_crc32(before, bytes.data(), bytes.size());
}

std::uint32_t input_crc(const GoldenCase& golden) {
  std::uint32_t crc = 0;
  for (const Bytes& bytes : golden.inputs) crc = crc_of(crc, bytes);
  return crc;
}

/// The name of the case that has this input, if one has.
std::optional<std::string> case_with_input(const std::vector<GoldenSet>& sets, std::uint32_t crc) {
  for (const GoldenSet& set : sets)
    for (const GoldenCase& golden : set.cases)
      if (input_crc(golden) == crc) return golden.name;
  return std::nullopt;
}

/// What a board should log of a case.
CrcRun expected_run(HostModel& emitted, const GoldenCase& golden) {
  CrcRun run;
  run.input = input_crc(golden);
  std::vector<TracedBuffer> trace;
  emitted.run(golden.inputs, &trace);
  for (const TracedBuffer& each : trace) {
    std::uint32_t& crc = run.steps[each.step];
    crc = crc_of(crc, each.bytes);
  }
  return run;
}

class RunCheck {
 public:
  RunCheck(const Program& program, const std::vector<GoldenSet>& sets, const CrcRun& board,
           const CrcRun& expected, CrcOutcome& outcome)
      : program_(program), sets_(sets), board_(board), expected_(expected), outcome_(outcome) {}

  void run() {
    if (board_.input && board_.input != expected_.input) {
      report({}, *board_.input, *expected_.input, input_hint());
      return;
    }
    for (std::size_t i = 0; i < program_.steps.size(); ++i)
      if (!check(i)) return;
  }

 private:
  static std::optional<std::uint32_t> find(const CrcRun& run, std::size_t step) {
    const auto found = run.steps.find(static_cast<std::int32_t>(step));
    return found == run.steps.end() ? std::nullopt : std::optional(found->second);
  }

  /// Whether it is worth looking further.
  bool check(std::size_t i) {
    const auto got = find(board_, i), expected = find(expected_, i);
    if (expected && !got) lacking_.push_back(i);
    const bool equal = expected && got == expected;
    const bool inexact = !equal && is_inexact(i, expected.has_value());
    set_inexact(i, inexact);
    outcome_.equal += equal;
    outcome_.inexact += inexact && got;
    if (equal || inexact || !got) return true;
    report(static_cast<std::int32_t>(i), *got, *expected, hint(i));
    return false;
  }

  /// Whether a step computes floats, which steps that show nothing only copy, or reads what may
  /// differ for another that does.
  bool is_inexact(std::size_t i, bool computes) const {
    const auto& operands = program_.steps[i].operands;
    return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id) return false;
      if (operand.access != Access::write) return inexact_.contains(storage_of(program_, *id));
      return computes && program_[*id].type == ElementType::f32;
    });
  }

  /// What a step wrote may differ from now on, or may not if it wrote all that lies there.
  void set_inexact(std::size_t i, bool inexact) {
    for (const Operand& operand : program_.steps[i].operands) {
      if (operand.access != Access::write) continue;
      const auto id = std::get<BufferId>(operand.place);
      const BufferId storage = storage_of(program_, id);
      if (inexact)
        inexact_.insert(storage);
      else if (program_[id].bytes == program_[storage].bytes)
        inexact_.erase(storage);
    }
  }

  void report(std::optional<std::int32_t> step, std::uint32_t got, std::uint32_t expected,
              std::string_view what) {
    const std::string who =
        step ? fmt::format("layer \"{}\" (step {})",
                           program_.steps[static_cast<std::size_t>(*step)].layer, *step)
             : "the input";
    outcome_.differences.push_back(
        {.run = outcome_.runs,
         .step = step,
         .crc = got,
         .expected = expected,
         .text = fmt::format("{} differs on the board in run {}: crc {:08x}, not {:08x}; {}", who,
                             outcome_.runs + 1, got, expected, what)});
  }

  std::string input_hint() const {
    if (const auto name = case_with_input(sets_, *board_.input))
      return fmt::format("it is the input of {}: the log's runs are not the cases in their order",
                         *name);
    return "the firmware gave it something else than the case has";
  }

  std::string hint(std::size_t i) const {
    if (!lacking_.empty())
      return fmt::format("the log lacks step {}, which may have been wrong already", lacking_[0]);
    if (!board_.input && reads_input(i))
      return fmt::format("look at the model's input, which {}_crc_{} would log, {}", program_.name,
                         program_.streamed ? "row" : "input", causes(i));
    return "its input was right: look at " + causes(i);
  }

  /// What a wrong output of right inputs can come from.
  std::string causes(std::size_t i) const {
    std::vector<std::string> causes;
    if (has_state(i)) causes.push_back(fmt::format("its state ({}_reset)", program_.name));
    if (has_constants(i)) causes.emplace_back("its weights");
    return fmt::format("{}{}its kernel", fmt::join(causes, ", "), causes.empty() ? "" : " or ");
  }

  bool has_state(std::size_t i) const {
    const auto& operands = program_.steps[i].operands;
    return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      return id && program_[*id].kind == BufferKind::state && operand.access != Access::write;
    });
  }

  /// Whether a step reads constants of its own, by its operands or its layer struct.
  bool has_constants(std::size_t i) const {
    const Step& step = program_.steps[i];
    for (const Operand& operand : step.operands)
      if (std::holds_alternative<ConstantId>(operand.place)) return true;
    if (!step.arguments) return false;
    for (const Field& field : step.arguments->fields)
      for (const Value& value : field.values)
        if (std::holds_alternative<ConstantId>(value)) return true;
    return false;
  }

  /// Whether a step reads the model's input, perhaps by way of steps that only copy it.
  bool reads_input(std::size_t i) const {
    if (program_.streamed && program_.streamed->step == static_cast<std::int32_t>(i)) return true;
    for (const Operand& operand : program_.steps[i].operands) {
      const auto* id = std::get_if<BufferId>(&operand.place);
      if (!id || operand.access != Access::read) continue;
      const auto writer = writer_before(i, *id);
      if (!writer ? is_input(*id) : traced_pieces(program_, *writer) == 0 && reads_input(*writer))
        return true;
    }
    return false;
  }

  bool is_input(BufferId id) const {
    return std::any_of(program_.inputs.begin(), program_.inputs.end(), [&](const Port& port) {
      return storage_of(program_, port.buffer) == storage_of(program_, id);
    });
  }

  std::optional<std::size_t> writer_before(std::size_t step, BufferId id) const {
    for (std::size_t i = step; i-- > 0;)
      for (const Operand& operand : program_.steps[i].operands)
        if (operand.access == Access::write &&
            storage_of(program_, std::get<BufferId>(operand.place)) == storage_of(program_, id))
          return i;
    return std::nullopt;
  }

  const Program& program_;
  const std::vector<GoldenSet>& sets_;
  const CrcRun& board_;
  const CrcRun& expected_;
  CrcOutcome& outcome_;
  std::vector<std::size_t> lacking_;
  std::set<BufferId> inexact_;  // storages
};

}  // namespace

std::optional<std::int32_t> foreign_step(const Program& program, const CrcLog& log) {
  for (const CrcRun& run : log.runs)
    for (const auto& [step, crc] : run.steps)
      if (step >= static_cast<std::int32_t>(program.steps.size()) ||
          traced_pieces(program, static_cast<std::size_t>(step)) == 0)
        return step;
  return std::nullopt;
}

CrcOutcome check_crcs(const Program& program, HostModel& emitted,
                      const std::vector<GoldenSet>& sets, const CrcLog& log) {
  CrcOutcome outcome;
  for (const GoldenSet& set : sets)
    for (std::size_t i = 0; i < set.cases.size() && outcome.runs < log.runs.size(); ++i) {
      if (i == 0 || !set.sequence) emitted.reset();
      const CrcRun expected = expected_run(emitted, set.cases[i]);
      const CrcRun& board = log.runs[outcome.runs];
      for (const auto& [step, crc] : expected.steps)
        if (!board.steps.contains(step)) ++outcome.lacking;
      RunCheck(program, sets, board, expected, outcome).run();
      ++outcome.runs;
    }
  return outcome;
}

}  // namespace smelt::tools
