// SPDX-License-Identifier: Apache-2.0
//
// The sections of the page: each writes what stands below its heading.
#pragma once

#include <algorithm>
#include <cmath>

#include "codegen/context.h"
#include "codegen/memory.h"
#include "tools/page/html.h"
#include "tools/page/page.h"
#include "tools/page/table.h"

namespace smelt::tools {

/// What sections share.
struct Page {
  explicit Page(const PageContents& given)
      : contents(given),
        program(given.compiled.program),
        context(program, given.compiled.emit),
        memory(memory_of(program)) {}

  const PageContents& contents;
  const Program& program;
  EmitContext context;
  Memory memory;

  /// Whether prices have them.
  bool has_cycles() const {
    return std::any_of(contents.prices.begin(), contents.prices.end(),
                       [](const DevicePrice& each) { return each.price.cycles > 0; });
  }
};

/// What cycles are, where they stand.
constexpr const char* cycles_about =
    "of one run: an estimate, with memories that never let the core wait";

/// An estimate as it is shown.
inline std::int64_t rounded(double value) {
  return std::llround(value);
}

/// What the model is, what it needs, and what it may need.
void write_summary(HtmlWriter& html, const Page& page);
/// What the model takes on each device, and which functions take it.
void write_devices(HtmlWriter& html, const Page& page);
/// A table of the steps, and what each costs.
void write_layers(HtmlWriter& html, const Page& page);
/// The arena, drawn over time.
void write_memory(HtmlWriter& html, const Page& page);
/// How many rows the steps of pipelines keep.
void write_pipelines(HtmlWriter& html, const Page& page);
/// What the passes did, and the graph before and after them.
void write_passes(HtmlWriter& html, const Page& page);
/// Histograms.
void write_weights(HtmlWriter& html, const Page& page);
/// What quantization and compression cost.
void write_quantization(HtmlWriter& html, const Page& page);

/// A figure with a caption, which scrolls where it is wider than the page.
void drawing(HtmlWriter& html, std::string_view caption, std::string_view svg);

}  // namespace smelt::tools
