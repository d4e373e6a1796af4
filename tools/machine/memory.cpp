// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/machine/emulator.h"

namespace smelt::tools::machine {

void Memory::map(std::uint32_t address, std::uint32_t bytes, bool known) {
  regions_.push_back({.begin = address,
                      .end = address + bytes,
                      .bytes = std::vector<std::uint8_t>(bytes),
                      .known = std::vector<std::uint8_t>(bytes, known ? 0xff : 0)});
}

Memory::Region* Memory::find(std::uint32_t address, unsigned bytes) {
  const auto has = [&](const Region& region) {
    return address >= region.begin && address < region.end && region.end - address >= bytes;
  };
  if (last_ < regions_.size() && has(regions_[last_])) return &regions_[last_];
  const auto found = std::find_if(regions_.begin(), regions_.end(), has);
  if (found == regions_.end()) return nullptr;
  last_ = static_cast<std::size_t>(found - regions_.begin());
  return &*found;
}

bool Memory::has(std::uint32_t address, std::uint32_t bytes) const {
  return std::any_of(regions_.begin(), regions_.end(), [&](const Region& region) {
    return address >= region.begin && address < region.end && region.end - address >= bytes;
  });
}

void Memory::write(std::uint32_t address, const std::uint8_t* bytes, std::size_t count) {
  Region* const region = find(address, static_cast<unsigned>(count));
  if (!region) return;
  const std::size_t at = address - region->begin;
  std::copy_n(bytes, count, region->bytes.data() + at);
  std::fill_n(region->known.data() + at, count, std::uint8_t{0xff});
}

Value Memory::load(std::uint32_t address, unsigned bytes) {
  const Region* const region = find(address, bytes);
  if (!region) {
    if (outside_ == 0) outside_ = address;
    return Value::unknown();
  }
  const std::size_t at = address - region->begin;
  Value value;
  for (unsigned i = 0; i < bytes; ++i) {
    value.bits |= static_cast<std::uint32_t>(region->bytes[at + i]) << 8 * i;
    value.known = value.known && region->known[at + i] != 0;
  }
  return value.known ? value : Value::unknown();
}

void Memory::store(std::uint32_t address, unsigned bytes, Value value) {
  Region* const region = find(address, bytes);
  if (!region) {
    if (outside_ == 0) outside_ = address;
    return;
  }
  const std::size_t at = address - region->begin;
  for (unsigned i = 0; i < bytes; ++i) {
    region->bytes[at + i] = static_cast<std::uint8_t>(value.bits >> 8 * i);
    region->known[at + i] = value.known ? 0xff : 0;
  }
}

}  // namespace smelt::tools::machine
