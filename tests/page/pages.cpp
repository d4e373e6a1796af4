// SPDX-License-Identifier: Apache-2.0
#include "tests/page/pages.h"

#include <fmt/format.h>

#include <cstdlib>

#include "codegen/context.h"
#include "compiler/ops/add.h"
#include "compiler/ops/conv2d.h"
#include "compiler/pipeline.h"
#include "compiler/targets/targets.h"
#include "tests/support/builder.h"
#include "tools/page/page.h"

namespace smelt::test {
namespace {

using namespace tools;

DevicePrice made_up_price(const Compiled& compiled, const std::string& target) {
  const Program& program = compiled.program;
  const EmitContext context(program, compiled.emit);
  Price price{.target = target,
              .compiler = "a compiler",
              .sections = {{".text <of flash>", 12345}},
              .code_bytes = 4321,
              .constant_bytes = 5678,
              .arena_bytes = program.arena_bytes,
              .stack_bytes = 99,
              .macs = 10,
              .instructions = 1000,
              .cycles = 1500};
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    price.steps.push_back({.step = static_cast<std::int32_t>(i),
                           .name = context.layers[i],
                           .code_bytes = 100,
                           .instructions = 1000 * static_cast<std::int64_t>(i),
                           .cycles = 1234.5});
  for (int i = 0; i < 30; ++i)
    price.functions.push_back({fmt::format("void smelt::f{}<8>(int)", i), 10, 2, 30 - i});
  if (const Chip* const chip = find_chip(target)) {
    price.chip = chip;
    price.target = compiled.target.name;
    price.supply = {chip->mhz, chip->run_uw_per_mhz, chip->sleep_uw};
  }
  return {{.name = target, .flash_bytes = 9000, .ram_bytes = 2000}, std::move(price)};
}

}  // namespace

std::string page_of(Graph graph, const std::vector<std::string>& targets) {
  PipelineOptions options;
  PassHistory passes(sketch_of(graph));
  options.observe = [&](std::string_view pass, const Graph& after, double) {
    passes.add(pass, sketch_of(after));
  };
  Diagnostics diagnostics;
  auto after = run_passes(graph, options, diagnostics);
  if (!after) std::abort();
  const Target& target = *find_target("generic");
  Program program = lower_and_plan(*after, target, options);
  const Compiled compiled{{std::move(graph), "0123", {}, {}},
                          target,
                          *std::move(after),
                          std::move(program),
                          {.model_file = "<b>\"&'.tflite", .sha256 = "0123", .version = "1.0"}};
  std::vector<DevicePrice> prices;
  for (const std::string& name : targets) prices.push_back(made_up_price(compiled, name));
  return page_html({.compiled = compiled,
                    .passes = passes,
                    .prices = prices,
                    .every = {1},
                    .noise = {},
                    .flash_budget = 1000});
}

Graph deep_graph(int count) {
  Builder b;
  b.graph.name = "deep";
  TensorId x = b.input(ElementType::f32, {1, 8, 8, 4});
  std::vector<TensorId> tensors = {x};
  const TensorId weights =
      b.constant<float>(ElementType::f32, {4, 1, 1, 4}, std::vector<float>(16, 0.25F));
  const TensorId bias = b.constant<float>(ElementType::f32, {4}, {1, 2, 3, 4});
  for (int i = 0; i < count; ++i) {
    x = b.node(ops::conv2d, ops::Conv2dAttributes{}, {x, weights, bias});
    const auto skipped = static_cast<std::size_t>(3 + i % 5);
    if (i % 4 == 3 && tensors.size() > skipped)
      x = b.node(ops::add, ops::AddAttributes{}, {x, tensors[tensors.size() - skipped]});
    tensors.push_back(x);
  }
  for (std::size_t i = 0; i < b.graph.nodes.size(); ++i) {
    Node& node = b.graph.nodes[i];
    node.name = fmt::format("model/block_{}/layer_{}", i / 4, i);
    b.graph[node.outputs[0]].name = node.name;
  }
  b.output(x);
  return b.graph;
}

}  // namespace smelt::test
