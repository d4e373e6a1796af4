// SPDX-License-Identifier: Apache-2.0
//
// A loop on all cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace smelt {

/// Calls work(i) for every i below `count`. Each thread has a `work` of its own, from `make()`:
/// what it keeps between calls is not shared.
template <typename Make>
void parallel_for(std::size_t count, const Make& make) {
  std::atomic<std::size_t> next = 0;
  const auto loop = [&] {
    auto work = make();
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(cores, count); ++i) others.emplace_back(loop);
  loop();
  for (std::thread& thread : others) thread.join();
}

}  // namespace smelt
