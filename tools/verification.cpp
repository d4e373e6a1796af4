// SPDX-License-Identifier: Apache-2.0
#include "tools/verification.h"

#include <fmt/format.h>

#include "compiler/quantize/values.h"

namespace smelt::tools {

Verification::Verification(const Compiled& compiled, HostModel& emitted, Evaluation* evaluator,
                           const Tolerance& golden, Layers layers)
    : model_(compiled.model),
      program_(compiled.program),
      emitted_(emitted),
      evaluator_(evaluator),
      golden_(golden),
      layers_(layers) {
  if (layers == Layers::all && evaluator && model_.quantized)
    float_model_.emplace(model_.quantized->reference, KernelChoice::best);
}

Outcome Verification::run(const std::vector<GoldenSet>& sets) {
  for (const GoldenSet& set : sets)
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      if (i == 0 || !set.sequence) reset();
      run_case(set.cases[i]);
      if (layers_ == Layers::until_different && !outcome_.problem.empty()) return outcome_;
      ++case_;
    }
  for (const auto& [place, layer] : errors_) outcome_.errors.push_back(layer);
  return outcome_;
}

void Verification::reset() {
  emitted_.reset();
  if (evaluator_) evaluator_->reset();
  if (float_model_) float_model_->reset();
}

void Verification::run_case(const GoldenCase& golden) {
  std::vector<TracedBuffer> trace;
  const std::vector<Bytes> outputs = emitted_.run(golden.inputs, &trace);
  if (evaluator_) evaluator_->run(golden.inputs);
  if (float_model_) run_float_model(golden.inputs);
  compare_layers(golden, trace);
  for (std::size_t i = 0; i < outputs.size(); ++i) compare_output(golden, i, outputs[i]);
}

/// On what the quantized inputs stand for, so that errors are those of the layers alone.
void Verification::run_float_model(const std::vector<Bytes>& inputs) {
  const Graph& reference = model_.quantized->reference;
  std::vector<Bytes> real;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool is_float = reference[reference.inputs[i]].type == ElementType::f32;
    real.push_back(is_float ? real_values(model_.graph[model_.graph.inputs[i]], inputs[i])
                            : inputs[i]);
  }
  float_model_->run(real);
}

void Verification::report(const std::string& golden, const std::string& what,
                          const std::string& difference) {
  if (outcome_.problem.empty())
    outcome_.problem = fmt::format("{}: {}: {}", golden, what, difference);
}

/// Every tensor of the file that the emitted code computed.
void Verification::compare_layers(const GoldenCase& golden,
                                  const std::vector<TracedBuffer>& trace) {
  for (const GoldenLayer& layer : golden.layers)
    if (evaluator_) compare_evaluated(golden, layer);
  for (const TracedBuffer& traced : trace)
    if (program_[traced.buffer].origin.tensor >= 0) compare_layer(golden, traced);
}

void Verification::compare_layer(const GoldenCase& golden, const TracedBuffer& traced) {
  const Buffer& buffer = program_[traced.buffer];
  const auto id = static_cast<TensorId>(buffer.origin.tensor);
  const Tensor& tensor = model_.graph[id];
  const auto compare = [&](const Bytes& expected, std::string_view source,
                           std::optional<LayerErrors>* errors) {
    ++outcome_.layers;
    if (const auto found = difference(tensor, expected, buffer.type, buffer.origin, traced.bytes))
      report(golden.name, fmt::format("layer \"{}\" of the emitted code", tensor.name),
             fmt::format("{} by {}", *found, source));
    if (!errors || tensor.type != buffer.type) return;
    const Bytes got = whole_value(tensor, expected, buffer.origin, traced.bytes);
    if (got.size() != expected.size()) return;
    if (!*errors) errors->emplace();
    add_errors(**errors, case_, tensor.type, expected, got);
  };
  ComparedLayer* layer = nullptr;
  if (layers_ == Layers::all) {
    layer = &errors_[{traced.step, traced.buffer}];
    layer->step = traced.step;
    layer->tensor = id;
  }
  for (const GoldenLayer& each : golden.layers)
    if (each.tensor == buffer.origin.tensor)
      compare(each.bytes, "the golden vectors", layer ? &layer->golden : nullptr);
  if (evaluator_) compare((*evaluator_)[id], "the evaluator", layer ? &layer->evaluator : nullptr);
  if (layer && float_model_) add_quantization_errors(*layer);
}

/// What the layer's tensor is in the float model, in steps of its own scale.
void Verification::add_quantization_errors(ComparedLayer& layer) {
  const Quantized& quantized = *model_.quantized;
  const TensorId origin = quantized.float_tensors[static_cast<std::size_t>(layer.tensor)];
  if (origin == no_tensor || quantized.reference[origin].type != ElementType::f32) return;
  const Tensor& tensor = model_.graph[layer.tensor];
  const bool real = tensor.type == ElementType::f32;
  if (!real && !tensor.quantization.present()) return;
  const Bytes& exact = (*float_model_)[origin];
  const Bytes& found = (*evaluator_)[layer.tensor];
  if (!layer.float_model) layer.float_model.emplace();
  if (real)
    add_errors(*layer.float_model, case_, tensor.type, exact, found);
  else
    add_errors(*layer.float_model, case_, tensor.quantization.scale(), floats(exact),
               floats(real_values(tensor, found)));
}

void Verification::compare_evaluated(const GoldenCase& golden, const GoldenLayer& layer) {
  const auto id = static_cast<TensorId>(layer.tensor);
  const Tensor& tensor = model_.graph[id];
  if (tensor.constant || tensor.variable) return;
  ++outcome_.layers;
  if (const auto found = difference(tensor.type, layer.bytes, (*evaluator_)[id]))
    report(golden.name, fmt::format("layer \"{}\" of the evaluator", tensor.name), *found);
}

void Verification::compare_output(const GoldenCase& golden, std::size_t i, const Bytes& got) {
  const TensorId id = model_.graph.outputs[i];
  const Tensor& tensor = model_.graph[id];
  const auto compare = [&](const Bytes& expected, const Bytes& actual, std::string_view who,
                           const Tolerance& tolerance) {
    ++outcome_.outputs;
    if (const auto found = difference(tensor.type, expected, actual, tolerance))
      report(golden.name, fmt::format("output \"{}\" of {}", tensor.name, who), *found);
  };
  if (!golden.outputs.empty()) compare(golden.outputs[i], got, "the emitted code", golden_);
  if (!evaluator_) return;
  if (!golden.outputs.empty())
    compare(golden.outputs[i], (*evaluator_)[id], "the evaluator", golden_);
  if (golden.outputs.empty() || loose()) compare((*evaluator_)[id], got, "the emitted code", {});
}

/// Whether what agrees with the golden outputs may yet differ from the evaluator.
bool Verification::loose() const {
  return golden_.fraction > Tolerance{}.fraction || golden_.steps > Tolerance{}.steps;
}

}  // namespace smelt::tools
