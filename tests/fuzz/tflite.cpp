// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a .tflite file: whatever it says, nothing crashes, and what is refused has a reason.
#include "compiler/export/tflite.h"

#include <cstdint>
#include <cstdio>

#include "compiler/import/tflite.h"
#include "tests/fuzz/way.h"

namespace {

using namespace smelt;
using namespace smelt::test;

const ImportOptions import_options{.custom = {{"user_op", {"user.h", "user_op"}}}};

/// The same graph comes back from the file that is written of it.
void check_export(const Graph& graph) {
  Diagnostics diagnostics;
  const auto bytes = export_tflite(graph, diagnostics);
  require(bytes.has_value() != diagnostics.failed(), "an export fails with a reason");
  if (!bytes) return;
  const auto again = import_tflite(*bytes, graph.file, import_options, diagnostics);
  for (const Diagnostic& each : diagnostics.all())
    if (!again) std::fputs(to_string(each).c_str(), stderr);
  require(again.has_value(), "what is exported can be imported");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Diagnostics diagnostics;
  auto graph = import_tflite({data, size}, "fuzz.tflite", import_options, diagnostics);
  require_reason(graph.has_value(), diagnostics);
  if (!graph) return 0;
  graph->name = "fuzz";
  check_export(*graph);
  go_all_the_way(std::move(*graph));
  return 0;
}
