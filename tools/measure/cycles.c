// SPDX-License-Identifier: Apache-2.0
//
//   cycles MACHINE PROGRAM.elf COUNTS SECONDS [STEPS]
//
// Runs a program on an emulated AVR at 16 MHz, cycle by cycle. The file COUNTS gets a line with the
// number of cycles between every write of 1 to GPIOR0 and the next of 0. What UART 0 sends is
// printed. The program ends by sleeping with interrupts off, and leaves its exit code in GPIOR1.
// It is ended, as a failure, where it goes astray, or after that many seconds of its time.
//
// STEPS is as in icount.c; with it, the line goes on with the cycles of each step.
#include <inttypes.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FREQUENCY = 16000000, GPIOR0 = 0x3E, GPIOR1 = 0x4A };  // addresses in data space
enum { USAGE = 64, FAILED = 70, TIMEOUT = 124 };

enum { FLASH = 1 << 18, MAX_STEPS = 4096, NO_STEP = MAX_STEPS };

struct counter {
  FILE* out;
  avr_cycle_count_t begin;
  unsigned step_count;
  unsigned current;                      // step
  avr_cycle_count_t at_step;             // when it began
  avr_cycle_count_t of_step[MAX_STEPS];  // without those since
  unsigned short step_at[FLASH];
};

static void go_to_step(struct counter* counter, avr_cycle_count_t now, unsigned step) {
  counter->of_step[counter->current] += now - counter->at_step;
  counter->at_step = now;
  counter->current = step;
}

static void on_begin(struct counter* counter, avr_cycle_count_t now) {
  counter->begin = counter->at_step = now;
  memset(counter->of_step, 0, sizeof counter->of_step);
  if (counter->step_count) counter->current = counter->step_count - 1;
}

static void on_end(struct counter* counter, avr_cycle_count_t now) {
  go_to_step(counter, now, counter->current);
  fprintf(counter->out, "%" PRIu64, now - counter->begin);
  for (unsigned i = 0; i < counter->step_count; ++i)
    fprintf(counter->out, " %" PRIu64, counter->of_step[i]);
  fprintf(counter->out, "\n");
}

static void on_mark(avr_t* avr, avr_io_addr_t address, uint8_t value, void* data) {
  struct counter* counter = data;
  avr->data[address] = value;
  (value ? on_begin : on_end)(counter, avr->cycle);
}

static void on_sent(avr_irq_t* irq, uint32_t byte, void* data) {
  (void)irq, (void)data;
  putchar((int)byte);
}

static avr_t* load(const char* machine, const char* path) {
  elf_firmware_t firmware = {0};
  avr_t* avr = avr_make_mcu_by_name(machine);
  if (!avr || elf_read_firmware(path, &firmware) != 0) return NULL;
  avr_init(avr);
  firmware.frequency = FREQUENCY;
  avr_load_firmware(avr, &firmware);
  return avr;
}

static void connect(avr_t* avr, struct counter* counter) {
  avr_register_io_write(avr, GPIOR0, on_mark, counter);
  uint32_t flags = 0;  // the simulator does not print what is sent itself
  avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  avr_irq_t* sent = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT);
  avr_irq_register_notify(sent, on_sent, NULL);
}

static int read_steps(struct counter* counter, const char* path) {
  for (unsigned i = 0; i < FLASH; ++i) counter->step_at[i] = NO_STEP;
  if (!path) return 1;
  FILE* file = fopen(path, "r");
  if (!file || fscanf(file, "%u", &counter->step_count) != 1) return 0;
  unsigned address, step;
  while (fscanf(file, "%x %u", &address, &step) == 2) {
    if (address >= FLASH || step >= counter->step_count) return 0;
    counter->step_at[address] = (unsigned short)step;
  }
  fclose(file);
  return counter->step_count <= MAX_STEPS;
}

static int run(avr_t* avr, struct counter* counter, avr_cycle_count_t limit) {
  int state = cpu_Running;
  while (state != cpu_Done && state != cpu_Crashed) {
    const unsigned step = counter->step_at[avr->pc % FLASH];
    if (step != NO_STEP && step != counter->current) go_to_step(counter, avr->cycle, step);
    if (counter->step_count) avr->run_cycle_count = avr->run_cycle_limit = 1;  // one instruction
    state = avr_run(avr);
    if (avr->cycle > limit) return TIMEOUT;
  }
  return state == cpu_Done ? avr->data[GPIOR1] : FAILED;
}

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) return USAGE;
  static struct counter counter;
  counter.out = fopen(argv[3], "w");
  avr_t* avr = load(argv[1], argv[2]);
  if (!counter.out || !avr || !read_steps(&counter, argv[5])) return FAILED;
  connect(avr, &counter);
  const int code = run(avr, &counter, (avr_cycle_count_t)atoll(argv[4]) * FREQUENCY);
  fclose(counter.out);
  return code;
}
