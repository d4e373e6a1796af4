// SPDX-License-Identifier: Apache-2.0
//
// Writes what fuzzing starts from into the given folder: a model of every operator, and random ones
// of several.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "compiler/export/tflite.h"
#include "tests/graphs/generator.h"
#include "tests/support/operator_models.h"

namespace {

using namespace smelt;

constexpr std::uint32_t random_models = 150;

/// The graph as a file, if the format can hold it.
void write(const Graph& graph, const std::filesystem::path& path) {
  Diagnostics diagnostics;
  const auto bytes = export_tflite(graph, diagnostics);
  if (!bytes) return;
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes->data()),
             static_cast<std::streamsize>(bytes->size()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  for (const test::NamedModel& model : test::operator_models())
    write(model.graph, folder / (model.name + ".tflite"));
  for (std::uint32_t seed = 0; seed < random_models; ++seed)
    write(test::random_graph(seed), folder / fmt::format("random_{}.tflite", seed));
  return 0;
}
