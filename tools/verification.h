// SPDX-License-Identifier: Apache-2.0
//
// The emitted code against golden vectors and the evaluator, case by case and tensor by tensor.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/evaluate/evaluate.h"
#include "tools/compare.h"
#include "tools/host_model.h"
#include "tools/layer_errors.h"
#include "tools/model.h"
#include "tools/vectors.h"

namespace smelt::tools {

/// A tensor of the file that a step of the emitted code computed, and what it was compared with.
struct ComparedLayer {
  std::int32_t step = 0;
  TensorId tensor = no_tensor;             ///< of the model's graph
  std::optional<LayerErrors> evaluator;    ///< emitted code against evaluator
  std::optional<LayerErrors> golden;       ///< emitted code against golden vectors
  std::optional<LayerErrors> float_model;  ///< evaluator against the model before quantization
};

/// What was compared, and the first thing that differed.
struct Outcome {
  std::int64_t outputs = 0;
  std::int64_t layers = 0;
  std::string problem;                ///< empty: none
  std::vector<ComparedLayer> errors;  ///< in the order of steps; empty unless asked for
};

class Verification {
 public:
  enum class Layers : std::uint8_t {
    until_different,  ///< nothing is looked at behind the first difference
    all,              ///< errors of all layers in all cases
  };

  /// `evaluator`: of the model's graph; null: it cannot be evaluated. `golden` is what golden
  /// outputs may differ by.
  Verification(const Compiled& compiled, HostModel& emitted, Evaluation* evaluator,
               const Tolerance& golden, Layers layers);

  Outcome run(const std::vector<GoldenSet>& sets);

 private:
  void reset();
  void run_case(const GoldenCase& golden);
  void run_float_model(const std::vector<Bytes>& inputs);
  void report(const std::string& golden, const std::string& what, const std::string& difference);
  void compare_layers(const GoldenCase& golden, const std::vector<TracedBuffer>& trace);
  void compare_layer(const GoldenCase& golden, const TracedBuffer& traced);
  void compare_evaluated(const GoldenCase& golden, const GoldenLayer& layer);
  void compare_output(const GoldenCase& golden, std::size_t i, const Bytes& got);
  void add_quantization_errors(ComparedLayer& layer);
  bool loose() const;

  const Model& model_;
  const Program& program_;
  HostModel& emitted_;
  Evaluation* evaluator_;
  std::optional<Evaluation> float_model_;  // only where its layers are asked for
  Tolerance golden_;
  Layers layers_;
  std::size_t case_ = 0;  // number of the one that runs
  std::map<std::pair<std::int32_t, BufferId>, ComparedLayer> errors_;
  Outcome outcome_;
};

}  // namespace smelt::tools
