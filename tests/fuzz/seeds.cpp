// SPDX-License-Identifier: Apache-2.0
//
// Writes a model of every operator into the given folder.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "compiler/export/tflite.h"
#include "tests/support/operator_models.h"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  for (const smelt::test::NamedModel& model : smelt::test::operator_models()) {
    smelt::Diagnostics diagnostics;
    const auto bytes = smelt::export_tflite(model.graph, diagnostics);
    if (!bytes) return 1;
    const auto path = std::filesystem::path(arguments[1]) / (model.name + ".tflite");
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes->data()),
               static_cast<std::streamsize>(bytes->size()));
  }
  return 0;
}
