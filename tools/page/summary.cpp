// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "codegen/cpp_writer.h"
#include "codegen/svg.h"
#include "codegen/xml.h"
#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_text = 400;

struct Amount {
  std::string name;
  std::int64_t bytes = 0;
};

/// What a memory is needed for, beside what there is of it.
struct Gauge {
  std::string title;
  std::vector<Amount> parts, limits;
};

std::int64_t sum_of(const std::vector<Amount>& parts) {
  std::int64_t sum = 0;
  for (const Amount& part : parts) sum += part.bytes;
  return sum;
}

std::string amounts_text(const std::vector<Amount>& amounts) {
  std::string text;
  for (const Amount& amount : amounts)
    text +=
        fmt::format("{}{} B {}", text.empty() ? "" : ", ", with_commas(amount.bytes), amount.name);
  return text;
}

void write_fact(HtmlWriter& html, std::string_view key, std::string_view text,
                std::string_view type = {}) {
  html.open("div").element("dt", key);
  html.element("dd", abridged(text, longest_text), {{"class", type}}).close();
}

std::string tensor_text(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  std::string text = type_text(tensor);
  if (tensor.quantization.present() && !tensor.quantization.per_channel())
    text += fmt::format(", {} \xc3\x97 (q \xe2\x88\x92 {})", tensor.quantization.scale(),
                        tensor.quantization.zero_point());
  return fmt::format("{}: {}", abridged(tensor.name, 80), text);
}

void write_facts(HtmlWriter& html, const Page& page) {
  const Compiled& compiled = page.contents.compiled;
  html.open("dl", {{"class", "facts"}});
  write_fact(html, "file", compiled.emit.model_file);
  write_fact(html, "sha256", compiled.model.sha256, "code");
  write_fact(html, "target",
             compiled.target.description.empty()
                 ? compiled.target.name
                 : fmt::format("{}: {}", compiled.target.name, compiled.target.description));
  write_fact(html, "command", compiled.emit.command, "code");
  for (const TensorId id : compiled.graph.inputs)
    write_fact(html, "input", tensor_text(compiled.graph, id));
  for (const TensorId id : compiled.graph.outputs)
    write_fact(html, "output", tensor_text(compiled.graph, id));
  html.close();
}

void write_tile(HtmlWriter& html, std::string_view title, const std::string& figure,
                const std::string& about) {
  html.open("div", {{"class", "tile"}}).element("dt", title);
  html.element("dd", figure, {{"class", "figure"}}).element("dd", about).close();
}

std::vector<Amount> ram_parts(const Program& program) {
  std::vector<Amount> parts = {{"arena", program.arena_bytes}};
  if (program.state_bytes > 0) parts.push_back({"state", program.state_bytes});
  return parts;
}

std::vector<Amount> flash_parts(const Program& program) {
  const ConstantBytes constants = constant_bytes(program);
  std::vector<Amount> parts = {{"weights", constants.weights + constants.single}};
  if (constants.tables > 0) parts.push_back({"tables", constants.tables});
  return parts;
}

std::string reduction(std::int64_t before, std::int64_t after) {
  return before == after ? "multiply-accumulates of one run"
                         : fmt::format("multiply-accumulates of one run; {} before the passes",
                                       with_commas(before));
}

void write_tiles(HtmlWriter& html, const Page& page) {
  const Program& program = page.program;
  const PassHistory& passes = page.contents.passes;
  const std::vector<Amount> ram = ram_parts(program), flash = flash_parts(program);
  html.open("dl", {{"class", "tiles"}});
  write_tile(html, "RAM", with_commas(sum_of(ram)) + " B",
             amounts_text(ram) + (program.overwrites_input ? "; run overwrites the input" : "") +
                 (program.streamed ? "; the input comes row by row" : ""));
  write_tile(html, "Flash of constants", with_commas(sum_of(flash)) + " B", amounts_text(flash));
  write_tile(html, "Work", with_commas(passes.after().macs),
             reduction(passes.before().macs, passes.after().macs));
  write_tile(html, "Steps", with_commas(static_cast<std::int64_t>(program.steps.size())),
             fmt::format("from {} operators of the file",
                         with_commas(static_cast<std::int64_t>(passes.before().nodes.size()))));
  html.close();
}

std::vector<Amount> limits(std::int64_t device, const std::optional<std::int64_t>& budget) {
  std::vector<Amount> result;
  if (budget) result.push_back({"budget", *budget});
  if (device > 0) result.push_back({"on the device", device});
  return result;
}

std::vector<Gauge> gauges_of(const Page& page) {
  const PageContents& contents = page.contents;
  const Target& target = contents.compiled.target;
  const auto ram = limits(target.ram_bytes, contents.compiled.emit.ram_budget);
  const auto flash = limits(target.flash_bytes, contents.flash_budget);
  std::vector<Gauge> gauges;
  const auto add = [&](const std::string& title, std::vector<Amount> parts,
                       const std::vector<Amount>& of) {
    if (!of.empty()) gauges.push_back({title, std::move(parts), of});
  };
  add("RAM", ram_parts(page.program), ram);
  add("Flash, constants alone", flash_parts(page.program), flash);
  for (const Price& price : contents.prices) {
    if (price.target != target.name) continue;
    add(fmt::format("RAM with the stack, {}", price.target),
        {{"arena and state", price.arena_bytes + price.state_bytes}, {"stack", price.stack_bytes}},
        ram);
    add(fmt::format("Flash with the code, {}", price.target),
        {{"constants", price.constant_bytes}, {"code", price.code_bytes}}, flash);
  }
  return gauges;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  return svg_number(100 * static_cast<double>(part) /
                    static_cast<double>(std::max<std::int64_t>(whole, 1)));
}

void write_gauge(HtmlWriter& html, const Gauge& gauge) {
  const std::int64_t used = sum_of(gauge.parts);
  std::int64_t whole = used;
  bool broken = false;
  for (const Amount& limit : gauge.limits) {
    whole = std::max(whole, limit.bytes);
    broken = broken || used > limit.bytes;
  }
  const std::string text = fmt::format("{} B used: {}; {}", with_commas(used),
                                       amounts_text(gauge.parts), amounts_text(gauge.limits));
  html.open("div", {{"class", broken ? "gauge broken" : "gauge"}});
  html.open("p").element("strong", gauge.title).text(" " + text);
  if (broken) html.text(" ").element("strong", "It does not fit.", {{"class", "alarm"}});
  html.close();
  html.open("div", {{"class", "track"}, {"role", "img"}, {"aria-label", text}});
  for (std::size_t i = 0; i < gauge.parts.size(); ++i)
    html.element("span", "",
                 {{"class", i % 2 == 0 ? "part" : "part other"},
                  {"title", gauge.parts[i].name},
                  {"style", fmt::format("width:{}%", percent(gauge.parts[i].bytes, whole))}});
  for (const Amount& limit : gauge.limits)
    html.element("span", "",
                 {{"class", "limit"},
                  {"title", fmt::format("{} B {}", with_commas(limit.bytes), limit.name)},
                  {"style", fmt::format("left:{}%", percent(limit.bytes, whole))}});
  html.close().close();
}

}  // namespace

void write_summary(HtmlWriter& html, const Page& page) {
  write_tiles(html, page);
  const std::vector<Gauge> gauges = gauges_of(page);
  if (!gauges.empty()) html.element("h3", "Budgets");
  for (const Gauge& gauge : gauges) write_gauge(html, gauge);
  html.element("h3", "Provenance");
  write_facts(html, page);
}

}  // namespace smelt::tools
