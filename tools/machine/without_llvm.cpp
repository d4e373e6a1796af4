// SPDX-License-Identifier: Apache-2.0
//
// In place of what makes machine code, in builds without LLVM.
#include "tools/machine/image.h"
#include "tools/machine/jit.h"
#include "tools/machine/lines.h"
#include "tools/machine/schedule.h"

namespace smelt::tools::machine {

std::string version() {
  return {};
}

std::optional<LoadedCode> load(const std::vector<OutputFile>&, const std::vector<std::string>&,
                               std::string& messages) {
  messages =
      "this smelt was built without LLVM\n"
      "leave out --with to use the system's compiler, or build smelt with -DSMELT_WITH_LLVM=ON";
  return std::nullopt;
}

bool can_build(const Target&) {
  return false;
}

bool is_program(const std::vector<std::uint8_t>&) {
  return false;
}

std::string architecture_of(const std::vector<std::uint8_t>&) {
  return {};
}

bool runs_on(const std::string&, const Target&) {
  return false;
}

std::optional<Image> read_image(std::vector<std::uint8_t>, std::string&) {
  return std::nullopt;
}

std::optional<Image> link_image(const std::vector<std::string>&, const std::vector<std::string>&,
                                const std::vector<std::string>&, std::string&) {
  return std::nullopt;
}

std::optional<Image> build_image(const Target&, const std::vector<OutputFile>&,
                                 const std::vector<std::string>&, const std::vector<std::string>&,
                                 std::string&) {
  return std::nullopt;
}

struct Lines::Information {};
Lines::Lines(const Image&) {}
Lines::~Lines() = default;
std::vector<SourcePlace> Lines::at(std::uint64_t) const {
  return {};
}

struct Schedule::Core {};
Schedule::Schedule(const Target&) {}
Schedule::~Schedule() = default;
std::optional<double> Schedule::cycles(const std::vector<std::uint8_t>&, std::uint64_t) const {
  return std::nullopt;
}

}  // namespace smelt::tools::machine
