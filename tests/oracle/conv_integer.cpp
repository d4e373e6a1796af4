// SPDX-License-Identifier: Apache-2.0
//
// ConvInteger, from ONNX's text.
#include "tensor.h"

namespace oracle {

Tensor conv_integer(const Tensor& input, const Tensor& weights, const Tensor* bias,
                    const ConvolutionOptions& options, int zero_point, const Tensor& like) {
  Tensor output = blank(like);
  const Index depth = at(weights.shape, 3);
  const Index groups = at(input.shape, 3) / depth;
  const Index outputs_of_group = at(weights.shape, 0) / groups;
  for (Index i = 0; i < count(output.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, output.shape);
    const Index first = place[3] / outputs_of_group * depth;
    Index sum = bias ? at(bias->q, place[3]) : 0;
    for (Index w = 0; w < count(weights.shape); ++w) {
      const std::vector<Index> tap = coordinates_of(w, weights.shape);
      if (tap[0] != place[3]) continue;
      const Index x =
          offset_of({place[0], place[1] * options.stride_h + tap[1] * options.dilation_h,
                     place[2] * options.stride_w + tap[2] * options.dilation_w, first + tap[3]},
                    input.shape);
      sum += (at(input.q, x) - zero_point) * at(weights.q, w);
    }
    require(clamp(sum, range_of(Type::s32)) == sum, "a sum of 32 bits");
    at(output.q, i) = sum;
  }
  return output;
}

}  // namespace oracle
