// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a .onnx file: whatever it says, nothing crashes, and what is refused has a reason.
#include "compiler/import/onnx.h"

#include <cstdint>

#include "tests/fuzz/way.h"

using namespace smelt;
using namespace smelt::test;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  auto graph = import_onnx({data, size}, "fuzz.onnx", {}, diagnostics);
  require_reason(graph.has_value(), diagnostics);
  if (graph) go_all_the_way(std::move(*graph));
  return 0;
}
