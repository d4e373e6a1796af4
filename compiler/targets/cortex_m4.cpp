// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target cortex_m4 = {
    .name = "cortex-m4",
    .description = "Arm Cortex-M4F (STM32F4, nRF52, SAMD51)",
    .features = {.dsp = true, .fpu = true},
    .compiler = "arm-none-eabi-g++",
    .flags = {"-mthumb", "-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"},
    .emulator = {"qemu-system-arm", "-M", "mps2-an386", "-nographic", "-semihosting", "-kernel"},
};

}  // namespace smelt
