// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target atmega2560 = {
    .name = "atmega2560",
    .description = "AVR ATmega2560 (Arduino Mega): 256 KB flash, 8 KB RAM",
    .features = {.avr = true},
    .coding_costs = {.plain_mac = 16, .mac = 60, .symbol = 200, .weight = 10},
    .pointer_bytes = 2,
    .max_alignment = 1,
    .flash_bytes = 256 * 1024,
    .ram_bytes = 8 * 1024,
    .separate_flash = true,
    .constant_reach = 64 * 1024,  // of LPM; ELPM would reach further
    .max_array_bytes = 32767,
    .compiler = "avr-g++",
    .flags = {"-mmcu=atmega2560"},
    .emulator = {"simavr", "-m", "atmega2560", "-f", "16000000"},
};

}  // namespace smelt
