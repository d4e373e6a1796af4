// SPDX-License-Identifier: Apache-2.0
#include "compiler/ops/quantization_rules.h"

#include <algorithm>

namespace smelt {
namespace {

using Role = QuantizationRule::Role;

/// Walks over an image's window positions and appends their patches.
class Patching {
 public:
  Patching(const Shape& image, const Window& window, std::span<const float> input,
           std::int32_t first, std::int32_t channels)
      : image_(image), window_(window), input_(input), first_(first), channels_(channels) {}

  Patches run() {
    const Extent2 output = *output_extent(image_, window_);
    patches_.taps = std::int64_t{window_.kernel.height} * window_.kernel.width * channels_;
    patches_.rows = std::int64_t{image_[0]} * output.height * output.width;
    patches_.values.reserve(static_cast<std::size_t>(patches_.rows * patches_.taps));
    for (std::int32_t batch = 0; batch < image_[0]; ++batch)
      for (std::int32_t y = 0; y < output.height; ++y)
        for (std::int32_t x = 0; x < output.width; ++x) append(batch, y, x);
    return std::move(patches_);
  }

 private:
  void append(std::int32_t batch, std::int32_t y, std::int32_t x) {
    for (std::int32_t i = 0; i < window_.kernel.height; ++i)
      for (std::int32_t j = 0; j < window_.kernel.width; ++j)
        append_pixel(batch,
                     y * window_.stride.height - window_.pads.top + i * window_.dilation.height,
                     x * window_.stride.width - window_.pads.left + j * window_.dilation.width);
  }

  void append_pixel(std::int32_t batch, std::int32_t row, std::int32_t column) {
    std::vector<float>& values = patches_.values;
    if (row < 0 || row >= image_[1] || column < 0 || column >= image_[2]) {
      values.insert(values.end(), static_cast<std::size_t>(channels_), 0.0F);
      return;
    }
    const std::int64_t pixel = (std::int64_t{batch} * image_[1] + row) * image_[2] + column;
    const auto from = input_.begin() + (pixel * image_[3] + first_);
    values.insert(values.end(), from, from + channels_);
  }

  const Shape& image_;
  const Window& window_;
  std::span<const float> input_;
  std::int32_t first_, channels_;
  Patches patches_;
};

}  // namespace

const QuantizationRule rescaling = {.operands = {Role::activation}};
const QuantizationRule scale_keeping = {.operands = {Role::shared}};

Patches window_patches(const Shape& image, const Window& window, std::span<const float> input,
                       std::int32_t first, std::int32_t channels) {
  return Patching(image, window, input, first, channels).run();
}

}  // namespace smelt
