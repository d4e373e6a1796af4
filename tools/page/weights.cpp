// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "codegen/cpp_writer.h"
#include "compiler/compress/statistics.h"
#include "tools/page/histogram.h"
#include "tools/page/sections.h"
#include "tools/weights_in_flash.h"

namespace smelt::tools {
namespace {

/// Of fewer numbers there is nothing to see.
constexpr std::int64_t fewest = 16;

/// Matrices of numbers that are computed with; biases and indices are none.
bool is_drawn(const Tensor& tensor) {
  const bool type =
      tensor.type == ElementType::f32 || (is_integer(tensor.type) && byte_size(tensor.type) <= 2);
  return tensor.constant && type && tensor.shape.size() >= 2 &&
         element_count(tensor.shape) >= fewest;
}

std::string operand_name(const Node& node, std::size_t i) {
  const auto& names = node.op->operands;
  if (names.empty()) return {};
  std::string name(names[std::min(i, names.size() - 1)]);
  if (!name.empty() && (name.back() == '?' || name.back() == '*')) name.pop_back();
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string range_text(const Histogram& histogram) {
  std::string text = fmt::format(
      "{} numbers, {:.4g} to {:.4g}, {:.1f} % zero", with_commas(histogram.count),
      histogram.smallest, histogram.largest,
      100 * static_cast<double>(histogram.zeros) / static_cast<double>(histogram.count));
  if (histogram.not_finite > 0)
    text += fmt::format(", {} not finite", with_commas(histogram.not_finite));
  return text;
}

std::string shown_name(const Page& page, const std::string& layer) {
  const std::string_view known = page.context.layer(layer);
  return known.empty() ? short_name(layer) : std::string(known);
}

void write_histogram(HtmlWriter& html, const Page& page, const Node& node, std::size_t operand) {
  const Tensor& tensor = page.contents.compiled.graph[node.inputs[operand]];
  const Histogram histogram = histogram_of(tensor);
  const std::string name = shown_name(page, node.name), range = range_text(histogram);
  html.open("figure", {{"class", "small"}, {"data-layer", page.context.layer(node.name)}});
  html.open("figcaption").element("strong", name);
  html.text(fmt::format(" {}, {}", operand_name(node, operand), type_text(tensor)));
  html.element("small", range).close().raw("\n");
  html.raw(histogram_svg(histogram, {"histogram", fmt::format("Histogram of {}: {}", name, range)}))
      .close();
}

void write_histograms(HtmlWriter& html, const Page& page) {
  const Graph& graph = page.contents.compiled.graph;
  std::set<TensorId> seen;
  html.open("div", {{"class", "gallery"}});
  for (const Node& node : graph.nodes)
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const TensorId id = node.inputs[i];
      if (id != no_tensor && is_drawn(graph[id]) && seen.insert(id).second)
        write_histogram(html, page, node, i);
    }
  html.close();
}

/// Linear layers alone: of others there are no statistics.
Table statistics_table(const Page& page) {
  Table table{.title = "Weights of linear layers",
              .columns = {{.title = "Layer"},
                          {.title = "Weights", .bar = true},
                          {.title = "Zero, %", .bar = true},
                          {.title = "Levels", .number = true, .about = "different integers"},
                          {.title = "Bits per weight",
                           .bar = true,
                           .about = "entropy: no code for single weights takes fewer"},
                          {.title = "Coding"},
                          {.title = "In flash, B",
                           .bar = true,
                           .about = "with the tables that they are decoded by"}}};
  std::map<std::string, WeightsInFlash> in_flash;
  for (const WeightsInFlash& each : weights_in_flash(page.program)) in_flash[each.layer] = each;
  for (const LayerWeights& layer : weights_of(page.contents.compiled.graph)) {
    const auto found = in_flash.find(layer.name);
    TableRow row{.cells = {{shown_name(page, layer.name), {}},
                           count_cell(layer.weights),
                           number_cell(100 * zero_share(layer), 1),
                           count_cell(layer.levels),
                           number_cell(bits_per_weight(layer), 2),
                           {},
                           {}},
                 .layer = std::string(page.context.layer(layer.name))};
    if (found != in_flash.end()) {
      row.cells[5].text = to_string(found->second.coding);
      row.cells[6] = count_cell(found->second.bytes());
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

void write_weights(HtmlWriter& html, const Page& page) {
  const Table table = statistics_table(page);
  if (!table.rows.empty()) write_table(html, table);
  html.element("h3", "Histograms");
  html.element(
      "p",
      "How often each number occurs; heights are square roots, so that what is rare can be "
      "seen. Integers by their codes, floats between plus and minus the largest.");
  write_histograms(html, page);
}

}  // namespace smelt::tools
