// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/lines.h"

#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/Object/ObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/Path.h>

namespace smelt::tools::machine {

struct Lines::Information {
  std::unique_ptr<llvm::object::ObjectFile> file;
  std::unique_ptr<llvm::DWARFContext> context;
};

Lines::Lines(const Image& image) : information_(std::make_unique<Information>()) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(image.file.data()), image.file.size());
  auto file = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "image"));
  if (!file) {
    llvm::consumeError(file.takeError());
    return;
  }
  information_->file = std::move(*file);
  const auto ignore = [](llvm::Error error) { llvm::consumeError(std::move(error)); };
  information_->context = llvm::DWARFContext::create(
      *information_->file, llvm::DWARFContext::ProcessDebugRelocations::Process, nullptr, "",
      ignore, ignore);
}

Lines::~Lines() = default;

std::vector<SourcePlace> Lines::at(std::uint64_t address) const {
  if (!information_->context) return {};
  using Kind = llvm::DILineInfoSpecifier;
  const Kind names(Kind::FileLineInfoKind::RawValue, Kind::FunctionNameKind::LinkageName);
  const llvm::DIInliningInfo inlined = information_->context->getInliningInfoForAddress(
      {address, llvm::object::SectionedAddress::UndefSection}, names);
  std::vector<SourcePlace> places;
  for (std::uint32_t i = 0; i < inlined.getNumberOfFrames(); ++i) {
    const llvm::DILineInfo& frame = inlined.getFrame(i);
    places.push_back(
        {frame.FunctionName, llvm::sys::path::filename(frame.FileName).str(), frame.Line});
  }
  return places;
}

}  // namespace smelt::tools::machine
