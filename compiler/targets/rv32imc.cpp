// SPDX-License-Identifier: Apache-2.0
#include "compiler/targets/targets.h"

namespace smelt {

const Target rv32imc = {
    .name = "rv32imc",
    .description = "RISC-V, 32 bits, without FPU (ESP32-C3, CH32V)",
    .block_pixels = 4,
    .coding_costs = {.plain_mac = 3.3, .mac = 5.8, .symbol = 14, .weight = 1.5},
    .unaligned_words = false,
    .compiler = "riscv64-unknown-elf-g++",
    .flags = {"-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"},
    .emulator = {"qemu-system-riscv32", "-M", "virt", "-bios", "none", "-nographic", "-semihosting",
                 "-kernel"},
};

}  // namespace smelt
