// SPDX-License-Identifier: Apache-2.0
//
// Operators that find elements by index: ONNX's Gather, GatherElements, GatherND, ScatterElements,
// ScatterND, OneHot and TopK, and the elements at listed places. An index that is outside after
// counting negative ones from the end is the nearest that is inside.
#include <algorithm>

#include "tensor.h"

namespace oracle {
namespace {

Index resolved_index(Index index, Index extent) {
  if (index < 0) index += extent;
  return std::min(std::max<Index>(index, 0), extent - 1);
}

template <typename T>
std::vector<T> part(const std::vector<T>& all, Index begin, Index end) {
  return {all.begin() + begin, all.begin() + end};
}

std::vector<Index> joined(std::vector<Index> a, const std::vector<Index>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Puts an update where it belongs.
void combine(const Tensor& updates, Index from, Tensor& output, Index to, Scatter reduction) {
  if (reduction == Scatter::none) return copy_element(updates, from, output, to);
  if (is_float(output)) {
    const float a = at(output.f, to);
    const float b = at(updates.f, from);
    at(output.f, to) = reduction == Scatter::add ? a + b : a * b;
  } else {
    const auto a = static_cast<std::uint64_t>(at(output.q, to));
    const auto b = static_cast<std::uint64_t>(at(updates.q, from));
    at(output.q, to) = wrapped_to(output.type, reduction == Scatter::add ? a + b : a * b);
  }
}

/// Where the tuple of indices leads that stands at `place` (without the last dimension) in
/// `indices`, in a tensor of that shape: as many coordinates as batches and tuple have.
std::vector<Index> tuple_place(const Tensor& indices, const std::vector<Index>& place,
                               Index batch_dims, const std::vector<int>& shape) {
  std::vector<Index> result = part(place, 0, batch_dims);
  for (Index d = 0; d < indices.shape.back(); ++d) {
    const Index index = at(indices.q, offset_of(joined(place, {d}), indices.shape));
    result.push_back(resolved_index(index, at(shape, batch_dims + d)));
  }
  return result;
}

}  // namespace

Tensor take(const Tensor& input, const TakeOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, options.sizes);
    Index first = 0;
    for (Index d = 0; d < length(place); ++d) {
      at(place, d) = at(options.places, first + at(place, d));
      first += at(options.sizes, d);
    }
    copy_element(input, offset_of(place, input.shape), output, i);
  }
  return output;
}

Tensor trilu(const Tensor& input, const TriluOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, like.shape);
    const Index right = place.back() - at(place, length(place) - 2) - options.diagonal;
    if (options.upper ? right >= 0 : right <= 0) copy_element(input, i, output, i);
  }
  return output;
}

Tensor gather(const Tensor& input, const Tensor& indices, const IndexOptions& options,
              const Tensor& like) {
  Tensor output = blank(like);
  const Index axis = options.axis;
  const Index behind = axis + length(indices.shape);
  for (Index i = 0; i < count(like.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, like.shape);
    const Index index = at(indices.q, offset_of(part(place, axis, behind), indices.shape));
    const Index chosen = resolved_index(index, at(input.shape, axis));
    const std::vector<Index> from =
        joined(joined(part(place, 0, axis), {chosen}), part(place, behind, length(place)));
    copy_element(input, offset_of(from, input.shape), output, i);
  }
  return output;
}

Tensor gather_elements(const Tensor& input, const Tensor& indices, const IndexOptions& options,
                       const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, indices.shape);
    at(place, options.axis) = resolved_index(at(indices.q, i), at(input.shape, options.axis));
    copy_element(input, offset_of(place, input.shape), output, i);
  }
  return output;
}

Tensor gather_nd(const Tensor& input, const Tensor& indices, const IndexOptions& options,
                 const Tensor& like) {
  Tensor output = blank(like);
  const Index tuple_dims = length(indices.shape) - 1;
  for (Index i = 0; i < count(like.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, like.shape);
    const std::vector<Index> from =
        joined(tuple_place(indices, part(place, 0, tuple_dims), options.batch_dims, input.shape),
               part(place, tuple_dims, length(place)));
    copy_element(input, offset_of(from, input.shape), output, i);
  }
  return output;
}

Tensor scatter_elements(const Tensor& data, const Tensor& indices, const Tensor& updates,
                        const IndexOptions& options, Scatter reduction, const Tensor& like) {
  Tensor output = data;
  output.shape = like.shape;
  for (Index i = 0; i < count(indices.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, indices.shape);
    at(place, options.axis) = resolved_index(at(indices.q, i), at(data.shape, options.axis));
    combine(updates, i, output, offset_of(place, data.shape), reduction);
  }
  return output;
}

Tensor scatter_nd(const Tensor& data, const Tensor& indices, const Tensor& updates,
                  Scatter reduction, const Tensor& like) {
  Tensor output = data;
  output.shape = like.shape;
  const Index tuple_dims = length(indices.shape) - 1;
  for (Index i = 0; i < count(updates.shape); ++i) {
    const std::vector<Index> place = coordinates_of(i, updates.shape);
    const std::vector<Index> to =
        joined(tuple_place(indices, part(place, 0, tuple_dims), 0, data.shape),
               part(place, tuple_dims, length(place)));
    combine(updates, i, output, offset_of(to, data.shape), reduction);
  }
  return output;
}

Tensor one_hot(const Tensor& indices, const Tensor& values, const OneHotOptions& options,
               const Tensor& like) {
  Tensor output = blank(like);
  for (Index i = 0; i < count(like.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, like.shape);
    const Index own = at(place, options.axis);
    place.erase(place.begin() + options.axis);
    const Index index = at(indices.q, offset_of(place, indices.shape));
    const bool on = index == own || index == own - options.depth;
    copy_element(values, on ? 1 : 0, output, i);
  }
  return output;
}

Tensor top_k(const Tensor& input, const TopKOptions& options, const Tensor& like) {
  Tensor output = blank(like);
  const Index extent = at(input.shape, options.axis);
  for (Index i = 0; i < count(like.shape); ++i) {
    std::vector<Index> place = coordinates_of(i, like.shape);
    const Index rank = at(place, options.axis);
    const auto offset = [&](Index position) {
      at(place, options.axis) = position;
      return offset_of(place, input.shape);
    };
    std::vector<Index> positions;
    for (Index position = 0; position < extent; ++position) positions.push_back(position);
    std::stable_sort(positions.begin(), positions.end(), [&](Index a, Index b) {
      const Index x = offset(options.largest ? b : a);
      const Index y = offset(options.largest ? a : b);
      return is_float(input) ? at(input.f, x) < at(input.f, y) : at(input.q, x) < at(input.q, y);
    });
    at(output.q, i) = at(positions, rank);
  }
  return output;
}

}  // namespace oracle
