// SPDX-License-Identifier: Apache-2.0
//
// Checksums of layers, and the lines that boards write of them.
#include "smelt/crc32.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "smelt/crc_log.h"

namespace {

std::uint32_t crc_of(const std::string& text, std::uint32_t before = 0) {
  return smelt_crc32(before, text.data(), text.size());
}

std::string written;
void put(char character) {
  written += character;
}

}  // namespace

TEST_CASE("CRC-32 is the one of Ethernet and zip") {
  CHECK(crc_of("") == 0);
  CHECK(crc_of("123456789") == 0xcbf43926U);
  CHECK(crc_of("The quick brown fox jumps over the lazy dog") == 0x414fa339U);
  CHECK(crc_of(std::string(32, '\0')) == 0x190a55adU);
  CHECK(crc_of(std::string(32, '\xff')) == 0xff6cab0bU);
}

TEST_CASE("CRC-32 goes on where it was") {
  const std::string text = "any text that comes in pieces";
  for (std::size_t cut = 0; cut <= text.size(); ++cut)
    CHECK(crc_of(text.substr(cut), crc_of(text.substr(0, cut))) == crc_of(text));
}

TEST_CASE("a line is written for each layer, once all its pieces are there") {
  std::vector<std::int32_t> pieces(1235, 1);
  pieces[0] = 0;
  pieces[10] = 2;
  std::vector<smelt_crc_layer> layers(1235);
  smelt_crc_log log = {"kws", 1234, pieces.data(), layers.data(), nullptr};
  const auto add = [&](std::int32_t step, const char* text) {
    written.clear();
    smelt_crc_add(&log, step, text, std::strlen(text));
    return written;
  };
  CHECK(add(1, "123456789") == "");  // not started
  smelt_crc_start(&log, put);
  CHECK(add(1, "123456789") == "smelt kws 1 cbf43926\n");
  CHECK(add(1, "123456789") == "smelt kws 1 cbf43926\n");
  CHECK(add(0, "123456789") == "");  // nothing that could be told from garbage
  CHECK(add(1233, "") == "smelt kws 1233 00000000\n");
  CHECK(add(1234, "123456789") == "smelt kws input cbf43926\n");
  CHECK(add(10, "12345") == "");
  CHECK(add(1, "") == "smelt kws 1 00000000\n");
  CHECK(add(10, "6789") == "smelt kws 10 cbf43926\n");
  CHECK(add(10, "12345") == "");
  smelt_crc_start(&log, put);  // forgets the half of step 10
  CHECK(add(10, "1234") == "");
  CHECK(add(10, "56789") == "smelt kws 10 cbf43926\n");
  smelt_crc_start(&log, nullptr);
  CHECK(add(1, "123456789") == "");
}
