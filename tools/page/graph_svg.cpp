// SPDX-License-Identifier: Apache-2.0
#include "tools/page/graph_svg.h"

#include <fmt/format.h>

#include <array>

#include "codegen/cpp_writer.h"
#include "codegen/names.h"
#include "codegen/svg.h"
#include "codegen/xml.h"
#include "tools/page/layered.h"

namespace smelt::tools {
namespace {

constexpr double margin = 8, arrow = 4;
constexpr std::size_t longest_name = 200, letters = 29;  ///< of a font of 12 pixels

/// By Change: the class of a node, and the mark that says the same without colour.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> marks = {
    {{"", ""}, {" removed", "\xe2\x88\x92"}, {" added", "+"}, {" changed", "~"}}};

class Drawing {
 public:
  Drawing(const Sketch& sketch, const std::vector<NodeChange>& changes,
          const std::function<std::string_view(std::string_view)>& layer)
      : sketch_(sketch), changes_(changes), layer_(layer) {}

  std::string text(const SvgPart& part) {
    const auto layout = layered(first_output() + sketch_.outputs.size(), edges());
    if (!layout) return {};
    SvgWriter out(layout->width + 2 * margin, layout->height + 2 * margin, "", part);
    out.raw(fmt::format("<g transform=\"translate({0} {0})\">", svg_number(margin)));
    for (const auto& points : layout->edges) out.path("edge", path(points));
    for (std::size_t i = 0; i < sketch_.inputs.size(); ++i)
      port(out, layout->boxes[i], "input", sketch_.inputs[i]);
    for (std::size_t i = 0; i < sketch_.nodes.size(); ++i)
      node(out, layout->boxes[first_node() + i], i);
    for (std::size_t i = 0; i < sketch_.outputs.size(); ++i)
      port(out, layout->boxes[first_output() + i], "output", sketch_.outputs[i]);
    return out.raw("</g>").finish();
  }

 private:
  // Boxes are inputs, nodes and outputs, in this order.
  std::size_t first_node() const { return sketch_.inputs.size(); }
  std::size_t first_output() const { return first_node() + sketch_.nodes.size(); }

  std::vector<LayeredEdge> edges() const {
    std::vector<LayeredEdge> edges;
    const auto box = [&](std::int32_t node) {
      return node < 0 ? static_cast<std::size_t>(-1 - node)
                      : first_node() + static_cast<std::size_t>(node);
    };
    for (std::size_t i = 0; i < sketch_.nodes.size(); ++i)
      for (const std::int32_t read : sketch_.nodes[i].reads)
        edges.push_back({box(read), first_node() + i});
    for (std::size_t i = 0; i < sketch_.outputs.size(); ++i)
      if (sketch_.outputs[i].node >= 0)
        edges.push_back({box(sketch_.outputs[i].node), first_output() + i});
    return edges;
  }

  /// Curves between rows, straight down past boxes, an arrow at the end.
  static std::string path(const std::vector<Layered::Point>& points) {
    const auto at = [](double x, double y) {
      return fmt::format("{} {}", svg_number(x), svg_number(y));
    };
    std::string text = "M" + at(points[0].x, points[0].y);
    for (std::size_t i = 1; i < points.size(); ++i) {
      const auto& [x, y] = points[i];
      const auto& [before, above] = points[i - 1];
      const double middle = (above + y) / 2;
      text += x == before ? fmt::format("V{}", svg_number(y))
                          : fmt::format("C{} {} {}", at(before, middle), at(x, middle), at(x, y));
    }
    const auto& [x, y] = points.back();
    return text +
           fmt::format("m{0} {0}L{1}l{2} {0}", svg_number(-arrow), at(x, y), svg_number(arrow));
  }

  static void lines(SvgWriter& out, const Rect& box, std::string_view first,
                    std::string_view second, std::string_view third) {
    const double x = (box.left + box.right) / 2;
    out.text("op", x, box.top + 17, first);
    out.text("name", x, box.top + 32, shortened(second, letters));
    out.text("shape", x, box.top + 46, shortened(third, letters));
  }

  void port(SvgWriter& out, const Rect& box, std::string_view kind, const Sketch::Port& port) {
    out.open("port", "",
             fmt::format("{} {}\n{}", kind, abridged(port.name, longest_name), port.type));
    out.rect("", box);
    lines(out, box, kind, short_name(port.name), port.type);
    out.close();
  }

  void node(SvgWriter& out, const Rect& box, std::size_t i) {
    const SketchNode& node = sketch_.nodes[i];
    const auto& [type, mark] = marks[static_cast<std::size_t>(changes_[i].change)];
    const std::string_view layer = layer_(node.name);
    const std::string output = node.outputs.empty() ? "" : node.outputs[0];
    out.open(fmt::format("node{}", type), "", title(i), layer);
    out.rect("", box);
    if (!mark.empty()) out.text("mark", box.left + 10, box.top + 17, mark);
    lines(out, box, node.op, layer.empty() ? short_name(node.name) : layer, output);
    out.close();
  }

  std::string title(std::size_t i) const {
    const SketchNode& node = sketch_.nodes[i];
    std::string text = fmt::format("{}{}\n{}", node.op, abridged(node.attributes, longest_name),
                                   abridged(node.name, longest_name));
    if (!node.file_kind.empty()) text += fmt::format("\n{} in the file", node.file_kind);
    for (const std::string& constant : node.constants)
      text += fmt::format("\nconstant {}", constant);
    for (const std::string& output : node.outputs) text += fmt::format("\ngives {}", output);
    if (node.macs > 0) text += fmt::format("\n{} MACs", with_commas(node.macs));
    const NodeChange& change = changes_[i];
    if (change.change == Change::removed) text += "\nremoved by a pass";
    if (change.change == Change::added) text += "\nmade by a pass";
    if (!change.what.empty()) text += "\nchanged: " + change.what;
    return text;
  }

  const Sketch& sketch_;
  const std::vector<NodeChange>& changes_;
  const std::function<std::string_view(std::string_view)>& layer_;
};

}  // namespace

std::string graph_svg(const Sketch& sketch, const std::vector<NodeChange>& changes,
                      const std::function<std::string_view(std::string_view)>& layer,
                      const SvgPart& part) {
  return Drawing(sketch, changes, layer).text(part);
}

}  // namespace smelt::tools
