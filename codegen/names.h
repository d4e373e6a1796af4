// SPDX-License-Identifier: Apache-2.0
//
// Identifiers of the emitted code: taken from the model's own names, unique, never a reserved word
// or a macro that firmware frameworks define.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace smelt {

/// "model/conv_1/Relu;model/conv_1/Conv2D" -> "conv_1": the last scope that names a layer rather
/// than an operation, in lower case. Not unique; never empty.
std::string short_name(std::string_view name);

/// The text made harmless inside a // comment and readable: one line of printable ASCII.
std::string comment_text(std::string_view text);

/// True for a name that may be a C identifier prefix: [a-z][a-z0-9_]*, not reserved.
bool is_identifier(std::string_view name);

class Names {
 public:
  /// The identifier of a layer; the same for the same name.
  const std::string& layer(const std::string& name);
  /// A fresh identifier close to `wish`.
  std::string unique(std::string wish);

 private:
  std::map<std::string, std::string> layers_;
  std::set<std::string> taken_;
};

}  // namespace smelt
