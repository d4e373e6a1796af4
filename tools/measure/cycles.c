// SPDX-License-Identifier: Apache-2.0
//
//   cycles MACHINE PROGRAM.elf COUNTS SECONDS
//
// Runs a program on an emulated AVR at 16 MHz, cycle by cycle. The file COUNTS gets a line with the
// number of cycles between every write of 1 to GPIOR0 and the next of 0. What UART 0 sends is
// printed. The program ends by sleeping with interrupts off, and leaves its exit code in GPIOR1.
// It is ended, as a failure, where it goes astray, or after that many seconds of its time.
#include <inttypes.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>
#include <stdio.h>
#include <stdlib.h>

enum { FREQUENCY = 16000000, GPIOR0 = 0x3E, GPIOR1 = 0x4A };  // addresses in data space
enum { USAGE = 64, FAILED = 70, TIMEOUT = 124 };

struct counter {
  FILE* out;
  avr_cycle_count_t begin;
};

static void on_mark(avr_t* avr, avr_io_addr_t address, uint8_t value, void* data) {
  struct counter* counter = data;
  avr->data[address] = value;
  if (value)
    counter->begin = avr->cycle;
  else
    fprintf(counter->out, "%" PRIu64 "\n", avr->cycle - counter->begin);
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

static int run(avr_t* avr, avr_cycle_count_t limit) {
  int state = cpu_Running;
  while (state != cpu_Done && state != cpu_Crashed) {
    state = avr_run(avr);
    if (avr->cycle > limit) return TIMEOUT;
  }
  return state == cpu_Done ? avr->data[GPIOR1] : FAILED;
}

int main(int argc, char** argv) {
  if (argc != 5) return USAGE;
  struct counter counter = {fopen(argv[3], "w"), 0};
  avr_t* avr = load(argv[1], argv[2]);
  if (!counter.out || !avr) return FAILED;
  connect(avr, &counter);
  const int code = run(avr, (avr_cycle_count_t)atoll(argv[4]) * FREQUENCY);
  fclose(counter.out);
  return code;
}
