// SPDX-License-Identifier: Apache-2.0
#include "tools/target_file.h"

#include <fmt/format.h>

#include <bit>
#include <functional>
#include <nlohmann/json.hpp>

#include "compiler/targets/targets.h"
#include "tools/files.h"

namespace smelt::tools {
namespace {

using Json = nlohmann::json;

/// One key of a description. `read` gives false if the value is not of its kind.
struct Key {
  const char* name;
  const char* kind;  ///< for errors: "a size, such as 65536 or \"64K\""
  bool (*read)(const Json&, Target&);
  Json (*write)(const Target&);
};

template <auto member>
bool read_text(const Json& value, Target& target) {
  if (!value.is_string()) return false;
  target.*member = value.get<std::string>();
  return true;
}

template <auto member>
bool read_flag(const Json& value, Target& target) {
  if (!value.is_boolean()) return false;
  target.*member = value.get<bool>();
  return true;
}

template <auto member>
bool read_size(const Json& value, Target& target) {
  const auto bytes = value.is_string() ? parse_bytes(value.get<std::string>())
                     : value.is_number_unsigned()
                         ? std::optional<std::int64_t>(value.get<std::int64_t>())
                         : std::nullopt;
  if (!bytes || *bytes < 0) return false;
  target.*member = *bytes;
  return true;
}

template <auto member, std::int32_t max>
bool read_power(const Json& value, Target& target) {
  if (!value.is_number_unsigned()) return false;
  const auto number = value.get<std::uint64_t>();
  if (!std::has_single_bit(number) || number > max) return false;
  target.*member = static_cast<std::int32_t>(number);
  return true;
}

template <auto member>
bool read_words(const Json& value, Target& target) {
  if (!value.is_array()) return false;
  std::vector<std::string> words;
  for (const Json& word : value) {
    if (!word.is_string()) return false;
    words.push_back(word.get<std::string>());
  }
  target.*member = std::move(words);
  return true;
}

template <auto member>
Json write_member(const Target& target) {
  return target.*member;
}

struct Feature {
  const char* name;
  bool Features::* member;
};
constexpr Feature all_features[] = {
    {"dsp", &Features::dsp},       {"helium", &Features::helium}, {"fpu", &Features::fpu},
    {"armv6m", &Features::armv6m}, {"avr", &Features::avr},       {"x86", &Features::x86},
};

bool read_features(const Json& value, Target& target) {
  if (!value.is_array()) return false;
  Features features;
  for (const Json& name : value) {
    bool known = false;
    for (const Feature& feature : all_features)
      if (name == feature.name) known = features.*feature.member = true;
    if (!known) return false;
  }
  target.features = features;
  return true;
}

Json write_features(const Target& target) {
  Json names = Json::array();
  for (const Feature& feature : all_features)
    if (target.features.*feature.member) names.push_back(feature.name);
  return names;
}

const Key keys[] = {
    {"name", "a text", read_text<&Target::name>, write_member<&Target::name>},
    {"description", "a text", read_text<&Target::description>, write_member<&Target::description>},
    {"features", "a list of dsp, helium, fpu, armv6m, avr, x86", read_features, write_features},
    {"block_pixels", "1, 2 or 4", read_power<&Target::block_pixels, 4>,
     write_member<&Target::block_pixels>},
    {"pointer_bytes", "2, 4 or 8", read_power<&Target::pointer_bytes, 8>,
     write_member<&Target::pointer_bytes>},
    {"max_alignment", "a power of two up to 16", read_power<&Target::max_alignment, 16>,
     write_member<&Target::max_alignment>},
    {"unaligned_words", "true or false", read_flag<&Target::unaligned_words>,
     write_member<&Target::unaligned_words>},
    {"flash_bytes", "a size: 65536 or \"64K\"", read_size<&Target::flash_bytes>,
     write_member<&Target::flash_bytes>},
    {"ram_bytes", "a size: 65536 or \"64K\"", read_size<&Target::ram_bytes>,
     write_member<&Target::ram_bytes>},
    {"separate_flash", "true or false", read_flag<&Target::separate_flash>,
     write_member<&Target::separate_flash>},
    {"constant_reach", "a size: 65536 or \"64K\"", read_size<&Target::constant_reach>,
     write_member<&Target::constant_reach>},
    {"max_array_bytes", "a size: 65536 or \"64K\"", read_size<&Target::max_array_bytes>,
     write_member<&Target::max_array_bytes>},
    {"compiler", "a text", read_text<&Target::compiler>, write_member<&Target::compiler>},
    {"flags", "a list of texts", read_words<&Target::flags>, write_member<&Target::flags>},
    {"emulator", "a list of texts", read_words<&Target::emulator>, write_member<&Target::emulator>},
};

void read_key(const std::string& name, const Json& value, const std::string& path, Target& target,
              Diagnostics& diagnostics) {
  std::string names = "based_on";
  for (const Key& key : keys) {
    names += fmt::format(", {}", key.name);
    if (key.name != name) continue;
    if (!key.read(value, target))
      diagnostics.error({.file = path}, fmt::format("\"{}\" is not understood", name))
          .note(fmt::format("write {}", key.kind));
    return;
  }
  diagnostics.error({.file = path}, fmt::format("\"{}\" is not a property of targets", name))
      .note("properties are " + names);
}

const Target* base_of(const Json& json, const std::string& path, Diagnostics& diagnostics) {
  const Json base = json.value("based_on", Json("generic"));
  const Target* found = base.is_string() ? find_target(base.get<std::string>()) : nullptr;
  if (!found)
    diagnostics.error({.file = path}, fmt::format("based_on: there is no target {}", base.dump()))
        .note("targets are " + target_names());
  return found;
}

std::optional<Target> target_in(const std::string& path, Diagnostics& diagnostics) {
  const auto bytes = read_file(path, diagnostics);
  if (!bytes) return std::nullopt;
  const Json json = Json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (!json.is_object()) {
    diagnostics.error({.file = path}, "is not a JSON object")
        .note("smelt targets --json shows what one looks like");
    return std::nullopt;
  }
  const Target* base = base_of(json, path, diagnostics);
  if (!base) return std::nullopt;
  Target target = *base;
  target.name.clear();
  for (const auto& [name, value] : json.items())
    if (name != "based_on") read_key(name, value, path, target, diagnostics);
  if (target.name.empty() && !json.contains("name"))
    diagnostics.error({.file = path}, "has no \"name\"").note("it stands in the emitted header");
  if (diagnostics.failed()) return std::nullopt;
  return target;
}

}  // namespace

std::optional<Target> target_of(const std::string& name_or_path, Diagnostics& diagnostics) {
  if (const Target* target = find_target(name_or_path)) return *target;
  if (name_or_path.ends_with(".json")) return target_in(name_or_path, diagnostics);
  auto& error = diagnostics.error({.file = "--target"},
                                  fmt::format("there is no target \"{}\"", name_or_path));
  for (const Target* each : all_targets())
    error.note(fmt::format("{}: {}", each->name, each->description));
  error.note("FILE.json: a device that you describe");
  return std::nullopt;
}

Json target_json(const Target& target) {
  Json json;
  for (const Key& key : keys) json[key.name] = key.write(target);
  return json;
}

}  // namespace smelt::tools
