// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m85 = {
    .name = "cortex-m85",
    .description =
        "Arm Cortex-M85 with Helium (Renesas RA8); built as for the M55, whose code it runs",
    .features = {.dsp = true, .helium = true, .fpu = true},
    .coding_costs = {.plain_mac = 0.2, .mac = 2.5, .symbol = 14, .weight = 1},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m55", "-mfloat-abi=hard"},
    .emulator = {"qemu-system-arm", "-M", "mps3-an547", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
