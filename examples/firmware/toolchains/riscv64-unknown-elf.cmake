# SPDX-License-Identifier: Apache-2.0
#
# Cross compilers riscv64-unknown-elf-gcc and riscv64-unknown-elf-g++. Which core and memories they build for, the board says.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
set(CMAKE_ASM_COMPILER riscv64-unknown-elf-gcc)

# Programs cannot be linked before the board is known.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
