// SPDX-License-Identifier: Apache-2.0
#include "tools/files.h"

#include <fmt/format.h>
#include <sha2.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace smelt::tools {
namespace fs = std::filesystem;

namespace {

std::string reason(const std::error_code& code) {
  return code ? code.message() : "unknown error";
}

bool same_text(const fs::path& path, const std::string& text) {
  std::error_code code;
  if (fs::file_size(path, code) != text.size() || code) return false;
  std::ifstream in(path, std::ios::binary);
  const std::string old((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return old == text;
}

/// Temporary name beside the final one, so that renaming cannot cross file systems.
fs::path temporary_name(const fs::path& path) {
  return path.parent_path() / fmt::format(".{}.{}", path.filename().string(), getpid());
}

bool write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  return out.good();
}

}  // namespace

std::optional<std::vector<std::uint8_t>> read_file(const fs::path& path, Diagnostics& diagnostics) {
  constexpr std::uintmax_t largest = std::uintmax_t{1} << 30;
  const auto fail = [&](std::string why) {
    diagnostics.error({.file = path.string()}, fmt::format("cannot be read: {}", why));
    return std::nullopt;
  };
  std::error_code code;
  if (!fs::exists(path, code)) return fail("there is no such file");
  if (!fs::is_regular_file(path, code)) return fail("it is not a regular file");
  const std::uintmax_t size = fs::file_size(path, code);
  if (code) return fail(reason(code));
  if (size > largest) return fail("it is larger than 1 GiB");
  std::vector<std::uint8_t> bytes(size);
  std::ifstream in(path, std::ios::binary);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) return fail("reading failed");
  return bytes;
}

bool write_files(const fs::path& folder, const std::vector<OutputFile>& files,
                 Diagnostics& diagnostics) {
  std::vector<std::pair<fs::path, fs::path>> pending;
  const auto fail = [&](const fs::path& path, std::string why) {
    for (const auto& [from, to] : pending) std::remove(from.c_str());
    diagnostics.error({.file = path.string()}, fmt::format("cannot be written: {}", why))
        .note("nothing was changed");
    return false;
  };
  for (const OutputFile& file : files) {
    const fs::path path = folder / file.path;
    if (same_text(path, file.text)) continue;
    std::error_code code;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), code);
    if (code) return fail(path, reason(code));
    if (fs::is_directory(path, code)) return fail(path, "a folder of that name is in the way");
    pending.emplace_back(temporary_name(path), path);
    if (!write_file(pending.back().first, file.text)) return fail(path, "writing failed");
  }
  for (const auto& [from, to] : pending) {
    std::error_code code;
    fs::rename(from, to, code);
    if (code) return fail(to, reason(code));
  }
  return true;
}

bool write_output(const fs::path& file, std::string text, Diagnostics& diagnostics) {
  return write_files(file.parent_path(), {{file.filename().string(), std::move(text)}},
                     diagnostics);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "smelt-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw fs::filesystem_error("mkdtemp", pattern, {});
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code code;
  fs::remove_all(path_, code);
}

std::string sha256(const std::vector<std::uint8_t>& bytes) {
  std::array<char, SHA256_DIGEST_STRING_LENGTH> text{};
  SHA256Data(bytes.data(), bytes.size(), text.data());
  return text.data();
}

void print(const Diagnostics& diagnostics) {
  for (const Diagnostic& each : diagnostics.all()) fmt::print(stderr, "{}", to_string(each));
}

std::optional<std::int64_t> parse_bytes(const std::string& text) {
  std::size_t used = 0;
  std::int64_t value = 0;
  try {
    value = std::stoll(text, &used);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  const std::string unit = text.substr(used);
  std::int64_t factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  if (unit == "K" || unit == "KiB") factor = 1024;
  if (unit == "M" || unit == "MiB") factor = 1024 * 1024;
  if (factor == 0 || value <= 0 || value > (std::int64_t{1} << 40) / factor) return std::nullopt;
  return value * factor;
}

}  // namespace smelt::tools
