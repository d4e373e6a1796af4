// SPDX-License-Identifier: Apache-2.0
#include "codegen/names.h"

#include <catch2/catch.hpp>

using namespace smelt;

TEST_CASE("a layer's name is the last scope that names a layer", "[names]") {
  CHECK(short_name("model/conv_1/Relu;model/conv_1/Conv2D") == "conv_1");
  CHECK(short_name("sequential/Dense_2/BiasAdd") == "dense_2");
  CHECK(short_name("StatefulPartitionedCall:0") == "statefulpartitionedcall_0");
  CHECK(short_name("a//b//") == "b");
  CHECK(short_name("relu/softmax") == "relu");
}

TEST_CASE("any name at all becomes an identifier", "[names]") {
  CHECK(short_name("") == "layer");
  CHECK(short_name("///;") == "layer");
  CHECK(short_name("*/ // \"\\\n?\?/") == "layer");
  CHECK(short_name("3x3") == "n3x3");
  CHECK(short_name("_a__b_") == "a_b");
  CHECK(short_name("\xc3\xa9t\xc3\xa9 1") == "t_1");
  CHECK(short_name(std::string(10000, 'x')) == std::string(32, 'x'));
  CHECK(short_name(std::string(31, 'x') + "_y") == std::string(31, 'x'));
}

TEST_CASE("keywords, types and object-like macros are kept clear of", "[names]") {
  for (const char* name : {"int", "class", "state", "arena", "word", "linux", "smelt", "weights"})
    CHECK(short_name(name) == std::string(name) + "_layer");
  CHECK(short_name("int8_t") == "int8_t_layer");
  CHECK(short_name("Round") == "round");
}

TEST_CASE("unique names are numbered from 2", "[names]") {
  Names names;
  names.reserve("kws_weights");
  CHECK(names.unique("conv") == "conv");
  CHECK(names.unique("conv_2") == "conv_2");
  CHECK(names.unique("conv") == "conv_3");
  CHECK(names.unique("conv") == "conv_4");
  CHECK(names.unique("kws_weights") == "kws_weights_2");
}

TEST_CASE("a prefix is an identifier and hides no header", "[names]") {
  for (const char* good : {"kws", "k", "a1_b", "model", "int"}) CHECK(is_prefix(good));
  for (const char* bad :
       {"", "Kws", "1a", "_a", "a-b", "a b", "string", "math", "smelt", "\xc3\xa9"})
    CHECK_FALSE(is_prefix(bad));
  CHECK(is_prefix(std::string(40, 'a')));
  CHECK_FALSE(is_prefix(std::string(41, 'a')));
  CHECK(prefix_for("KWS ref-model") == "kws_ref_model");
  CHECK(prefix_for("model") == "model");
  CHECK(prefix_for("string") == "string_model");
  CHECK(prefix_for("") == "model");
  CHECK(prefix_for("2") == "n2");
  CHECK(is_prefix(prefix_for(std::string(1000, '/'))));
}

TEST_CASE("comments hold one line of harmless text", "[names]") {
  CHECK(comment_text("a/b;c */ //") == "a/b;c */ //");
  CHECK(comment_text("a\\") == "a<5c>");
  CHECK(comment_text("?\?/") == "<3f><3f>/");
  CHECK(comment_text("a\nb\r\t") == "a<0a>b<0d><09>");
  CHECK(comment_text("\xc3\xa9") == "<c3><a9>");
  CHECK(comment_text(std::string(81, 'x')) == std::string(80, 'x') + "...");
  CHECK(comment_text(std::string(81, 'x'), 100) == std::string(81, 'x'));
}
