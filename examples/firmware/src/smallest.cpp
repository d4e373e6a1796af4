// SPDX-License-Identifier: Apache-2.0
//
// The smallest program that runs a model; without MODEL, one that runs none. The difference between
// the two is what the model takes, with all that it pulls in from the C library and the compiler's.
#ifdef MODEL
#include "the_model.h"

namespace {
MODEL_(model) model;
}

int main() {
  MODEL_(reset)(&model);
  MODEL_(run)(&model);
  return 0;
}
#else
int main() {
  return 0;
}
#endif
