// SPDX-License-Identifier: Apache-2.0
//
// From a model file to a planned program: what every subcommand begins with.
#pragma once

#include <optional>
#include <string>

#include "codegen/emit.h"
#include "compiler/diagnostics.h"
#include "compiler/graph/graph.h"
#include "compiler/pipeline.h"
#include "compiler/quantize/quantize.h"
#include "tools/commands.h"
#include "tools/compression.h"

namespace smelt::tools {

/// Whether a name given by --name can be the prefix of all emitted names; reports why not.
bool check_prefix(const std::string& name, Diagnostics& diagnostics);

/// A size as the user wrote it, "32K"; reports what is none.
std::optional<std::int64_t> size_of(const std::string& text, const char* option,
                                    Diagnostics& diagnostics);

/// A model as the file has it.
struct Model {
  Graph graph;         ///< verified; its name is an identifier
  std::string sha256;  ///< of the file
  /// What was quantized, if anything was; its graph has moved to `graph`.
  std::optional<Quantized> quantized;
  std::optional<CompressionReport> compression;  ///< if it was compressed
};
std::optional<Model> load_model(const ModelOptions& options, Diagnostics& diagnostics);

/// A model compiled.
struct Compiled {
  Model model;
  Target target;
  Graph graph;  ///< after the passes
  Program program;
  EmitOptions emit;
};
/// `observe` is called after every pass.
std::optional<Compiled> compile_model(
    const ModelOptions& options, Diagnostics& diagnostics, const std::string& stop_after = {},
    std::function<void(std::string_view, const Graph&, double)> observe = {});
/// Likewise a model that is there; what `options` say of loading and quantizing it is done. What
/// follows from them, `adjust` may change.
std::optional<Compiled> compile_loaded(Model model, const ModelOptions& options,
                                       Diagnostics& diagnostics,
                                       const std::function<void(PipelineOptions&)>& adjust = {});

}  // namespace smelt::tools
