// SPDX-License-Identifier: Apache-2.0
#include "tools/page/html.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "codegen/xml.h"

namespace smelt::tools {
namespace {

/// Elements that begin a line, so that the page can be read as text.
bool begins_line(std::string_view tag) {
  constexpr std::array<std::string_view, 13> tags = {"html",  "head",    "body", "header", "nav",
                                                     "main",  "section", "h2",   "h3",     "figure",
                                                     "table", "tr",      "ul"};
  return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace

void HtmlWriter::start(std::string_view tag, Attributes attributes) {
  if (begins_line(tag) && !text_.empty() && text_.back() != '\n') text_ += '\n';
  text_ += '<';
  text_ += tag;
  for (const auto& [name, value] : attributes) {
    if (value.empty()) continue;
    text_ += ' ';
    text_ += name;
    text_ += "=\"";
    text_ += xml_escaped(value);
    text_ += '"';
  }
}

HtmlWriter& HtmlWriter::open(std::string_view tag, Attributes attributes) {
  start(tag, attributes);
  text_ += '>';
  open_.emplace_back(tag);
  return *this;
}

HtmlWriter& HtmlWriter::close() {
  assert(!open_.empty() && "more elements are closed than opened");
  text_ += "</" + open_.back() + ">";
  open_.pop_back();
  return *this;
}

HtmlWriter& HtmlWriter::text(std::string_view text) {
  text_ += xml_escaped(text);
  return *this;
}

HtmlWriter& HtmlWriter::element(std::string_view tag, std::string_view text,
                                Attributes attributes) {
  return open(tag, attributes).text(text).close();
}

HtmlWriter& HtmlWriter::empty(std::string_view tag, Attributes attributes) {
  start(tag, attributes);
  text_ += "/>";
  return *this;
}

HtmlWriter& HtmlWriter::raw(std::string_view markup) {
  text_ += markup;
  return *this;
}

const std::string& HtmlWriter::finish() const {
  assert(open_.empty() && "all elements are closed");
  return text_;
}

}  // namespace smelt::tools
