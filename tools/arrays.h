// SPDX-License-Identifier: Apache-2.0
//
// Arrays in NumPy's files: .npy, and .npz, which is a zip of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/diagnostics.h"
#include "compiler/graph/types.h"

namespace smelt::tools {

struct Array {
  std::string name;  ///< in the .npz; empty for .npy
  ElementType type = ElementType::f32;
  Shape shape;
  std::vector<std::uint8_t> bytes;  ///< little-endian, row-major
};

/// The arrays of a .npy or .npz file, in the file's order; float64 becomes float32. Reports what
/// cannot be read: other types, Fortran order, damaged headers.
std::optional<std::vector<Array>> read_arrays(const std::filesystem::path& path,
                                              Diagnostics& diagnostics);

/// The content of a .npy file; its name is not in it.
std::string npy_text(const Array& array);

}  // namespace smelt::tools
