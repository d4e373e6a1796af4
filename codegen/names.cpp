// SPDX-License-Identifier: Apache-2.0
#include "codegen/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace smelt {
namespace {

/// C and C++ keywords, the emitted code's own names, and macros of Arduino and vendor headers.
constexpr std::string_view reserved[] = {
    "abs", "alignas", "alignof", "and", "and_eq", "arena", "asm", "at", "auto", "bit", "bitand",
    "bitor", "bool", "boolean", "break", "byte", "case", "catch", "char", "class", "compl",
    "concept", "const", "constexpr", "constrain", "continue", "decltype", "default", "degrees",
    "delete", "do", "double", "else", "enum", "explicit", "export", "extern", "false", "float",
    "for", "friend", "goto", "if", "inline", "int", "interrupts", "linux", "load", "long", "main",
    "max", "memcpy", "memset", "min", "model", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "null", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "radians", "register", "requires", "return", "round", "short", "signed", "sizeof", "smelt",
    "sq", "state", "static", "static_assert", "step", "struct", "switch", "template", "this",
    "throw", "true", "try", "typedef", "typeid", "typename", "union", "unix", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "weights", "while", "word", "xor", "xor_eq"};

bool is_reserved(std::string_view name) {
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved);
}

/// Parts of a scope path that name what is done rather than the layer it is done in.
constexpr std::string_view operations[] = {
    "add", "avgpool", "biasadd", "concat", "conv2d", "conv2d1", "depthwise", "fusedbatchnormv3",
    "matmul", "maxpool", "mean", "mul", "pad", "readvariableop", "relu", "relu6", "reshape",
    "resource", "separable_conv2d", "softmax", "squeeze", "tanh", "sigmoid", "transpose"};

bool is_operation(std::string_view part) {
  return std::find(std::begin(operations), std::end(operations), part) != std::end(operations);
}

std::string identifier(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      result += lower;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  constexpr std::size_t longest = 40;
  if (result.size() > longest) result.resize(longest);
  if (result.empty()) return "layer";
  return std::isdigit(static_cast<unsigned char>(result[0])) ? "n" + result : result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

}  // namespace

std::string short_name(std::string_view name) {
  const std::vector<std::string> path = split(split(name, ';').front(), '/');
  std::string candidate;
  for (auto part = path.rbegin(); part != path.rend(); ++part) {
    if (part->empty()) continue;
    candidate = identifier(*part);
    if (!is_operation(candidate)) break;
  }
  if (candidate.empty()) candidate = identifier(name);
  return is_reserved(candidate) ? candidate + "_layer" : candidate;
}

std::string comment_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool printable = c >= 0x20 && c < 0x7f;
    // A trailing backslash would swallow the next line, "??/" is one in disguise.
    if (printable && c != '\\' && c != '?')
      result += c;
    else
      result += fmt::format("<{:02x}>", static_cast<unsigned char>(c));
  }
  constexpr std::size_t longest = 80;
  if (result.size() > longest) result = result.substr(0, longest) + "...";
  return result;
}

bool is_identifier(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         !is_reserved(name) && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string Names::unique(std::string wish) {
  std::string name = wish;
  for (int number = 2; !taken_.insert(name).second; ++number)
    name = fmt::format("{}_{}", wish, number);
  return name;
}

const std::string& Names::layer(const std::string& name) {
  const auto found = layers_.find(name);
  if (found != layers_.end()) return found->second;
  return layers_[name] = unique(short_name(name));
}

}  // namespace smelt
