// SPDX-License-Identifier: Apache-2.0
//
// The smallest program that runs a model; without MODEL, one that runs none. The difference between
// the two is what the model takes, with all that it pulls in from the C library and the compiler's.
#ifdef MODEL
#include "the_model.h"

namespace {

using Model = MODEL_(model);

Model model;

void call(void (*run)(Model*)) {
  run(&model);
}

/// Of a model that takes its input row by row: from wherever it may be.
template <typename T>
void call(void (*run)(Model*, const T*)) {
  const T* volatile input = nullptr;
  run(&model, input);
}

}  // namespace

int main() {
  MODEL_(reset)(&model);
  call(MODEL_(run));
  return 0;
}
#else
int main() {
  return 0;
}
#endif
