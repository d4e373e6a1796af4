// SPDX-License-Identifier: Apache-2.0
//
// Writes HTML that is well-formed XML too: every element is closed, all text is escaped.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace smelt::tools {

/// Names and values. Those without a value are left out.
using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class HtmlWriter {
 public:
  HtmlWriter& open(std::string_view tag, Attributes attributes = {});
  /// The element that was opened last.
  HtmlWriter& close();
  HtmlWriter& text(std::string_view text);
  /// An element of text alone.
  HtmlWriter& element(std::string_view tag, std::string_view text, Attributes attributes = {});
  /// One that has nothing within: <meta/>.
  HtmlWriter& empty(std::string_view tag, Attributes attributes = {});
  /// Markup as it is: drawings, style.
  HtmlWriter& raw(std::string_view markup);

  /// When all elements have been closed.
  const std::string& finish() const;

 private:
  void start(std::string_view tag, Attributes attributes);

  std::string text_;
  std::vector<std::string> open_;
};

}  // namespace smelt::tools
