// SPDX-License-Identifier: Apache-2.0
//
// smelt targets, smelt chips: what can be compiled for.
#include "compiler/targets/targets.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "codegen/cpp_writer.h"
#include "tools/commands.h"
#include "tools/price/chips.h"
#include "tools/target_file.h"

namespace smelt::tools {

namespace {

nlohmann::json chip_json(const Chip& chip) {
  nlohmann::json json = {
      {"name", chip.name},    {"boards", chip.boards},           {"target", chip.target},
      {"mhz", chip.mhz},      {"flash_bytes", chip.flash_bytes}, {"ram_bytes", chip.ram_bytes},
      {"source", chip.source}};
  if (chip.run_uw_per_mhz > 0) json["run_uw_per_mhz"] = chip.run_uw_per_mhz;
  if (chip.sleep_uw > 0) json["sleep_uw"] = chip.sleep_uw;
  return json;
}

std::string figure(double value) {
  return value > 0 ? fmt::format("{:.4g}", value) : "-";
}

}  // namespace

int chips(const ChipsOptions& options) {
  if (options.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const Chip& chip : all_chips()) json.push_back(chip_json(chip));
    fmt::print("{}\n", json.dump(2));
    return exit_good;
  }
  fmt::print("{:<14}{:<16}{:>6}{:>11}{:>10}{:>9}{:>10}  {}\n", "chip", "target", "MHz", "flash KB",
             "RAM KB", "uW/MHz", "uW asleep", "boards");
  for (const Chip& chip : all_chips())
    fmt::print("{:<14}{:<16}{:>6}{:>11}{:>10}{:>9}{:>10}  {}\n", chip.name, chip.target, chip.mhz,
               with_commas(chip.flash_bytes / 1024), with_commas(chip.ram_bytes / 1024),
               figure(chip.run_uw_per_mhz), figure(chip.sleep_uw), chip.boards);
  return exit_good;
}

int targets(const TargetsOptions& options) {
  if (options.json) {
    nlohmann::json json = nlohmann::json::array();
    for (const Target* target : all_targets()) json.push_back(target_json(*target));
    fmt::print("{}\n", json.dump(2));
    return exit_good;
  }
  for (const Target* target : all_targets())
    fmt::print("{:<14} {}\n", target->name, target->description);
  fmt::print("{:<14} {}\n", "FILE.json",
             "a device that you describe, as smelt targets --json does");
  return exit_good;
}

}  // namespace smelt::tools
