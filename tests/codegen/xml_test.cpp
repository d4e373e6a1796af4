// SPDX-License-Identifier: Apache-2.0
#include "codegen/xml.h"

#include <catch2/catch.hpp>

using namespace smelt;

namespace {

const std::string unknown = "\xef\xbf\xbd", ellipsis = "\xe2\x80\xa6";

}  // namespace

TEST_CASE("text becomes fit for XML") {
  CHECK(xml_escaped("a<b>&\"'\nc") == "a&lt;b&gt;&amp;&quot;'\nc");
  CHECK(xml_escaped("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(xml_escaped(std::string("a\0b\x1b\x7f", 5)) == "a" + unknown + "b" + unknown + unknown);
}

TEST_CASE("bytes that are no characters are replaced one by one") {
  const std::string bad = GENERATE("\x80", "\xc0", "\xc1", "\xf5", "\xff", "\xc3", "\xe2",
                                   "\xf0");  // alone, or without more
  CHECK(xml_escaped(bad + "x") == unknown + "x");
  CHECK(xml_escaped("\xe0\x9f\xbf") == unknown + unknown + unknown);  // too long a form
  CHECK(xml_escaped("\xf0\x8f\xbf\xbf") == unknown + unknown + unknown + unknown);
  CHECK(xml_escaped("\xed\xa0\x80") == unknown + unknown + unknown);                // half a pair
  CHECK(xml_escaped("\xf4\x90\x80\x80") == unknown + unknown + unknown + unknown);  // too large
  CHECK(xml_escaped("\xef\xbf\xbe") == unknown + unknown + unknown);                // not in XML
  CHECK(xml_escaped("\xee\x80\x80\xf4\x8f\xbf\xbd") == "\xee\x80\x80\xf4\x8f\xbf\xbd");
}

TEST_CASE("long texts keep their ends, in whole characters") {
  CHECK(abridged("abcdef", 6) == "abcdef");
  CHECK(abridged("abcdefghij", 7) == "ab" + ellipsis + "ghij");
  const std::string accents = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
  CHECK(abridged(accents, 4) == "\xc3\xa9" + ellipsis + "\xc3\xa9\xc3\xa9");
  CHECK(abridged("", 3).empty());
  CHECK(abridged("abc", 1) == ellipsis);
}
