// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m33 = {
    .name = "cortex-m33",
    .description = "Arm Cortex-M33 with DSP and FPU (nRF53, STM32U5, RP2350)",
    .features = {.dsp = true, .fpu = true},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m33", "-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"},
    .emulator = {"qemu-system-arm", "-M", "mps2-an505", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
