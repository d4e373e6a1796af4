// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "codegen/cpp_writer.h"
#include "codegen/memory_svg.h"
#include "tools/page/sections.h"

namespace smelt::tools {

void write_memory(HtmlWriter& html, const Page& page) {
  const Program& program = page.program;
  const std::int64_t gap = program.arena_bytes - page.memory.bound;
  const std::string bound = gap == 0 ? "No plan of this order of steps needs less."
                                     : fmt::format("This order of steps needs at least {} B.",
                                                   with_commas(page.memory.bound));
  drawing(
      html,
      fmt::format("The arena of {} B, every buffer a box: time to the right, addresses upwards. "
                  "{}",
                  with_commas(program.arena_bytes), bound),
      memory_svg(program, page.contents.compiled.emit,
                 {"memory-map", fmt::format("Memory over time: arena of {} B, fullest at step "
                                            "{}; the table of layers has the figures",
                                            with_commas(program.arena_bytes), program.peak_step)}));
}

}  // namespace smelt::tools
