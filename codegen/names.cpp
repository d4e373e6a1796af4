// SPDX-License-Identifier: Apache-2.0
#include "codegen/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace smelt {
namespace {

/// C and C++ keywords, the emitted code's own names, object-like macros and types of compilers and
/// firmware frameworks.
constexpr std::string_view reserved[] = {
    "alignas",  "alignof",   "and",      "and_eq",        "arena",    "asm",
    "at",       "auto",      "bitand",   "bitor",         "bool",     "boolean",
    "break",    "byte",      "case",     "catch",         "char",     "class",
    "compl",    "concept",   "const",    "constexpr",     "continue", "decltype",
    "default",  "delete",    "do",       "double",        "else",     "enum",
    "errno",    "explicit",  "export",   "extern",        "false",    "float",
    "for",      "friend",    "goto",     "i386",          "if",       "inline",
    "int",      "linux",     "long",     "main",          "mips",     "model",
    "mutable",  "namespace", "new",      "next",          "noexcept", "not",
    "not_eq",   "null",      "nullptr",  "operator",      "or",       "or_eq",
    "private",  "protected", "public",   "register",      "requires", "return",
    "run",      "run_step",  "short",    "signed",        "sizeof",   "smelt",
    "sparc",    "state",     "static",   "static_assert", "step",     "struct",
    "sun",      "switch",    "template", "this",          "throw",    "true",
    "try",      "typedef",   "typeid",   "typename",      "union",    "unix",
    "unsigned", "using",     "vax",      "virtual",       "void",     "volatile",
    "weights",  "while",     "word",     "xor",           "xor_eq"};

/// Headers of the C library and of smelt: a model of that name would hide them.
constexpr std::string_view headers[] = {
    "alloca",  "assert",   "complex",     "ctype",     "endian",  "errno",   "features",
    "fenv",    "float",    "inttypes",    "io",        "iso646",  "libio",   "limits",
    "locale",  "malloc",   "math",        "memory",    "newlib",  "setjmp",  "signal",
    "smelt",   "stdalign", "stdarg",      "stdatomic", "stdbool", "stddef",  "stdint",
    "stdio",   "stdlib",   "stdnoreturn", "string",    "strings", "syscall", "tgmath",
    "threads", "time",     "uchar",       "unistd",    "values",  "wchar",   "wctype"};

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

/// Types of the C library end in _t. Its functions and the function-like macros of firmware
/// frameworks do no harm: layers have a namespace of their own, and no parenthesis follows them.
bool is_reserved(std::string_view name) {
  return contains(reserved, name) || name.ends_with("_t");
}

/// Parts of a scope path that name what is done rather than the layer it is done in.
constexpr std::string_view operations[] = {"add",
                                           "avgpool",
                                           "biasadd",
                                           "concat",
                                           "conv2d",
                                           "conv2d1",
                                           "depthwise",
                                           "fusedbatchnormv3",
                                           "matmul",
                                           "maxpool",
                                           "mean",
                                           "mul",
                                           "pad",
                                           "readvariableop",
                                           "relu",
                                           "relu6",
                                           "reshape",
                                           "resource",
                                           "separable_conv2d",
                                           "softmax",
                                           "squeeze",
                                           "tanh",
                                           "sigmoid",
                                           "transpose"};

std::string identifier(std::string_view text, std::string_view otherwise) {
  std::string result;
  for (const char c : text) {
    const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      result += lower;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  constexpr std::size_t longest = 32;
  if (result.size() > longest) result.resize(longest);
  while (!result.empty() && result.back() == '_') result.pop_back();
  if (result.empty()) return std::string(otherwise);
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
    candidate = identifier(*part, "layer");
    if (!contains(operations, candidate)) break;
  }
  if (candidate.empty()) candidate = identifier(name, "layer");
  return is_reserved(candidate) ? candidate + "_layer" : candidate;
}

std::string comment_text(std::string_view text, std::size_t longest) {
  std::string result;
  for (const char c : text) {
    const bool printable = c >= 0x20 && c < 0x7f;
    // A trailing backslash would swallow the next line, "??/" is one in disguise.
    if (printable && c != '\\' && c != '?')
      result += c;
    else
      result += fmt::format("<{:02x}>", static_cast<unsigned char>(c));
  }
  if (result.size() > longest) result = result.substr(0, longest) + "...";
  return result;
}

std::string shortened(std::string_view text, std::size_t room) {
  if (text.size() <= room) return std::string(text);
  const std::size_t head = (room - 2) / 4;
  return fmt::format("{}..{}", text.substr(0, head), text.substr(text.size() + head + 2 - room));
}

bool is_prefix(std::string_view name) {
  return !name.empty() && name.size() <= 40 && name[0] >= 'a' && name[0] <= 'z' &&
         !contains(headers, name) && std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::string prefix_for(std::string_view stem) {
  const std::string name = identifier(stem, "model");
  return is_prefix(name) ? name : name + "_model";
}

std::string Names::unique(std::string wish) {
  std::string name = wish;
  int& number = numbers_.try_emplace(wish, 1).first->second;
  while (!taken_.insert(name).second) name = fmt::format("{}_{}", wish, ++number);
  return name;
}

}  // namespace smelt
