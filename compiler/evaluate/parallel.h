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

/// Whether this thread is one of those of a parallel_for.
inline thread_local bool inside_parallel_for = false;

/// Calls work(i) for every i below `count`. Each thread has a `work` of its own, from `make()`:
/// what it keeps between calls is not shared. A loop within a loop has one thread: the cores are
/// taken.
template <typename Make>
void parallel_for(std::size_t count, const Make& make) {
  std::atomic<std::size_t> next = 0;
  const bool nested = inside_parallel_for;
  const auto loop = [&] {
    inside_parallel_for = true;
    auto work = make();
    for (std::size_t i = next++; i < count; i = next++) work(i);
    inside_parallel_for = nested;
  };
  const std::size_t cores = nested ? 1 : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(cores, count); ++i) others.emplace_back(loop);
  loop();
  for (std::thread& thread : others) thread.join();
}

}  // namespace smelt
