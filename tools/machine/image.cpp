// SPDX-License-Identifier: Apache-2.0
#include "tools/machine/image.h"

#include <llvm/BinaryFormat/Magic.h>
#include <llvm/Demangle/Demangle.h>
#include <llvm/Object/ELFObjectFile.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>

namespace smelt::tools::machine {
namespace {

using llvm::object::ELF32LEObjectFile;

std::string text_of(llvm::Expected<llvm::StringRef> text) {
  if (text) return text->str();
  llvm::consumeError(text.takeError());
  return {};
}

std::vector<Section> sections_of(const ELF32LEObjectFile& file) {
  std::vector<Section> sections;
  for (const llvm::object::ELFSectionRef section : file.sections()) {
    if (!(section.getFlags() & llvm::ELF::SHF_ALLOC) || section.getSize() == 0) continue;
    sections.push_back({.name = text_of(section.getName()),
                        .address = section.getAddress(),
                        .bytes = static_cast<std::int64_t>(section.getSize()),
                        .code = section.isText(),
                        .writable = (section.getFlags() & llvm::ELF::SHF_WRITE) != 0,
                        .stored = section.getType() != llvm::ELF::SHT_NOBITS});
  }
  return sections;
}

std::optional<Symbol> symbol_of(const llvm::object::ELFSymbolRef& symbol) {
  auto type = symbol.getType();
  auto address = symbol.getAddress();
  if (!type || !address) {
    llvm::consumeError(type.takeError());
    llvm::consumeError(address.takeError());
    return std::nullopt;
  }
  const bool function = *type == llvm::object::SymbolRef::ST_Function;
  if (!function && *type != llvm::object::SymbolRef::ST_Data) return std::nullopt;
  const std::string name = text_of(symbol.getName());
  return Symbol{.name = name,
                .readable = llvm::demangle(name),
                .address = *address,
                .bytes = static_cast<std::int64_t>(symbol.getSize()),
                .function = function};
}

std::vector<Symbol> symbols_of(const ELF32LEObjectFile& file) {
  std::vector<Symbol> symbols;
  for (const llvm::object::ELFSymbolRef symbol : file.symbols())
    if (auto found = symbol_of(symbol)) symbols.push_back(std::move(*found));
  std::stable_sort(symbols.begin(), symbols.end(),
                   [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  return symbols;
}

llvm::Expected<std::vector<Segment>> segments_of(const ELF32LEObjectFile& file) {
  auto headers = file.getELFFile().program_headers();
  if (!headers) return headers.takeError();
  std::vector<Segment> segments;
  for (const auto& header : *headers) {
    if (header.p_type != llvm::ELF::PT_LOAD || header.p_memsz == 0) continue;
    auto contents = file.getELFFile().getSegmentContents(header);
    if (!contents) return contents.takeError();
    Segment segment = {.address = header.p_vaddr, .bytes = {contents->begin(), contents->end()}};
    segment.bytes.resize(header.p_memsz);
    segments.push_back(std::move(segment));
  }
  return segments;
}

}  // namespace

std::optional<Image> read_image(std::vector<std::uint8_t> file, std::string& messages) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(file.data()), file.size());
  const auto fail = [&](llvm::Error error) {
    messages += llvm::toString(std::move(error));
    return std::nullopt;
  };
  auto object = ELF32LEObjectFile::create(llvm::MemoryBufferRef(bytes, "image"));
  if (!object) return fail(object.takeError());
  auto segments = segments_of(*object);
  if (!segments) return fail(segments.takeError());
  return Image{.sections = sections_of(*object),
               .symbols = symbols_of(*object),
               .segments = std::move(*segments),
               .file = std::move(file)};
}

std::string architecture_of(const std::vector<std::uint8_t>& file) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(file.data()), file.size());
  auto object = llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(bytes, "object"));
  if (object) return llvm::Triple::getArchTypeName((*object)->getArch()).str();
  llvm::consumeError(object.takeError());
  return {};
}

bool is_program(const std::vector<std::uint8_t>& file) {
  const llvm::StringRef bytes(reinterpret_cast<const char*>(file.data()), file.size());
  return llvm::identify_magic(bytes) == llvm::file_magic::elf_executable;
}

}  // namespace smelt::tools::machine
