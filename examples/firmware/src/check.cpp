// SPDX-License-Identifier: Apache-2.0
//
// Runs a model on its golden vectors, on the device, and prints one line:
//
//   RESULT board=mps2-an386 rc=0 failed=0 stack=412 stack_reset=0 stack_run=412
//
// rc, also the exit code, is 0 if every output is right, 1 if not, 2 if the stack was too small.
// Three kinds of calls are counted, in this order: one of an empty function, which shows what the
// call itself takes; reset; every run. The last is a second run of the first golden vector.
//
// The runs are those in NAME_golden.cpp, of inputs put in place there: the linker, by
// --wrap=NAME_run, has them come here first.
#include "board.h"
#include "probe.h"
#include "the_model.h"

#define WRAPPED_RUN MODEL_JOIN(__wrap_, MODEL_(run))
#define REAL_RUN MODEL_JOIN(__real_, MODEL_(run))

using Model = MODEL_(model);

/// Of a model that takes its input row by row, run has a second parameter; others leave it alone.
using Input = const void;

extern "C" {
int32_t MODEL_(golden_case)(Model* model, int32_t index);
int32_t MODEL_(golden_check)(Model* model);
decltype(MODEL_(run)) REAL_RUN;
void WRAPPED_RUN(Model* model, Input* input);
}

namespace {

enum { right = 0, wrong = 1, stack_too_small = 2 };

Model model;
uint32_t stack_run;

void nothing(Model*) {}
void reset(Model* m) {
  MODEL_(reset)(m);
}

uint32_t stack_of(void (*run)(Model*), Model* m, Input*) {
  return probe::stack_of(run, m);
}

template <typename T>
uint32_t stack_of(void (*run)(Model*, const T*), Model* m, Input* input) {
  static void (*pushing)(Model*, const T*);
  static const T* pushed;
  struct Push {
    static void all(Model* to) { pushing(to, pushed); }
  };
  pushing = run;
  pushed = static_cast<const T*>(input);
  return probe::stack_of(Push::all, m);
}

void print_field(const char* name, uint32_t value) {
  board_print(name);
  print_decimal(value);
}

int report(uint32_t failed, uint32_t stack_reset) {
  const uint32_t stack = stack_run > stack_reset ? stack_run : stack_reset;
  const int rc = stack == probe::overflow ? stack_too_small : failed ? wrong : right;
  board_print("RESULT board=" MODEL_QUOTE(BOARD));
  print_field(" rc=", static_cast<uint32_t>(rc));
  print_field(" failed=", failed);
  print_field(" stack=", stack);
  print_field(" stack_reset=", stack_reset);
  print_field(" stack_run=", stack_run);
  board_print("\n");
  return rc;
}

}  // namespace

void WRAPPED_RUN(Model* m, Input* input) {
  const uint32_t stack = stack_of(REAL_RUN, m, input);
  if (stack > stack_run) stack_run = stack;
}

int main() {
  probe::stack_of(nothing, &model);
  const uint32_t stack_reset = probe::stack_of(reset, &model);
  const int32_t failed = MODEL_(golden_check)(&model);
  const bool again = MODEL_(golden_case)(&model, 0) < 0;
  return report(static_cast<uint32_t>(failed) + (again ? 0 : 1), stack_reset);
}
