// SPDX-License-Identifier: Apache-2.0
#include "tools/price/cycles.h"

#include <algorithm>

#include "tools/measure/timings.h"

namespace smelt::tools {
namespace {

/// As the bits of an instruction stand in manuals.
std::uint32_t bits_of(const core* core, const std::uint8_t* bytes, unsigned size) {
  const auto half = [&](unsigned at) {
    return static_cast<std::uint32_t>(bytes[at]) | static_cast<std::uint32_t>(bytes[at + 1]) << 8;
  };
  if (size == 2) return half(0);
  return upper_half_first(core) ? half(0) << 16 | half(2) : half(2) << 16 | half(0);
}

}  // namespace

Cycles::Cycles(const Target& target) : schedule_(target), core_(find_core(target.name.c_str())) {}

double Cycles::by_timings(const Straight& straight) const {
  unsigned half_cycles_in_all = 0;
  kind before = ALU;
  const std::uint8_t* bytes = straight.code.data();
  for (const std::uint8_t size : straight.sizes) {
    const std::uint32_t bits = bits_of(core_, bytes, size);
    half_cycles_in_all += half_cycles(core_, bits, size, before);
    before = kind_of(core_, bits, size);
    bytes += size;
  }
  return half_cycles_in_all / 2.0;
}

double Cycles::of(const Straight& straight) const {
  const auto scheduled = schedule_.cycles(straight.code, straight.address);
  if (!core_) return scheduled.value_or(static_cast<double>(straight.sizes.size()));
  if (scheduled && !is_published(core_)) return *scheduled;
  return std::max(scheduled.value_or(0), by_timings(straight));
}

double Cycles::of_jump() const {
  return core_ ? half_cycles_of_jump(core_) / 2.0 : 0;
}

}  // namespace smelt::tools
