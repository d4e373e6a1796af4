// SPDX-License-Identifier: Apache-2.0
#include "tools/arrays.h"

#include <fmt/format.h>
#include <zip.h>

#include <cstring>
#include <memory>

#include "tools/files.h"

namespace smelt::tools {
namespace {

constexpr std::int64_t largest = std::int64_t{1} << 30;

/// The text after `'key':` in the header's dictionary, or empty.
std::string_view after_key(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return {};
  std::string_view rest = header.substr(at + key.size() + 3);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

std::optional<Shape> parse_shape(std::string_view text) {
  Shape shape;
  if (text.empty() || text[0] != '(') return std::nullopt;
  std::int64_t value = -1;
  for (const char c : text.substr(1)) {
    if (c >= '0' && c <= '9') {
      value = std::max<std::int64_t>(value, 0) * 10 + (c - '0');
      if (value > largest) return std::nullopt;
      continue;
    }
    if (value >= 0) shape.push_back(static_cast<std::int32_t>(value));
    value = -1;
    if (c == ')') return shape;
  }
  return std::nullopt;
}

struct Stored {
  ElementType type;
  int bytes;
  bool wide_float = false;  ///< float64, to be narrowed
};

std::optional<Stored> parse_type(std::string_view text) {
  const auto is = [&](std::string_view code) { return text.substr(0, code.size()) == code; };
  if (is("'<f4'")) return Stored{ElementType::f32, 4};
  if (is("'<f8'")) return Stored{ElementType::f32, 8, true};
  if (is("'|i1'")) return Stored{ElementType::s8, 1};
  if (is("'|u1'")) return Stored{ElementType::u8, 1};
  if (is("'|b1'")) return Stored{ElementType::boolean, 1};
  if (is("'<i2'")) return Stored{ElementType::s16, 2};
  if (is("'<i4'")) return Stored{ElementType::s32, 4};
  if (is("'<i8'")) return Stored{ElementType::s64, 8};
  return std::nullopt;
}

/// What parse_type reads.
std::string_view type_code(ElementType type) {
  switch (type) {
    case ElementType::f32: return "<f4";
    case ElementType::s4:
    case ElementType::s8: return "|i1";
    case ElementType::u8: return "|u1";
    case ElementType::boolean: return "|b1";
    case ElementType::s16: return "<i2";
    case ElementType::s32: return "<i4";
    case ElementType::s64: return "<i8";
  }
  return {};
}

std::vector<std::uint8_t> narrowed(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> result(bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size() / 8; ++i) {
    double value = 0;
    std::memcpy(&value, &bytes[i * 8], 8);
    const auto single = static_cast<float>(value);
    std::memcpy(&result[i * 4], &single, 4);
  }
  return result;
}

/// One .npy image; an error text instead if it cannot be used.
std::optional<Array> parse_npy(std::span<const std::uint8_t> bytes, std::string& problem) {
  if (bytes.size() < 12 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0) {
    problem = "is not a .npy array";
    return std::nullopt;
  }
  const bool wide = bytes[6] >= 2;
  const std::size_t start = wide ? 12 : 10;
  std::size_t length = bytes[8] + 256U * bytes[9];
  if (wide) length += (std::size_t{bytes[10]} << 16) + (std::size_t{bytes[11]} << 24);
  if (length > bytes.size() - start) {
    problem = "is truncated";
    return std::nullopt;
  }
  const std::string_view header(reinterpret_cast<const char*>(&bytes[start]), length);
  const auto type = parse_type(after_key(header, "descr"));
  const auto shape = parse_shape(after_key(header, "shape"));
  const bool fortran = after_key(header, "fortran_order").substr(0, 4) == "True";
  const auto count = shape ? checked_count(*shape, largest) : std::nullopt;
  if (!type || !count || fortran) {
    problem = !type ? "has an element type other than float32, float64, bool, int8 to int64, uint8"
              : fortran ? "is in Fortran order; save it with numpy.ascontiguousarray"
                        : "has a damaged header";
    return std::nullopt;
  }
  const auto data = bytes.subspan(start + length);
  if (data.size() != static_cast<std::size_t>(*count) * static_cast<std::size_t>(type->bytes)) {
    problem = fmt::format("has {} bytes of data, its shape {} needs {}", data.size(),
                          to_string(*shape), *count * type->bytes);
    return std::nullopt;
  }
  Array array{.name = {}, .type = type->type, .shape = *shape, .bytes = {}};
  array.bytes =
      type->wide_float ? narrowed(data) : std::vector<std::uint8_t>(data.begin(), data.end());
  return array;
}

std::optional<std::vector<std::uint8_t>> read_member(zip_t* archive, zip_uint64_t index) {
  zip_stat_t stat;
  if (zip_stat_index(archive, index, 0, &stat) != 0 || stat.size > largest) return std::nullopt;
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive, index, 0),
                                                               zip_fclose);
  if (!file) return std::nullopt;
  std::vector<std::uint8_t> bytes(stat.size);
  const zip_int64_t got = zip_fread(file.get(), bytes.data(), bytes.size());
  if (got != static_cast<zip_int64_t>(bytes.size())) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<std::vector<Array>> read_arrays(const std::filesystem::path& path,
                                              Diagnostics& diagnostics) {
  const auto fail = [&](const std::string& member, const std::string& problem) {
    diagnostics.error({.file = path.string()},
                      member.empty() ? problem : fmt::format("\"{}\" {}", member, problem));
    return std::nullopt;
  };
  std::string problem;
  if (path.extension() == ".npy") {
    const auto bytes = read_file(path, diagnostics);
    if (!bytes) return std::nullopt;
    auto array = parse_npy(*bytes, problem);
    if (!array) return fail("", problem);
    return std::vector<Array>{std::move(*array)};
  }
  int code = 0;
  const std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_RDONLY, &code),
                                                         zip_discard);
  if (!archive) return fail("", "cannot be opened as a .npz file");
  std::vector<Array> arrays;
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive.get(), 0); ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* name = zip_get_name(archive.get(), index, 0);
    const auto bytes = read_member(archive.get(), index);
    if (!name || !bytes) return fail(name ? name : "", "cannot be read");
    auto array = parse_npy(*bytes, problem);
    if (!array) return fail(name, problem);
    array->name = std::filesystem::path(name).stem().string();
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

std::string npy_text(const Array& array) {
  // The data begins at a multiple of 64 bytes.
  constexpr std::size_t magic = 10, step = 64;
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                   type_code(array.type), fmt::join(array.shape, ", "),
                                   array.shape.size() == 1 ? "," : "");
  header.append(step - 1 - (magic + header.size()) % step, ' ');
  header += '\n';
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size() & 0xff);
  text += static_cast<char>(header.size() >> 8);
  return text + header + std::string(array.bytes.begin(), array.bytes.end());
}

}  // namespace smelt::tools
