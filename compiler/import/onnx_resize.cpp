// SPDX-License-Identifier: Apache-2.0
//
// Resize and Upsample: tables of where each output comes from, by ONNX's coordinate transformations
// and interpolations (operator sets 7 to 17). Nearest neighbours are taken; linear and cubic
// interpolation goes dimension by dimension.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/import/onnx_operators.h"
#include "compiler/import/onnx_parts.h"
#include "compiler/ops/resample.h"

namespace smelt::onnx_import {
namespace {

/// Elements of a dimension that is resized.
constexpr double max_extent = 1 << 20;

struct Options {
  std::string mode, coordinates, nearest;
  float cubic_a = -0.75F;
  bool exclude_outside = false;
  float extrapolation = 0;
};

/// One dimension.
struct Axis {
  std::int32_t from = 0, to = 0;
  double scale = 1;
  double length = 0;  ///< scale * from: not rounded, where the scale was given
  double start = 0, end = 1;
};

/// Where output i lies in the input.
double coordinate(const Axis& axis, const std::string& mode, std::int32_t i) {
  const double last = axis.from - 1;
  const bool single = axis.length == 1;
  if (mode == "align_corners") return single ? 0 : i * last / (axis.length - 1);
  if (mode == "asymmetric") return i / axis.scale;
  if (mode == "tf_half_pixel_for_nn") return (i + 0.5) / axis.scale;
  if (mode == "pytorch_half_pixel" && single) return 0;
  if (mode == "tf_crop_and_resize")
    return single ? (axis.start + axis.end) / 2 * last
                  : axis.start * last + i * (axis.end - axis.start) * last / (axis.length - 1);
  return (i + 0.5) / axis.scale - 0.5;
}

bool is_outside(const Axis& axis, const Options& options, double at) {
  return options.coordinates == "tf_crop_and_resize" && (at < 0 || at > axis.from - 1);
}

/// The nearest place of the input; what is no number is place 0.
std::int32_t within(const Axis& axis, double at) {
  return at > 0 ? static_cast<std::int32_t>(std::min<double>(at, axis.from - 1)) : 0;
}

double rounded(const std::string& mode, double at) {
  if (mode == "floor") return std::floor(at);
  if (mode == "ceil") return std::ceil(at);
  return mode == "round_prefer_ceil" ? std::floor(at + 0.5) : std::ceil(at - 0.5);
}

/// Weights of the neighbours from floor(at) - 1 on; of the cubic, Keys' with parameter a.
std::vector<double> weights_of(const Options& options, double ratio) {
  if (options.mode == "linear") return {0, 1 - ratio, ratio, 0};
  const double a = double{options.cubic_a};
  const auto near = [&](double x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [&](double x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  return {far(ratio + 1), near(ratio), near(1 - ratio), far(2 - ratio)};
}

void add_taps(ops::ResampleAttributes& tables, const Axis& axis, const Options& options,
              double at) {
  const bool linear = options.mode == "linear";
  const double first = std::floor(at) - 1;
  std::vector<double> weights = weights_of(options, at - std::floor(at));
  const bool outside = is_outside(axis, options, at);
  double sum = 0;
  for (std::size_t tap = 0; tap < weights.size(); ++tap) {
    const double place = first + static_cast<double>(tap);
    const bool excluded = options.exclude_outside && (place < 0 || place > axis.from - 1);
    if (excluded || outside) weights[tap] = 0;
    sum += weights[tap];
  }
  if (options.exclude_outside && sum != 0)
    for (double& weight : weights) weight /= sum;
  const std::size_t begin = linear ? 1 : 0, end = linear ? 3 : 4;
  for (std::size_t tap = begin; tap < end; ++tap) {
    tables.places.push_back(within(axis, first + static_cast<double>(tap)));
    tables.weights.push_back(static_cast<float>(weights[tap]));
  }
  tables.bias.push_back(outside ? options.extrapolation : 0.0F);
}

TensorId interpolate(Operator& op, TensorId id, std::size_t dimension, const Axis& axis,
                     const Options& options) {
  ops::ResampleAttributes tables{.axis = static_cast<std::int32_t>(dimension), .size = axis.to};
  for (std::int32_t i = 0; i < axis.to; ++i)
    add_taps(tables, axis, options, coordinate(axis, options.coordinates, i));
  if (std::all_of(tables.bias.begin(), tables.bias.end(), [](float each) { return each == 0; }))
    tables.bias.clear();
  return op.apply(ops::resample, tables, {id});
}

/// Every output is the input of the same place.
bool keeps(const Axis& axis, const Options& options) {
  bool same = axis.from == axis.to;
  for (std::int32_t i = 0; same && i < axis.to; ++i)
    same = coordinate(axis, options.coordinates, i) == i;
  return same;
}

TensorId take_nearest(Operator& op, const std::vector<Axis>& axes, const Options& options) {
  Places places(axes.size());
  for (std::size_t d = 0; d < axes.size(); ++d) {
    for (std::int32_t i = 0; i < axes[d].to && !keeps(axes[d], options); ++i) {
      const double at = coordinate(axes[d], options.coordinates, i);
      if (is_outside(axes[d], options, at)) {
        op.error("takes nearest pixels outside of the image", "crop within the image");
        return no_tensor;
      }
      places[d].push_back(within(axes[d], rounded(options.nearest, at)));
    }
  }
  return take(op, op.inputs[0], places);
}

TensorId resized(Operator& op, const std::vector<Axis>& axes, const Options& options) {
  if (std::all_of(axes.begin(), axes.end(), [&](const Axis& each) { return keeps(each, options); }))
    return op.inputs[0];
  if (options.mode == "nearest") return take_nearest(op, axes, options);
  TensorId id = op.inputs[0];
  for (std::size_t d = 0; d < axes.size() && id != no_tensor; ++d)
    if (!keeps(axes[d], options)) id = interpolate(op, id, d, axes[d], options);
  return id;
}

bool good_extents(Operator& op, const std::vector<Axis>& axes) {
  for (const Axis& axis : axes)
    if (axis.from < 1 || axis.to < 1 || axis.from > max_extent || axis.to > max_extent) {
      op.error(fmt::format("resizes {} elements to {}", axis.from, axis.to),
               fmt::format("dimensions from 1 to {} are supported", max_extent));
      return false;
    }
  return true;
}

/// By scales; those of the dimensions `named`.
bool set_scales(Operator& op, std::vector<Axis>& axes, const std::vector<std::int32_t>& named,
                const std::vector<float>& scales) {
  if (scales.size() != named.size()) {
    op.error(fmt::format("has {} scales for {} dimensions", scales.size(), named.size()),
             damaged_file);
    return false;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    Axis& axis = axes[static_cast<std::size_t>(named[i])];
    axis.scale = double{scales[i]};
    axis.length = axis.scale * axis.from;
    if (!(axis.length >= 0 && axis.length <= max_extent)) {
      op.error(fmt::format("has the scale {}", scales[i]), "use a smaller image");
      return false;
    }
    axis.to = static_cast<std::int32_t>(std::floor(axis.length));
  }
  return good_extents(op, axes);
}

bool set_sizes(Operator& op, std::vector<Axis>& axes, const std::vector<std::int32_t>& named,
               const std::vector<std::int64_t>& sizes) {
  if (sizes.size() != named.size()) {
    op.error(fmt::format("has {} sizes for {} dimensions", sizes.size(), named.size()),
             damaged_file);
    return false;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    Axis& axis = axes[static_cast<std::size_t>(named[i])];
    axis.to = static_cast<std::int32_t>(std::clamp<std::int64_t>(sizes[i], 0, INT32_MAX));
    axis.length = axis.to;
    axis.scale = axis.from > 0 ? axis.length / axis.from : 1;
  }
  return good_extents(op, axes);
}

bool is_supported(Operator& op, std::string_view what, std::string_view value,
                  std::initializer_list<std::string_view> known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return true;
  op.error(fmt::format("{} \"{}\" is not supported", what, value),
           fmt::format("use {}", fmt::join(known, ", ")));
  return false;
}

std::vector<Axis> axes_of(const Shape& shape) {
  std::vector<Axis> axes;
  for (const std::int32_t extent : shape)
    axes.push_back({.from = extent, .to = extent, .length = static_cast<double>(extent)});
  return axes;
}

bool read_region(Operator& op, std::vector<Axis>& axes, const std::vector<std::int32_t>& named) {
  if (!op.has(1)) {
    op.error("lacks the region to crop", damaged_file);
    return false;
  }
  const auto region = op.constant_floats(1, "roi");
  if (!region) return false;
  if (region->size() != 2 * named.size()) {
    op.error(fmt::format("has a region of {} numbers", region->size()), damaged_file);
    return false;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    Axis& axis = axes[static_cast<std::size_t>(named[i])];
    axis.start = double{(*region)[i]};
    axis.end = double{(*region)[i + named.size()]};
  }
  return true;
}

/// Before version 11 there is no choice of coordinates.
void resize_old(Operator& op, const std::vector<float>& scales) {
  Options options{
      .mode = op.text("mode", "nearest"), .coordinates = "asymmetric", .nearest = "floor"};
  if (!is_supported(op, "mode", options.mode, {"nearest", "linear"})) return;
  std::vector<Axis> axes = axes_of(op.input(0).shape);
  std::vector<std::int32_t> all;
  for (std::size_t d = 0; d < axes.size(); ++d) all.push_back(static_cast<std::int32_t>(d));
  if (set_scales(op, axes, all, scales)) op.result(resized(op, axes, options));
}

std::optional<Options> read_options(Operator& op) {
  Options options{.mode = op.text("mode", "nearest"),
                  .coordinates = op.text("coordinate_transformation_mode", "half_pixel"),
                  .nearest = op.text("nearest_mode", "round_prefer_floor"),
                  .cubic_a = op.real("cubic_coeff_a", -0.75F),
                  .exclude_outside = op.integer("exclude_outside", 0) != 0,
                  .extrapolation = op.real("extrapolation_value", 0)};
  if (!is_supported(op, "mode", options.mode, {"nearest", "linear", "cubic"}) ||
      !is_supported(op, "coordinate transformation", options.coordinates,
                    {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                     "tf_half_pixel_for_nn", "tf_crop_and_resize"}) ||
      !is_supported(op, "rounding", options.nearest,
                    {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}))
    return std::nullopt;
  return options;
}

}  // namespace

void upsample(Operator& op) {
  if (!op.takes(op.version < 9 ? 1 : 2, 2)) return;
  const auto scales = op.has(1) ? op.constant_floats(1, "scales") : op.reals("scales");
  if (scales) resize_old(op, *scales);
}

void resize(Operator& op) {
  if (op.version < 11) return upsample(op);
  const auto options = read_options(op);
  if (!op.takes(1, 4) || !options) return;
  const std::size_t rank = op.input(0).shape.size();
  std::vector<std::int32_t> named;
  for (const std::int32_t stated : op.list("axes")) {
    const auto axis = op.axis(stated, rank);
    if (!axis) return;
    named.push_back(*axis);
  }
  if (named.empty())
    for (std::size_t d = 0; d < rank; ++d) named.push_back(static_cast<std::int32_t>(d));
  std::vector<Axis> axes = axes_of(op.input(0).shape);
  const bool by_size = op.has(3) && element_count(op.input(3).shape) > 0;
  if (!by_size && !op.has(2)) return op.error("has neither scales nor sizes", damaged_file);
  if (by_size) {
    const auto sizes = op.constant(3, "sizes");
    if (!sizes || !set_sizes(op, axes, named, *sizes)) return;
  } else {
    const auto scales = op.constant_floats(2, "scales");
    if (!scales || !set_scales(op, axes, named, *scales)) return;
  }
  if (options->coordinates == "tf_crop_and_resize" && !read_region(op, axes, named)) return;
  op.result(resized(op, axes, *options));
}

}  // namespace smelt::onnx_import
