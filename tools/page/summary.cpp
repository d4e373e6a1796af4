// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "codegen/cpp_writer.h"
#include "codegen/xml.h"
#include "tools/page/sections.h"
#include "tools/price/price_list.h"

namespace smelt::tools {
namespace {

constexpr std::size_t longest_text = 400;

struct Amount {
  std::string name;
  std::int64_t bytes = 0;
};

/// What a memory is needed for, beside what there may be of it.
struct Gauge {
  std::string title;
  std::vector<Amount> parts;
  Amount limit;
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

/// What is left of a code q without its zero point.
std::string shifted(std::int32_t zero_point) {
  if (zero_point == 0) return "q";
  return zero_point < 0 ? fmt::format("(q + {})", -zero_point)
                        : fmt::format("(q \xe2\x88\x92 {})", zero_point);
}

std::string tensor_text(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  std::string text = type_text(tensor);
  if (tensor.quantization.present() && !tensor.quantization.per_channel())
    text += fmt::format(", {} \xc3\x97 {}", tensor.quantization.scale(),
                        shifted(tensor.quantization.zero_point()));
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

/// Of the target that the page is of; null: it has none.
const Price* first_price(const Page& page) {
  const PageContents& contents = page.contents;
  if (contents.prices.empty()) return nullptr;
  const Price& first = contents.prices.front().price;
  return first.target == contents.compiled.target.name ? &first : nullptr;
}

std::vector<Amount> model_ram(const Program& program) {
  std::vector<Amount> parts = {{"arena", program.arena_bytes}};
  if (program.state_bytes > 0) parts.push_back({"state", program.state_bytes});
  return parts;
}

std::vector<Amount> model_flash(const Program& program) {
  const ConstantBytes constants = constant_bytes(program);
  std::vector<Amount> parts = {{"weights", constants.weights + constants.single}};
  if (constants.tables > 0) parts.push_back({"tables", constants.tables});
  return parts;
}

std::vector<Amount> device_ram(const Price& price) {
  std::vector<Amount> parts = {{"arena", price.arena_bytes}};
  if (price.state_bytes > 0) parts.push_back({"state", price.state_bytes});
  parts.push_back({"stack", price.stack_bytes});
  return parts;
}

std::vector<Amount> device_flash(const Price& price) {
  return {{"weights and tables", price.constant_bytes}, {"code", price.code_bytes}};
}

std::string reduction(std::int64_t before, std::int64_t after) {
  return before == after ? "multiply-accumulates of one run"
                         : fmt::format("multiply-accumulates of one run; {} before the passes",
                                       with_commas(before));
}

void write_memory_tiles(HtmlWriter& html, const Page& page) {
  const Program& program = page.program;
  const Price* const price = first_price(page);
  const std::vector<Amount> ram = price ? device_ram(*price) : model_ram(program);
  const std::vector<Amount> flash = price ? device_flash(*price) : model_flash(program);
  write_tile(html, price ? "RAM" : "RAM without the stack", with_commas(sum_of(ram)) + " B",
             amounts_text(ram) + (program.overwrites_input ? "; run overwrites the input" : "") +
                 (program.streamed ? "; the input comes row by row" : ""));
  write_tile(html, price ? "Flash" : "Flash without the code", with_commas(sum_of(flash)) + " B",
             amounts_text(flash));
}

void write_time_tile(HtmlWriter& html, const Price& price) {
  const std::string instructions = with_commas(price.instructions) + " instructions";
  if (price.cycles == 0) return write_tile(html, "Instructions", instructions, "of one run");
  const std::string cycles = with_commas(rounded(price.cycles));
  if (price.supply.mhz == 0)
    return write_tile(html, "Cycles", cycles, fmt::format("{}; {}", cycles_about, instructions));
  write_tile(html, "Time", measured(milliseconds(price.cycles, price.supply), "ms"),
             fmt::format("of one run at {} MHz: {} cycles, an estimate; {}", price.supply.mhz,
                         cycles, instructions));
}

void write_work_tiles(HtmlWriter& html, const Page& page) {
  const PassHistory& passes = page.contents.passes;
  if (const Price* const price = first_price(page)) write_time_tile(html, *price);
  write_tile(html, "Work", with_commas(passes.after().macs),
             reduction(passes.before().macs, passes.after().macs));
  write_tile(html, "Steps", with_commas(static_cast<std::int64_t>(page.program.steps.size())),
             fmt::format("from {} operators of the file",
                         with_commas(static_cast<std::int64_t>(passes.before().nodes.size()))));
}

void write_tiles(HtmlWriter& html, const Page& page) {
  const std::size_t devices = page.contents.prices.size();
  if (const Price* const price = first_price(page); price && devices > 1)
    html.element("p", fmt::format("On {}, the first of {} devices:", name_of(*price), devices));
  html.open("dl", {{"class", "tiles"}});
  write_memory_tiles(html, page);
  write_work_tiles(html, page);
  html.close();
}

/// What --ram and --flash allow: they know neither the stack nor the code.
std::vector<Gauge> budget_gauges(const Page& page) {
  std::vector<Gauge> gauges;
  if (const auto ram = page.contents.compiled.emit.ram_budget)
    gauges.push_back({"RAM without the stack", model_ram(page.program), {"by --ram", *ram}});
  if (const auto flash = page.contents.flash_budget)
    gauges.push_back({"Flash without the code", model_flash(page.program), {"by --flash", *flash}});
  return gauges;
}

/// What devices have.
std::vector<Gauge> device_gauges(const Page& page) {
  std::vector<Gauge> gauges;
  const auto add = [&](const std::string& title, std::vector<Amount> parts, std::int64_t limit) {
    if (limit > 0) gauges.push_back({title, std::move(parts), {"on the device", limit}});
  };
  if (!first_price(page)) {
    const Target& target = page.contents.compiled.target;
    add(fmt::format("RAM of {}, without the stack", target.name), model_ram(page.program),
        target.ram_bytes);
    add(fmt::format("Flash of {}, without the code", target.name), model_flash(page.program),
        target.flash_bytes);
  }
  for (const auto& [target, price] : page.contents.prices) {
    const std::string name = name_of(price);
    add("RAM of " + name, device_ram(price), price.chip ? price.chip->ram_bytes : target.ram_bytes);
    add("Flash of " + name, device_flash(price),
        price.chip ? price.chip->flash_bytes : target.flash_bytes);
  }
  return gauges;
}

std::string percent(std::int64_t part, std::int64_t whole) {
  return fmt::format("{:.1f}", 100 * static_cast<double>(part) /
                                   static_cast<double>(std::max<std::int64_t>(whole, 1)));
}

/// Bars within a track that is as long as what there is, or as what is needed, if that is more.
void write_track(HtmlWriter& html, const Gauge& gauge, const std::string& text) {
  const std::int64_t whole = std::max(sum_of(gauge.parts), gauge.limit.bytes);
  html.open("div", {{"class", "track"}, {"role", "img"}, {"aria-label", text}});
  for (const Amount& part : gauge.parts)
    html.element("span", "",
                 {{"class", "part"},
                  {"title", fmt::format("{} B {}", with_commas(part.bytes), part.name)},
                  {"style", fmt::format("width:{}%", percent(part.bytes, whole))}});
  html.element("span", "",
               {{"class", "limit"},
                {"title", fmt::format("{} B {}", with_commas(gauge.limit.bytes), gauge.limit.name)},
                {"style", fmt::format("left:{}%", percent(gauge.limit.bytes, whole))}});
  html.close();
}

void write_gauge(HtmlWriter& html, const Gauge& gauge) {
  const std::int64_t used = sum_of(gauge.parts);
  const bool broken = used > gauge.limit.bytes;
  const std::string text =
      fmt::format("{} B of {} B {}, {} %", with_commas(used), with_commas(gauge.limit.bytes),
                  gauge.limit.name, percent(used, gauge.limit.bytes));
  html.open("div", {{"class", broken ? "gauge broken" : "gauge"}});
  html.open("p").element("strong", gauge.title).text(" " + text);
  for (const Amount& part : gauge.parts)
    html.text(" ").element("span", fmt::format("{} B {}", with_commas(part.bytes), part.name),
                           {{"class", "key"}});
  if (broken) html.text(" ").element("strong", "It does not fit.", {{"class", "alarm"}});
  html.close();
  write_track(html, gauge, text);
  html.close();
}

void write_budgets(HtmlWriter& html, const Page& page) {
  std::vector<Gauge> gauges = budget_gauges(page);
  for (Gauge& gauge : device_gauges(page)) gauges.push_back(std::move(gauge));
  html.element("h3", "Budgets");
  if (gauges.empty())
    html.element("p", "There are none: --ram and --flash set some, and chips have memories.");
  for (const Gauge& gauge : gauges) write_gauge(html, gauge);
}

}  // namespace

void write_summary(HtmlWriter& html, const Page& page) {
  write_tiles(html, page);
  write_budgets(html, page);
  html.element("h3", "Provenance");
  write_facts(html, page);
}

}  // namespace smelt::tools
