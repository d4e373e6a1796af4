// SPDX-License-Identifier: Apache-2.0
//
// .wav: "RIFF", a size, "WAVE", then chunks: a name of four letters, the size of what follows,
// that, and a byte more if the size is odd. "fmt " says what the samples in "data" are.
#include "tools/sound.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "tools/arrays.h"
#include "tools/files.h"

namespace smelt::tools {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::uint32_t number(const Bytes& file, std::size_t at, std::size_t bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = value << 8 | file[at + i];
  return value;
}

struct Chunk {
  std::size_t begin = 0, size = 0;
};

/// The first chunk of a name, as far as the file goes.
std::optional<Chunk> find_chunk(const Bytes& file, std::string_view name) {
  for (std::size_t at = 12; file.size() >= 8 && at <= file.size() - 8;) {
    const std::size_t size = number(file, at + 4, 4);
    const std::size_t begin = at + 8, left = file.size() - begin;
    if (std::string_view(reinterpret_cast<const char*>(&file[at]), 4) == name)
      return Chunk{begin, std::min(size, left)};
    if (size >= left) break;
    at = begin + size + size % 2;
  }
  return std::nullopt;
}

std::optional<Bytes> wav_samples(const Bytes& file, const std::string& name, std::int32_t rate,
                                 Diagnostics& diagnostics) {
  const auto format = find_chunk(file, "fmt "), data = find_chunk(file, "data");
  if (!format || !data || format->size < 16) {
    diagnostics.error({.file = name}, "is not a .wav file");
    return std::nullopt;
  }
  const std::size_t at = format->begin;
  const std::uint32_t coding = number(file, at, 2), channels = number(file, at + 2, 2);
  const std::uint32_t its_rate = number(file, at + 4, 4), bits = number(file, at + 14, 2);
  if (coding != 1 || channels != 1 || bits != 16 || its_rate != static_cast<std::uint32_t>(rate)) {
    diagnostics
        .error({.file = name}, fmt::format("has {} channels of {} bits at {} Hz, in coding {}",
                                           channels, bits, its_rate, coding))
        .note(fmt::format("wanted is one channel of 16 bits at {} Hz, in coding 1 (PCM)", rate));
    return std::nullopt;
  }
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(data->begin);
  return Bytes(begin, begin + static_cast<std::ptrdiff_t>(data->size / 2 * 2));
}

}  // namespace

std::optional<Bytes> read_sound(const std::filesystem::path& path, std::int32_t rate,
                                Diagnostics& diagnostics) {
  if (path.extension() == ".wav") {
    const auto file = read_file(path, diagnostics);
    return file ? wav_samples(*file, path.string(), rate, diagnostics) : std::nullopt;
  }
  const auto arrays = read_arrays(path, diagnostics);
  if (!arrays) return std::nullopt;
  if (arrays->size() == 1 && (*arrays)[0].type == ElementType::s16) return (*arrays)[0].bytes;
  diagnostics.error({.file = path.string()}, "is not one array of int16");
  return std::nullopt;
}

}  // namespace smelt::tools
