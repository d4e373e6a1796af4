// SPDX-License-Identifier: Apache-2.0
//
// A line on the terminal that shows how far a loop is; nothing where stderr is no terminal.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace smelt::tools {

class Progress {
 public:
  Progress(std::string what, std::size_t total)
      : what_(std::move(what)), total_(total), shown_(isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step() {
    const std::size_t done = ++done_;
    if (done * width / total_ != (done - 1) * width / total_) draw(done);
  }
  /// For those who count themselves: `done` of all.
  void show(std::size_t done) {
    if (done_.exchange(done) * width / total_ != done * width / total_) draw(done);
  }

 private:
  void draw(std::size_t done) const {
    if (!shown_) return;
    const std::string bar(done * width / total_, '#');
    fmt::print(stderr, "\r{} [{:<40}] {}/{}", what_, bar, done, total_);
  }

  static constexpr std::size_t width = 40;
  std::string what_;
  std::size_t total_;
  bool shown_;
  std::atomic<std::size_t> done_ = 0;
};

}  // namespace smelt::tools
