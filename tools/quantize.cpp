// SPDX-License-Identifier: Apache-2.0
//
// smelt quantize: writes the quantized model as a .tflite file, for other tools to check.
#include <fmt/format.h>

#include <filesystem>

#include "compiler/export/tflite.h"
#include "tools/commands.h"
#include "tools/files.h"
#include "tools/model.h"

namespace smelt::tools {

int quantize(const QuantizeCommandOptions& options) {
  Diagnostics diagnostics;
  const auto fail = [&](int code) {
    print(diagnostics);
    return code;
  };
  ModelOptions model_options = options.model;
  if (model_options.quantization.precision.empty()) model_options.quantization.precision = "int8";
  const auto model = load_model(model_options, diagnostics);
  if (!model) return fail(exit_bad_input);
  const auto bytes = export_tflite(model->graph, diagnostics);
  if (!bytes) return fail(exit_bad_input);
  if (!write_output(options.output, std::string(bytes->begin(), bytes->end()), diagnostics))
    return fail(exit_system);
  print(diagnostics);
  fmt::print("{}: {} bytes\n", options.output, bytes->size());
  return exit_good;
}

}  // namespace smelt::tools
