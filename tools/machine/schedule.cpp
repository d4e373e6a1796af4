// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/schedule.h"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrAnalysis.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/MCA/Context.h>
#include <llvm/MCA/CustomBehaviour.h>
#include <llvm/MCA/InstrBuilder.h>
#include <llvm/MCA/Pipeline.h>
#include <llvm/MCA/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

#include "tools/machine/llvm_targets.h"

namespace smelt::tools::machine {
namespace {

// Enough for what the first round leaves to wait for; the rest is the rate.
constexpr unsigned few_rounds = 2, many_rounds = 6;
// Of instructions that are left out of what is simulated. LLVM follows no calls and returns, and
// its models lack some that only say what comes next, as IT and the ends of Helium's loops.
constexpr unsigned left_out_cycles = 1;

/// LLVM's name of the core that a target is for, or of one like it.
struct Model {
  std::string triple, core;
};

Model model_of(const Target& target) {
  for (const std::string& flag : target.flags)
    if (flag.starts_with("-mcpu=")) return {"thumb-none-eabi", flag.substr(6)};
  // Three stages, in order: of LLVM's RISC-V cores the one most like small microcontrollers'.
  if (target.compiler.starts_with("riscv")) return {"riscv32-unknown-elf", "syntacore-scr1-max"};
  return {};
}

using Instructions = std::vector<llvm::MCInst>;

}  // namespace

struct Schedule::Core {
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> assembly;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCInstrAnalysis> analysis;
  std::unique_ptr<llvm::MCContext> context;
  const llvm::Target* target = nullptr;

  bool set_up(const Model& model) {
    std::string error;
    target = llvm::TargetRegistry::lookupTarget(model.triple, error);
    if (!target) return false;
    registers.reset(target->createMCRegInfo(model.triple));
    assembly.reset(target->createMCAsmInfo(*registers, model.triple, llvm::MCTargetOptions()));
    instructions.reset(target->createMCInstrInfo());
    subtarget.reset(target->createMCSubtargetInfo(model.triple, model.core, ""));
    if (!subtarget || !subtarget->getSchedModel().hasInstrSchedModel()) return false;
    analysis.reset(target->createMCInstrAnalysis(instructions.get()));
    context = std::make_unique<llvm::MCContext>(llvm::Triple(model.triple), assembly.get(),
                                                registers.get(), subtarget.get());
    return true;
  }

  std::optional<Instructions> decode(const std::vector<std::uint8_t>& code,
                                     std::uint64_t address) const {
    // It knows what follows IT and VPT, so each piece of code has one of its own.
    const std::unique_ptr<llvm::MCDisassembler> disassembler(
        target->createMCDisassembler(*subtarget, *context));
    Instructions decoded;
    for (std::size_t at = 0; at < code.size();) {
      llvm::MCInst instruction;
      std::uint64_t size = 0;
      const llvm::ArrayRef<std::uint8_t> rest(code.data() + at, code.size() - at);
      if (disassembler->getInstruction(instruction, size, rest, address + at, llvm::nulls()) !=
          llvm::MCDisassembler::Success)
        return std::nullopt;
      decoded.push_back(instruction);
      at += size;
    }
    return decoded;
  }

  /// Cycles of instructions that are executed `count` times over.
  std::optional<double> rounds(const Instructions& decoded, unsigned count) const {
    llvm::mca::InstrumentManager instruments(*subtarget, *instructions);
    llvm::mca::InstrBuilder builder(*subtarget, *instructions, *registers, analysis.get(),
                                    instruments, left_out_cycles);
    llvm::SmallVector<std::unique_ptr<llvm::mca::Instruction>> simulated;
    for (const llvm::MCInst& instruction : decoded) {
      const llvm::MCInstrDesc& description = instructions->get(instruction.getOpcode());
      if (description.isCall() || description.isReturn()) continue;
      auto built = builder.createInstruction(instruction, {});
      if (built)
        simulated.push_back(std::move(*built));
      else
        llvm::consumeError(built.takeError());
    }
    const auto left_out =
        static_cast<double>((decoded.size() - simulated.size()) * left_out_cycles * count);
    if (simulated.empty()) return left_out;
    llvm::mca::CircularSourceMgr source(simulated, count);
    llvm::mca::CustomBehaviour behaviour(*subtarget, source, *instructions);
    llvm::mca::Context hardware(*registers, *subtarget);
    const auto pipeline = hardware.createDefaultPipeline(
        llvm::mca::PipelineOptions(0, 0, 0, 0, 0, 0, true), source, behaviour);
    auto cycles = pipeline->run();
    if (cycles) return left_out + *cycles;
    llvm::consumeError(cycles.takeError());
    return std::nullopt;
  }
};

Schedule::Schedule(const Target& target) {
  set_up_targets();
  auto core = std::make_unique<Core>();
  if (core->set_up(model_of(target))) core_ = std::move(core);
}

Schedule::~Schedule() = default;

std::optional<double> Schedule::cycles(const std::vector<std::uint8_t>& code,
                                       std::uint64_t address) const {
  if (!core_) return std::nullopt;
  const auto decoded = core_->decode(code, address);
  if (!decoded) return std::nullopt;
  const auto few = core_->rounds(*decoded, few_rounds);
  const auto many = few ? core_->rounds(*decoded, many_rounds) : std::nullopt;
  if (!many) return std::nullopt;
  return (*many - *few) / (many_rounds - few_rounds);
}

}  // namespace smelt::tools::machine
