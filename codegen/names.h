// SPDX-License-Identifier: Apache-2.0
//
// Identifiers of the emitted code: taken from the model's own names, unique, never a reserved word
// or a macro that compilers and firmware frameworks define.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace smelt {

/// "model/conv_1/Relu;model/conv_1/Conv2D" -> "conv_1": the last scope that names a layer rather
/// than an operation, in lower case. Not unique; never empty.
std::string short_name(std::string_view name);

/// The text made harmless inside a // comment and readable: one line of printable ASCII, cut if it
/// is longer than `longest`.
std::string comment_text(std::string_view text, std::size_t longest = 80);

/// At most `room` characters, at least 3; what is left out is nearer to the beginning, since names
/// of layers differ at their ends.
std::string shortened(std::string_view text, std::size_t room);

/// True for a name that may be the prefix of all emitted names: [a-z][a-z0-9_]*, at most 40, and
/// NAME.h hides no header of the C library.
bool is_prefix(std::string_view name);
/// A prefix close to the stem of the model file's name.
std::string prefix_for(std::string_view stem);

class Names {
 public:
  /// A fresh identifier close to `wish`.
  std::string unique(std::string wish);
  /// Keeps a name from being chosen.
  void reserve(std::string name) { taken_.insert(std::move(name)); }

 private:
  std::set<std::string> taken_;
  std::map<std::string, int> numbers_;  // by wish: the last that was tried
};

}  // namespace smelt
