// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "codegen/emit.h"
#include "compiler/diagnostics.h"

namespace smelt::tools {

/// The bytes of a file of at most 1 GiB; reports why not.
std::optional<std::vector<std::uint8_t>> read_file(const std::filesystem::path& path,
                                                   Diagnostics& diagnostics);

/// Writes all files or none: contents go to temporary files first, which replace the old ones when
/// all are written. Files whose text has not changed are left alone, time stamp included.
bool write_files(const std::filesystem::path& folder, const std::vector<OutputFile>& files,
                 Diagnostics& diagnostics);

/// Likewise a single file.
bool write_output(const std::filesystem::path& file, std::string text, Diagnostics& diagnostics);

/// A fresh folder for temporary files, removed at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// SHA-256 in hexadecimal.
std::string sha256(const std::vector<std::uint8_t>& bytes);

/// Prints diagnostics to standard error.
void print(const Diagnostics& diagnostics);

/// "32K", "1M", "2048" in bytes; nothing if it is not such a number.
std::optional<std::int64_t> parse_bytes(const std::string& text);

}  // namespace smelt::tools
