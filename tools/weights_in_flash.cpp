// SPDX-License-Identifier: Apache-2.0
#include "tools/weights_in_flash.h"

#include <nlohmann/json.hpp>

namespace smelt::tools {
namespace {

WeightsInFlash coded(const Step& step) {
  return {step.layer, step.coding->coding, step.coding->stream_bytes, step.coding->table_bytes,
          step.coding->entropy_bits};
}

}  // namespace

std::vector<WeightsInFlash> weights_in_flash(const Program& program) {
  std::map<std::string, std::int64_t> plain;
  for (const Constant& constant : program.constants)
    if (constant.suffix == "weights")
      plain[constant.layer] += static_cast<std::int64_t>(constant.bytes.size());
  std::vector<WeightsInFlash> layers;
  for (const Step& step : program.steps) {
    const auto found = plain.find(step.layer);
    if (found == plain.end()) continue;
    layers.push_back(step.coding ? coded(step)
                                 : WeightsInFlash{step.layer, Coding::plain, found->second});
    // A layer can be several steps.
    plain.erase(found);
  }
  return layers;
}

WeightsInFlash sum_of(const std::vector<WeightsInFlash>& layers) {
  WeightsInFlash sum;
  for (const WeightsInFlash& layer : layers) {
    sum.stream_bytes += layer.stream_bytes;
    sum.table_bytes += layer.table_bytes;
    sum.entropy_bits += layer.entropy_bits;
  }
  return sum;
}

nlohmann::json to_json(const std::vector<WeightsInFlash>& layers) {
  nlohmann::json json = nlohmann::json::array();
  for (const WeightsInFlash& layer : layers) {
    json.push_back({{"name", layer.layer},
                    {"coding", to_string(layer.coding)},
                    {"stream_bytes", layer.stream_bytes},
                    {"table_bytes", layer.table_bytes}});
    if (layer.coding != Coding::plain) json.back()["entropy_bits"] = layer.entropy_bits;
  }
  return json;
}

}  // namespace smelt::tools
