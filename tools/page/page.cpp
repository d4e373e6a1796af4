// SPDX-License-Identifier: Apache-2.0
#include "tools/page/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "codegen/xml.h"
#include "tools/page/files.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_title = 120;

struct Section {
  std::string_view id, title;
  void (*write)(HtmlWriter&, const Page&);
  bool (*exists)(const Page&);  ///< null: always
};

bool has_pipelines(const Page& page) {
  return !page.program.pipelines.empty();
}

bool has_weights(const Page& page) {
  const std::vector<Tensor>& tensors = page.contents.compiled.graph.tensors;
  return std::any_of(tensors.begin(), tensors.end(),
                     [](const Tensor& tensor) { return tensor.constant; });
}

bool has_prices(const Page& page) {
  return !page.contents.prices.empty();
}

constexpr std::array<Section, 8> sections = {{
    {"summary", "Summary", write_summary, nullptr},
    {"devices", "Devices", write_devices, has_prices},
    {"layers", "Layers", write_layers, nullptr},
    {"memory", "Memory over time", write_memory, nullptr},
    {"pipelines", "Pipelines of rows", write_pipelines, has_pipelines},
    {"passes", "Graph and passes", write_passes, nullptr},
    {"weights", "Weights", write_weights, has_weights},
    {"quantization", "Quantization", write_quantization, nullptr},
}};

bool exists(const Section& section, const Page& page) {
  return !section.exists || section.exists(page);
}

void write_head(HtmlWriter& html, const std::string& title) {
  html.open("head").empty("meta", {{"charset", "utf-8"}});
  html.empty("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.empty("meta", {{"name", "color-scheme"}, {"content", "light dark"}});
  // Whatever a model's names try, nothing is fetched.
  html.empty("meta", {{"http-equiv", "Content-Security-Policy"},
                      {"content",
                       "default-src 'none'; style-src 'unsafe-inline'; script-src "
                       "'unsafe-inline'"}});
  html.element("title", title);
  html.open("style").raw("\n").raw(page_file("style.css")).close().close();
}

void write_contents(HtmlWriter& html, const Page& page) {
  html.open("nav", {{"aria-label", "Sections"}}).open("ul");
  for (const Section& section : sections)
    if (exists(section, page))
      html.open("li")
          .element("a", section.title, {{"href", fmt::format("#{}", section.id)}})
          .close();
  html.close().close();
}

}  // namespace

void drawing(HtmlWriter& html, std::string_view caption, std::string_view svg) {
  html.open("figure").element("figcaption", caption);
  html.open("div",
            {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}});
  html.raw("\n").raw(svg).close().close();
}

std::string page_html(const PageContents& contents) {
  const Page page(contents);
  const std::string title = abridged(contents.compiled.emit.model_file, longest_title);
  HtmlWriter html;
  html.raw("<!DOCTYPE html>\n").open("html", {{"lang", "en"}});
  write_head(html, title + " \xe2\x80\x93 smelt report");
  html.open("body").open("header").element("h1", title);
  write_contents(html, page);
  html.close().open("main");
  for (const Section& section : sections) {
    if (!exists(section, page)) continue;
    const std::string heading = fmt::format("{}-heading", section.id);
    html.open("section", {{"id", section.id}, {"aria-labelledby", heading}});
    html.element("h2", section.title, {{"id", heading}});
    section.write(html, page);
    html.close();
  }
  html.close();
  html.element("footer", fmt::format("Made by smelt {}.", contents.compiled.emit.version));
  // As XML has it, a script may hold any character within such brackets.
  html.open("script").raw("//<![CDATA[\n").raw(page_file("script.js")).raw("//]]>").close();
  html.close().close().raw("\n");
  return html.finish();
}

}  // namespace smelt::tools
