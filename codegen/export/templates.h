// SPDX-License-Identifier: Apache-2.0
//
// What the exports share: small texts with places to fill, and the files that all libraries have.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codegen/export/exports.h"

namespace smelt {

/// A place of a template and what goes there: {"SOURCES", "a.cpp b.cpp"} for @SOURCES@.
using Places = std::vector<std::pair<std::string_view, std::string>>;

/// The template with its places filled: @NAME@, @MACRO@, @VERSION@, @GENERATOR@, @ORIGIN@ and
/// @SIZES@ from the library, and those given. The first line break is left out.
std::string fill(std::string_view text, const Library& library, const Places& places = {});

/// The emitted files under `folder`, with LICENSE.txt in the root.
std::vector<OutputFile> library_files(const Library& library, const std::string& folder);

/// Paths of those sources that are compiled, under `folder`.
std::vector<std::string> compiled_files(const Library& library, const std::string& folder);

/// The name with `separator` for every run of underscores, none at its end.
std::string slug(std::string_view name, char separator);

}  // namespace smelt
