// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m0plus = {
    .name = "cortex-m0plus",
    .description = "Arm Cortex-M0+ and M0 (RP2040, STM32G0, nRF51): words must be aligned",
    .features = {.armv6m = true},
    .coding_costs = {.plain_mac = 6.3, .mac = 7.6, .symbol = 20, .weight = 2},
    .unaligned_words = false,
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m0plus"},
    .emulator = {"qemu-system-arm", "-M", "microbit", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
