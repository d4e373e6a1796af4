// SPDX-License-Identifier: Apache-2.0
//
// The page and what it is made of, on small graphs; a browser reads it in browser.py.
#include "tools/page/page.h"

#include <catch2/catch.hpp>

#include "codegen/xml.h"
#include "compiler/ops/fully_connected.h"
#include "compiler/ops/relu.h"
#include "tests/page/pages.h"
#include "tests/support/builder.h"
#include "tests/support/hostile.h"
#include "tools/page/graph_svg.h"
#include "tools/page/html.h"
#include "tools/page/table.h"

using namespace smelt;
using namespace smelt::test;
using namespace smelt::tools;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// A dense layer with an activation of its own behind it, which a pass puts into the layer.
Graph dense_and_relu() {
  Builder b;
  b.graph.name = "net";
  TensorId x = b.input(ElementType::f32, {1, 2});
  const TensorId weights = b.constant<float>(ElementType::f32, {2, 2}, {1, 2, 3, 4});
  const TensorId bias = b.constant<float>(ElementType::f32, {2}, {1, 2});
  x = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, weights, bias});
  b.graph.nodes.back().name = "dense";
  x = b.node(ops::relu, {}, {x});
  b.graph.nodes.back().name = "act";
  b.output(x);
  return b.graph;
}

std::string written(const Table& table) {
  HtmlWriter html;
  write_table(html, table);
  return html.finish();
}

}  // namespace

TEST_CASE("text and attributes are escaped, and attributes without a value left out") {
  HtmlWriter html;
  html.open("p", {{"title", "\"<&"}, {"id", ""}}).text("a < b & c > d").empty("br").close();
  CHECK(html.finish() == "<p title=\"&quot;&lt;&amp;\">a &lt; b &amp; c &gt; d<br/></p>");
}

TEST_CASE("a table sorts by values, and draws what part of the largest they are") {
  const std::string text = written(
      {.title = "T",
       .columns = {{.title = "Name"},
                   {.title = "Bytes", .bar = true},
                   {.title = "SNR", .number = true}},
       .rows = {{.cells = {{"a", {}}, count_cell(1000), number_cell(INFINITY, 1)}, .layer = "a"},
                {.cells = {{"b", {}}, count_cell(250), {}}}}});
  CHECK(has(text, "<caption>T</caption>"));
  CHECK(has(text, "<th scope=\"col\">Name</th>"));
  CHECK(has(text, "<tr data-layer=\"a\"><th scope=\"row\">a</th>"));
  CHECK(has(text, "data-value=\"1000\">1,000<"));
  CHECK(has(text, "width:100%"));
  CHECK(has(text, "width:25%"));
  CHECK(has(text, "data-value=\"Infinity\""));
}

TEST_CASE("what passes do is told by node") {
  const Graph graph = dense_and_relu();
  PassHistory history(sketch_of(graph));
  history.add("nothing", sketch_of(graph));
  Diagnostics diagnostics;
  PipelineOptions options;
  options.observe = [&](std::string_view pass, const Graph& after, double) {
    history.add(pass, sketch_of(after));
  };
  REQUIRE(run_passes(graph, options, diagnostics));
  CHECK(history.passes()[0].changes.empty());
  std::vector<NodeChange> changes;
  for (const PassRecord& pass : history.passes())
    if (pass.name == "fuse_activations") changes = pass.changes;
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].change == Change::removed);
  CHECK(changes[0].name == "act");
  CHECK(changes[1].change == Change::changed);
  CHECK(changes[1].name == "dense");
  CHECK(changes[1].what == "as usual, now activation relu");
  const Comparison comparison = compare(history.before(), history.after());
  REQUIRE(comparison.before.size() == 2);
  REQUIRE(comparison.after.size() == 1);
  CHECK(comparison.before[1].change == Change::removed);
  CHECK(comparison.after[0].change == Change::changed);
}

TEST_CASE("numbers of constants count as a change, and so do sources") {
  Graph graph = dense_and_relu();
  const Sketch before = sketch_of(graph);
  graph[graph.nodes[0].inputs[1]].data[0] ^= 1;
  CHECK(compare(before, sketch_of(graph)).after[0].what == "other numbers in its constants");
  graph = dense_and_relu();
  graph.nodes[1].inputs[0] = graph.inputs[0];
  CHECK(compare(before, sketch_of(graph)).after[1].what == "reads another layer");
}

TEST_CASE("nodes of one name are told apart by their operators, then by their order") {
  Graph graph = dense_and_relu();
  graph.nodes[0].name = graph.nodes[1].name = "same";
  const Sketch before = sketch_of(graph);
  Graph other = graph;
  other.nodes.erase(other.nodes.begin());
  other.nodes[0].inputs[0] = other.inputs[0];
  const Comparison comparison = compare(before, sketch_of(other));
  CHECK(comparison.before[0].change == Change::removed);
  CHECK(comparison.before[1].change == Change::changed);
}

TEST_CASE("a graph is drawn with what became of its nodes") {
  const Sketch sketch = sketch_of(dense_and_relu());
  const std::vector<NodeChange> changes = {{Change::changed, "dense", "fully_connected", "why"},
                                           {Change::removed, "act", "relu", ""}};
  const std::string svg =
      graph_svg(sketch, changes, [](std::string_view name) { return name == "dense" ? name : ""; },
                {"graph", "label"});
  CHECK(has(svg, "<g class=\"node changed\" data-layer=\"dense\">"));
  CHECK(has(svg, "<g class=\"node removed\">"));
  CHECK(has(svg, "changed: why"));
  CHECK(has(svg, "aria-label=\"label\""));
  Sketch wide{.inputs = {{"in", "f32 1", -1}}};
  for (int i = 0; i < 300; ++i)
    wide.nodes.push_back({.name = "n", .op = "relu", .reads = {-1, i - 1}});
  CHECK(graph_svg(wide, std::vector<NodeChange>(300),
                  [](std::string_view) { return std::string_view(); }, {"graph", ""})
            .empty());
}

TEST_CASE("hostile names leave no element, and the same graph gives the same page") {
  const std::string page = page_of(hostile_graph());
  CHECK_FALSE(has(page, "<script>probe"));
  CHECK_FALSE(has(page, "<img"));
  CHECK_FALSE(has(page, "<b>"));
  CHECK_FALSE(has(page, "\xff"));
  CHECK_FALSE(has(page, std::string(1000, 'x')));
  CHECK(has(page, "&lt;script&gt;probe"));
  CHECK(page == page_of(hostile_graph()));
  CHECK(page.size() < 2'000'000);
}

TEST_CASE("prices are columns of the layers, and a section of their own") {
  const std::string page = page_of(dense_and_relu());
  CHECK(has(page, ">Flash, B\none</th>"));
  CHECK(has(page, ">Cycles\ntwo</th>"));
  CHECK_FALSE(has(page, ">Instructions\none</th>"));
  CHECK(has(page, "data-value=\"1235\">1,235<"));
  CHECK(has(page, ".text &lt;of flash&gt;"));
  CHECK(has(page, ">10 others<"));
  CHECK(has(page, ">smelt::f0<"));
  CHECK_FALSE(has(page, ">smelt::f20<"));
  const std::string alone = page_of(dense_and_relu(), {"one"});
  CHECK(has(alone, ">Flash, B</th>"));
  CHECK(has(alone, ">Instructions</th>"));
  const std::string without = page_of(dense_and_relu(), {});
  CHECK(has(without, ">Constants, B</th>"));
  CHECK_FALSE(has(without, "id=\"devices\""));
}

TEST_CASE("budgets and devices are beside what there is of them, and what does not fit is said") {
  const std::string page = page_of(dense_and_relu());
  // Two weights of two, and two biases.
  CHECK(has(page, "24 B of 1,000 B by --flash, 2.4 %"));
  CHECK(has(page, "9,999 B of 9,000 B on the device, 111.1 %"));
  CHECK(has(page, ">4,321 B code</span>"));
  CHECK(has(page, "It does not fit."));
  const std::string without = page_of(dense_and_relu(), {});
  CHECK_FALSE(has(without, "on the device"));
  CHECK_FALSE(has(without, "It does not fit."));
}

TEST_CASE("a chip has its own name and memories, clock and power") {
  const std::string page = page_of(dense_and_relu(), {"stm32l4r5"});
  CHECK(has(page, ">stm32l4r5<"));
  CHECK(has(page, "RAM of stm32l4r5"));
  CHECK(has(page, ">Time, ms</th>"));
  CHECK(has(page, ">CR2032 at one\nevery 1 s</th>"));
  CHECK(has(page, "of one run at 120 MHz: 1,500 cycles"));
  CHECK_FALSE(has(page_of(dense_and_relu()), ">Time, ms</th>"));
}
