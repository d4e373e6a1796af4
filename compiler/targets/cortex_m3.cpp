// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m3 = {
    .name = "cortex-m3",
    .description = "Arm Cortex-M3 (STM32F1, LPC17xx)",
    .block_pixels = 2,
    .coding_costs = {.plain_mac = 4.2, .mac = 4.6, .symbol = 13, .weight = 1},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m3"},
    .emulator = {"qemu-system-arm", "-M", "mps2-an385", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
