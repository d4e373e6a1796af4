// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include "digits.h"

static digits_model model;

int main() {
  digits_run(&model);
  std::puts(digits_label(0));
}
