// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "tools/page/sections.h"

namespace smelt::tools {
namespace {

/// How the quantizer saw a layer; null: it did not.
const QuantizedLayer* find(const Quantized& quantized, const std::string& name) {
  const auto found = std::find_if(quantized.layers.begin(), quantized.layers.end(),
                                  [&](const QuantizedLayer& each) { return each.name == name; });
  return found == quantized.layers.end() ? nullptr : &*found;
}

Table noise_table(const Page& page) {
  Table table{.title = "Signal to quantization noise by layer",
              .about =
                  "Each layer's output beside that of the float model, on the calibration "
                  "data: 10 dB less are ten times the noise.",
              .columns = {{.title = "Layer"},
                          {.title = "Computes in"},
                          {.title = "SNR, dB", .bar = true, .about = "of all layers up to it"}}};
  const Quantized& quantized = *page.contents.compiled.model.quantized;
  const bool remarks = std::any_of(quantized.layers.begin(), quantized.layers.end(),
                                   [](const QuantizedLayer& each) { return !each.reason.empty(); });
  if (remarks) table.columns.push_back({.title = "Remark", .wide = true});
  for (const LayerNoise& layer : page.contents.noise) {
    const QuantizedLayer* found = find(quantized, layer.name);
    const std::string_view known = page.context.layer(layer.name);
    table.rows.push_back(
        {.cells = {{known.empty() ? short_name(layer.name) : std::string(known), {}},
                   {found ? std::string(to_string(found->precision)) : "", {}},
                   number_cell(layer.noise.decibels(), 1)},
         .layer = std::string(known)});
    if (remarks) table.rows.back().cells.push_back({found ? found->reason : "", {}});
  }
  return table;
}

Table compression_table(const CompressionReport& report) {
  Table table{.title = "Weights after each step of compression",
              .about = fmt::format("Loss, on the calibration data: {}.", to_string(report.kind)),
              .columns = {{.title = "Step"},
                          {.title = "Layers changed", .number = true},
                          {.title = "Weights", .number = true},
                          {.title = "Zero, %", .bar = true},
                          {.title = "Levels", .number = true, .about = "the most in one layer"},
                          {.title = "Bits per weight", .bar = true, .about = "entropy"},
                          {.title = "MACs", .bar = true},
                          {.title = "Loss, %", .number = true}}};
  for (const CompressionStep& step : report.steps)
    table.rows.push_back({.cells = {{step.name, {}},
                                    count_cell(static_cast<std::int64_t>(step.changed)),
                                    count_cell(step.weights.weights),
                                    number_cell(100 * zero_share(step.weights), 1),
                                    count_cell(step.weights.levels),
                                    number_cell(bits_per_weight(step.weights), 2),
                                    count_cell(step.macs),
                                    number_cell(100 * step.loss, 2)}});
  return table;
}

/// Why there is nothing to say.
std::string_view excuse(const Graph& graph) {
  const bool integers =
      std::any_of(graph.tensors.begin(), graph.tensors.end(),
                  [](const Tensor& t) { return t.quantization.present() && is_integer(t.type); });
  return integers
             ? "The file is quantized already: what that cost is not in it. smelt eval "
               "--against FLOAT_MODEL measures it."
             : "The model computes in floats. --quantize int8 --calibrate DATA makes it compute "
               "in integers, and this section says what that costs.";
}

}  // namespace

void write_quantization(HtmlWriter& html, const Page& page) {
  const Model& model = page.contents.compiled.model;
  if (!model.quantized) html.element("p", excuse(page.contents.compiled.graph));
  if (model.quantized && !page.contents.noise.empty()) write_table(html, noise_table(page));
  if (model.compression) write_table(html, compression_table(*model.compression));
}

}  // namespace smelt::tools
