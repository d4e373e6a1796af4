// SPDX-License-Identifier: Apache-2.0
//
// Writes pages that no model file leads to, for a browser to read: write_pages FOLDER
#include <fstream>

#include "tests/page/pages.h"
#include "tests/support/hostile.h"

int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const std::string folder = argv[1];
  std::ofstream(folder + "/hostile.html") << smelt::test::page_of(smelt::test::hostile_graph());
  std::ofstream(folder + "/deep.html") << smelt::test::page_of(smelt::test::deep_graph(120));
}
