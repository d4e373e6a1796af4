// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tools/machine/emulator.h"

namespace smelt::tools::machine {
namespace {

/// `count` bytes as a number.
std::uint32_t number(const std::uint8_t* bytes, unsigned count) {
  if (count == 1) return bytes[0];
  const auto half = static_cast<std::uint32_t>(bytes[0] | bytes[1] << 8);
  return count == 2 ? half : half | static_cast<std::uint32_t>(bytes[2] | bytes[3] << 8) << 16;
}

std::uint32_t all_known(unsigned count) {
  return 0xFFFFFFFF >> (32 - 8 * count);
}

}  // namespace

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
  for (const std::size_t recent : recent_)
    if (recent < regions_.size() && has(regions_[recent])) return &regions_[recent];
  const auto found = std::find_if(regions_.begin(), regions_.end(), has);
  if (found == regions_.end()) return nullptr;
  recent_ = {static_cast<std::size_t>(found - regions_.begin()), recent_[0]};
  return &*found;
}

bool Memory::has(std::uint32_t address, std::uint32_t bytes) const {
  return std::any_of(regions_.begin(), regions_.end(), [&](const Region& region) {
    return address >= region.begin && address < region.end && region.end - address >= bytes;
  });
}

bool Memory::overlaps(std::uint32_t address, std::uint32_t bytes) const {
  return std::any_of(regions_.begin(), regions_.end(), [&](const Region& region) {
    return address < region.end && region.begin < address + bytes;
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
  if (number(&region->known[at], bytes) != all_known(bytes)) return Value::unknown();
  return {number(&region->bytes[at], bytes)};
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
