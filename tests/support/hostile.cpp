// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hostile.h"

#include "compiler/ops/add.h"
#include "compiler/ops/fully_connected.h"
#include "tests/support/builder.h"

namespace smelt::test {

std::vector<std::string> hostile_names() {
  std::vector<std::string> names = {
      "*/ int x; /*", "// a", "\"", "a\nb", "a\r\nb", "a\\", "a\\\n", "?\?/", "a ?\?/", "?\?>?\?<",
      "\xc3\xa9t\xc3\xa9", "\xff\xfe", "", std::string(10000, 'x'), std::string(10000, '/'),
      std::string("a\0b", 3), "%s%n", "{}", "R\"(x)\"", "#define x", "_Pragma(\"x\")", "@", "$x",
      // C and C++, the library, and the emitted code's own words.
      "int", "class", "template", "namespace", "int8_t", "size_t", "memcpy", "expf", "index", "y1",
      "std", "smelt", "run", "run_step", "step", "next", "state", "arena", "model", "weights",
      "input", "output", "input_2", "net", "net_run", "net_weights", "net_network", "net_trace",
      "net_model", "net_layer", "net_arena", "fully_connected", "fully_connected_f32",
      "SMELT_CONSTANT", "smelt_constant", "main", "linux", "unix", "errno", "NULL", "true",
      "assert", "signgam",
      // Arduino.
      "round", "abs", "min", "max", "F", "B0", "B1", "word", "byte", "boolean", "bit", "PI", "sq",
      "constrain", "_BV", "HIGH", "A0", "T0",
      // The same after sanitising, and the same as numbering makes.
      "same", "Same", "s/same", "same_", "same_2", "same 2", "same_out", "same_weights",
      "same_bias", "window_3x3",
      // HTML and XML.
      "<script>probe.hacked = 1</script>", "</script><script>probe.hacked = 2</script>",
      "\"><img src=x onerror=probe.hacked=3>", "' onmouseover='probe.hacked=4", "]]>", "<!--",
      "--><b>", "&lt;", "&", "&#0;", "\x01\x1b[31m", "\xe2\x80\xae", "\xe2\x80", "\xed\xa0\x80",
      "\xef\xbf\xbf", "\xf0\x9f\x98\x80"};
  return names;
}

Graph hostile_graph() {
  Builder b;
  b.graph.name = "net";
  TensorId x = b.input(ElementType::f32, {1, 2});
  const TensorId y = b.input(ElementType::f32, {1, 2});
  x = b.node(ops::add, ops::AddAttributes{}, {x, y});
  const TensorId weights = b.constant<float>(ElementType::f32, {2, 2}, {1, 2, 3, 4});
  for (const std::string& name : hostile_names()) {
    const TensorId bias = b.constant<float>(ElementType::f32, {2}, {1, 2});
    b.graph[bias].name = name;
    x = b.node(ops::fully_connected, ops::FullyConnectedAttributes{}, {x, weights, bias});
    b.graph[x].name = name;
    b.graph.nodes.back().name = name;
    if (name == "*/ int x; /*" || name == "output") b.output(x);
  }
  b.output(x);
  b.graph[b.graph.inputs[0]].name = "\"*/\\";
  b.graph[b.graph.inputs[1]].name = "int\n";
  return b.graph;
}

}  // namespace smelt::test
