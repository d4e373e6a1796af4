// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "codegen/cpp_writer.h"
#include "codegen/xml.h"
#include "tools/page/graph_svg.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_name = 120;

std::int64_t count(const PassRecord& pass, Change change) {
  return std::count_if(pass.changes.begin(), pass.changes.end(),
                       [&](const NodeChange& each) { return each.change == change; });
}

Table passes_table(const PassHistory& history) {
  Table table{.title = "Passes, in their order",
              .columns = {{.title = "Pass"},
                          {.title = "Removed", .number = true, .about = "nodes"},
                          {.title = "Added", .number = true, .about = "nodes"},
                          {.title = "Changed", .number = true, .about = "nodes"},
                          {.title = "Nodes", .bar = true, .about = "behind the pass"},
                          {.title = "MACs", .bar = true, .about = "of one run, behind the pass"}}};
  const auto nodes = [](std::size_t number) {
    return count_cell(static_cast<std::int64_t>(number));
  };
  table.rows.push_back({.cells = {{"as the model has it", -1},
                                  {},
                                  {},
                                  {},
                                  nodes(history.before().nodes.size()),
                                  count_cell(history.before().macs)}});
  for (const PassRecord& pass : history.passes())
    table.rows.push_back({.cells = {{pass.name, static_cast<double>(table.rows.size())},
                                    count_cell(count(pass, Change::removed)),
                                    count_cell(count(pass, Change::added)),
                                    count_cell(count(pass, Change::changed)),
                                    nodes(pass.nodes),
                                    count_cell(pass.macs)}});
  return table;
}

std::string_view word(Change change) {
  if (change == Change::removed) return "\xe2\x88\x92 removed";
  return change == Change::added ? "+ added" : "~ changed";
}

std::string_view type(Change change) {
  if (change == Change::removed) return "removed";
  return change == Change::added ? "added" : "changed";
}

/// Folded: what became of each node.
void write_changes(HtmlWriter& html, const Page& page, const PassRecord& pass) {
  if (pass.changes.empty()) return;
  html.open("details");
  const std::size_t count = pass.changes.size();
  html.element("summary", fmt::format("What {} did to {}", pass.name,
                                      count == 1 ? "one node" : fmt::format("{} nodes", count)));
  html.open("ul", {{"class", "changes"}});
  for (const NodeChange& each : pass.changes) {
    html.open("li", {{"data-layer", page.context.layer(each.name)}});
    html.element("span", word(each.change), {{"class", type(each.change)}}).text(" ");
    html.element("span", each.op, {{"class", "code"}}).text(" ");
    html.element("bdi", abridged(each.name, longest_name));
    if (!each.what.empty()) html.text(": " + each.what);
    html.close();
  }
  html.close().close();
}

void write_graph(HtmlWriter& html, const Page& page, std::string_view scope,
                 const std::string& title, const Sketch& sketch,
                 const std::vector<NodeChange>& changes) {
  const std::string svg =
      graph_svg(sketch, changes, [&](std::string_view name) { return page.context.layer(name); },
                {std::string(scope), fmt::format("{}: {} nodes, drawn from top to bottom; the list "
                                                 "of passes says what changed",
                                                 title, sketch.nodes.size())});
  if (svg.empty())
    html.element("p", fmt::format("{}: too large to be drawn.", title));
  else
    drawing(html, title, svg);
}

void write_legend(HtmlWriter& html) {
  html.open("ul", {{"class", "legend"}, {"aria-label", "Legend of the graphs"}});
  for (const Change change : {Change::removed, Change::added, Change::changed})
    html.open("li").element("span", word(change), {{"class", type(change)}}).close();
  html.element("li", "a box: operator, layer, output").close();
}

}  // namespace

void write_passes(HtmlWriter& html, const Page& page) {
  const PassHistory& history = page.contents.passes;
  const Comparison comparison = compare(history.before(), history.after());
  write_table(html, passes_table(history));
  for (const PassRecord& pass : history.passes()) write_changes(html, page, pass);
  html.element("h3", "The graph");
  const auto same = [](const NodeChange& each) { return each.change == Change::none; };
  if (std::all_of(comparison.before.begin(), comparison.before.end(), same) &&
      std::all_of(comparison.after.begin(), comparison.after.end(), same)) {
    html.element("p", "The passes left every node as it was.");
    return write_graph(html, page, "graph", "Before and after the passes", history.after(),
                       comparison.after);
  }
  write_legend(html);
  html.open("div", {{"class", "pair"}});
  write_graph(html, page, "graph", "Before the passes", history.before(), comparison.before);
  write_graph(html, page, "graph", "After the passes", history.after(), comparison.after);
  html.close();
}

}  // namespace smelt::tools
