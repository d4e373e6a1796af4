// SPDX-License-Identifier: Apache-2.0
//
// The sections of the page: each writes what stands below its heading.
#pragma once

#include "codegen/context.h"
#include "codegen/memory.h"
#include "tools/page/html.h"
#include "tools/page/page.h"

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
};

/// What the model is, what it needs, and what it may need.
void write_summary(HtmlWriter& html, const Page& page);
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
/// The tables of prices.
void write_prices(HtmlWriter& html, const Page& page);

/// A figure with a caption, which scrolls where it is wider than the page.
void drawing(HtmlWriter& html, std::string_view caption, std::string_view svg);

}  // namespace smelt::tools
