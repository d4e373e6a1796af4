// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target atmega328p = {
    .name = "atmega328p",
    .description = "AVR ATmega328P (Arduino Uno): 32 KB flash, 2 KB RAM",
    .features = {.avr = true},
    .coding_costs = {.plain_mac = 16, .mac = 60, .symbol = 200, .weight = 10},
    .pointer_bytes = 2,
    .max_alignment = 1,
    .flash_bytes = 32 * 1024,
    .ram_bytes = 2 * 1024,
    .separate_flash = true,
    .constant_reach = 64 * 1024,  // of LPM; ELPM would reach further
    .max_array_bytes = 32767,
    .compiler = "avr-g++",
    .flags = {"-mmcu=atmega328p"},
    .emulator = {"simavr", "-m", "atmega328p", "-f", "16000000"},
};

}  // namespace smelt
