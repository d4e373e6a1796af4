// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m55 = {
    .name = "cortex-m55",
    .description = "Arm Cortex-M55 with Helium (Alif Ensemble)",
    .features = {.dsp = true, .helium = true, .fpu = true},
    .coding_costs = {.plain_mac = 0.2, .mac = 2.5, .symbol = 14, .weight = 1},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=hard"},
    .emulator = {"qemu-system-arm", "-M", "mps3-an547", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
