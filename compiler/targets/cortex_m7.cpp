// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m7 = {
    .name = "cortex-m7",
    .description = "Arm Cortex-M7 (STM32F7 and H7, i.MX RT)",
    .features = {.dsp = true, .fpu = true},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16"},
    .emulator = {"qemu-system-arm", "-M", "mps2-an500", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
