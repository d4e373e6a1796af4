// SPDX-License-Identifier: Apache-2.0
#include "tools/price/chips.h"

#include <algorithm>
#include <array>

namespace smelt::tools {
namespace {

constexpr std::int64_t kilobyte = 1024;
constexpr std::int64_t megabyte = 1024 * kilobyte;

// Power is microamperes by volts, written out as the source has them; microamperes at some clock
// are divided by it. A figure that no source confirmed is left out, which is 0: not known.
constexpr auto chips = std::to_array<Chip>({
    {.name = "atmega328p",
     .boards = "Arduino Uno, Arduino Nano",
     .target = "atmega328p",
     .mhz = 20,
     .flash_bytes = 32 * kilobyte,
     .ram_bytes = 2 * kilobyte,
     .run_uw_per_mhz = 200 * 1.8,
     .sleep_uw = 0.75 * 1.8,
     .source = "Atmel-8271J, features: 0.2 mA at 1 MHz and 1.8 V; power-save with 32 kHz RTC; 20 "
               "MHz need 4.5 V, Arduino boards run at 16 MHz and 5 V, where it takes more"},
    {.name = "atmega2560",
     .boards = "Arduino Mega 2560",
     .target = "atmega2560",
     .mhz = 16,
     .flash_bytes = 256 * kilobyte,
     .ram_bytes = 8 * kilobyte,
     .run_uw_per_mhz = 500 * 1.8,
     .source = "ATmega640/1280/2560 data sheet 2549, features: 500 uA at 1 MHz and 1.8 V (V "
               "version); Arduino boards run at 5 V, where it takes more; no sleep figure with RTC "
               "there"},

    {.name = "stm32l053",
     .boards = "NUCLEO-L053R8",
     .target = "cortex-m0plus",
     .mhz = 32,
     .flash_bytes = 64 * kilobyte,
     .ram_bytes = 8 * kilobyte,
     .run_uw_per_mhz = 88 * 3.0,
     .sleep_uw = 0.8 * 3.0,
     .source =
         "STM32L053x6/8 features, as RT-Thread's board page quotes them: 88 uA/MHz, stop with "
         "RTC and 8 KB; STM32L0 sheets have typical values at 3.0 V and Dhrystone-like code; "
         "LDO; an early sheet has 139 uA/MHz at 32 MHz"},
    {.name = "nrf51822",
     .boards = "micro:bit v1 (16 KB of RAM), nRF51 DK",
     .target = "cortex-m0plus",
     .mhz = 16,
     .flash_bytes = 256 * kilobyte,
     .ram_bytes = 32 * kilobyte,
     .source = "memories of nRF51822-QFAC; a Cortex-M0; power not confirmed"},
    {.name = "atsamd21g18",
     .boards = "Arduino Zero, Arduino MKR, Feather M0",
     .target = "cortex-m0plus",
     .mhz = 48,
     .flash_bytes = 256 * kilobyte,
     .ram_bytes = 32 * kilobyte,
     .run_uw_per_mhz = 3370 / 48.0 * 3.3,
     .source =
         "SAM D21/DA1 data sheet online (onlinedocs.microchip.com), 37.7: while(1) from flash, "
         "3.37 mA at 48 MHz and 3.3 V; LDO; other code takes more; sleep not confirmed"},
    {.name = "stm32g071",
     .boards = "NUCLEO-G071RB",
     .target = "cortex-m0plus",
     .mhz = 64,
     .flash_bytes = 128 * kilobyte,
     .ram_bytes = 36 * kilobyte,
     .source = "STM32G071x8/xB features, as RT-Thread's board page quotes them; power not "
               "confirmed"},
    {.name = "rp2040",
     .boards = "Raspberry Pi Pico",
     .target = "cortex-m0plus",
     .mhz = 133,
     .flash_bytes = 2 * megabyte,  // external
     .ram_bytes = 264 * kilobyte,
     .sleep_uw = 390 * 3.3,
     .source =
         "RP2040 data sheet, table 637: sleep, 0.39 mA of the core, here by its LDO from 3.3 "
         "V; flash outside the chip, of Raspberry Pi Pico; power of computing is in a diagram "
         "only"},

    {.name = "stm32f103",
     .boards = "Blue Pill (64 KB of flash), NUCLEO-F103RB",
     .target = "cortex-m3",
     .mhz = 72,
     .flash_bytes = 128 * kilobyte,
     .ram_bytes = 20 * kilobyte,
     .run_uw_per_mhz = 27000 / 72.0 * 3.3,
     .sleep_uw = (14 + 1.4) * 3.3,
     .source =
         "STM32F103x8/xB data sheet DS5319, tables 17 and 16: 27 mA at 72 MHz from flash, stop "
         "with low-power regulator, RTC; 3.3 V; LDO"},
    {.name = "lpc1768",
     .boards = "mbed LPC1768",
     .target = "cortex-m3",
     .mhz = 100,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 32 * kilobyte,
     .source = "NXP's product page LPC1768FBD100: 512 KB, 64 KB in pieces of 32, 16 and 16; power "
               "not confirmed"},

    {.name = "nrf52832",
     .boards = "nRF52 DK, Bluefruit nRF52 Feather",
     .target = "cortex-m4",
     .mhz = 64,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 64 * kilobyte,
     .run_uw_per_mhz = 58 * 3.0,
     .sleep_uw = (1.9 + 1.5 - 1.2) * 3.0,
     .source = "nRF52832 product specification 1.4, features, quoted by BlueMicro: 58 uA/MHz from "
               "flash; 1.1, current of system on: RTC, and RAM kept less not kept; 3 V; DC/DC"},
    {.name = "stm32l476",
     .boards = "NUCLEO-L476RG, 32L476GDISCOVERY",
     .target = "cortex-m4",
     .mhz = 80,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 96 * kilobyte,
     .run_uw_per_mhz = 100 * 3.0,
     .sleep_uw = 1.4 * 3.0,
     .source =
         "STM32L476xx features, as RT-Thread's board page quotes them: 100 uA/MHz (LDO; ST says "
         "120 at 80 MHz), stop 2 with RTC; STM32L4 sheets have typical values at 3.0 V; "
         "another 32 KB of RAM lie elsewhere"},
    {.name = "stm32f407",
     .boards = "STM32F4DISCOVERY",
     .target = "cortex-m4",
     .mhz = 168,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 128 * kilobyte,
     .run_uw_per_mhz = 238 * 3.3,
     .sleep_uw = (280 + 0.96) * 3.3,
     .source = "ST's product page STM32F407/417: 238 uA/MHz at 168 MHz from flash; DS8626 rev 12, "
               "tables 23 and 25: stop with low-power regulator, RTC; 3.3 V; LDO; another 64 KB of "
               "RAM lie elsewhere"},
    {.name = "stm32f446",
     .boards = "NUCLEO-F446RE",
     .target = "cortex-m4",
     .mhz = 180,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 128 * kilobyte,
     .source = "memories as in Zephyr's stm32f446Xe.dtsi; power not confirmed"},
    {.name = "stm32g474",
     .boards = "NUCLEO-G474RE",
     .target = "cortex-m4",
     .mhz = 170,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 128 * kilobyte,
     .run_uw_per_mhz = 29500 / 170.0 * 3.0,
     .source = "DS12288 rev 6, table 21: 29.5 mA at 170 MHz from flash in a single bank, cache on; "
               "STM32G4 sheets have typical values at 3.0 V; LDO; sleep not confirmed"},
    {.name = "atsamd51j19",
     .boards = "Feather M4, Metro M4",
     .target = "cortex-m4",
     .mhz = 120,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 192 * kilobyte,
     .run_uw_per_mhz = 65 * 3.3,
     .source =
         "SAM D5x/E5x data sheet online (onlinedocs.microchip.com), 55.2: CoreMark from flash "
         "at 120 MHz, 65 uA/MHz at 3.3 V by the buck converter (137 by LDO); sleep not "
         "confirmed"},
    {.name = "nrf52840",
     .boards = "nRF52840 DK, Arduino Nano 33 BLE",
     .target = "cortex-m4",
     .mhz = 64,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 256 * kilobyte,
     .run_uw_per_mhz = 3300 / 64.0 * 3.0,
     .sleep_uw = 3.16 * 3.0,
     .source = "nRF52840 product specification 1.11, ICPU0 and ION_RAMON_RTC: CoreMark from flash "
               "3.3 mA, RTC and 256 KB kept; 3 V; DC/DC"},
    {.name = "apollo3",
     .boards = "SparkFun RedBoard Artemis",
     .target = "cortex-m4",
     .mhz = 96,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 384 * kilobyte,
     .run_uw_per_mhz = 6 * 3.3,
     .source =
         "Apollo3 Blue data sheet, features, quoted by its users: 6 uA/MHz from flash or RAM "
         "at 3.3 V, by the buck converter; 96 MHz in bursts, else 48; sleep is 1 uA there, of "
         "how much RAM it does not say"},
    {.name = "stm32l4r5",
     .boards = "NUCLEO-L4R5ZI",
     .target = "cortex-m4",
     .mhz = 120,
     .flash_bytes = 2 * megabyte,
     .ram_bytes = 640 * kilobyte,
     .run_uw_per_mhz = 110 * 3.0,
     .source =
         "STM32L4R5 data sheet DS12023, features: 110 uA/MHz in run mode, LDO, at the 3.0 V of "
         "typical values; by SMPS 43 uA/MHz at 3.3 V; sleep not confirmed"},

    {.name = "stm32f746",
     .boards = "32F746GDISCOVERY, NUCLEO-F746ZG",
     .target = "cortex-m7",
     .mhz = 216,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 320 * kilobyte,
     .source = "memories as in Zephyr's stm32f746Xg.dtsi; power not confirmed"},
    {.name = "stm32f767",
     .boards = "NUCLEO-F767ZI",
     .target = "cortex-m7",
     .mhz = 216,
     .flash_bytes = 2 * megabyte,
     .ram_bytes = 512 * kilobyte,
     .source = "STM32F76x features, as board pages quote them; power not confirmed"},
    {.name = "stm32h743",
     .boards = "NUCLEO-H743ZI",
     .target = "cortex-m7",
     .mhz = 480,
     .flash_bytes = 2 * megabyte,
     .ram_bytes = 512 * kilobyte,
     .run_uw_per_mhz = 110000 / 480.0 * 3.3,
     .sleep_uw = (1270 + 2.32) * 3.3,
     .source =
         "DS12110 rev 10, chips of rev V, table 130: CoreMark from flash, cache on, 110 mA at "
         "480 MHz; tables 133 and 40: stop, SVOS5, RTC; 3.3 V; LDO; another 512 KB of RAM lie "
         "elsewhere"},
    {.name = "imxrt1062",
     .boards = "Teensy 4.0, Teensy 4.1 (8 MB of flash)",
     .target = "cortex-m7",
     .mhz = 600,
     .flash_bytes = 2 * megabyte,  // external
     .ram_bytes = 512 * kilobyte,
     .source =
         "IMXRT1060CEC rev 4, 1: 512 KB for TCM and another 512 KB; flash outside the chip, of "
         "Teensy 4.0; power not confirmed"},

    {.name = "stm32l552",
     .boards = "NUCLEO-L552ZE-Q",
     .target = "cortex-m33",
     .mhz = 110,
     .flash_bytes = 512 * kilobyte,
     .ram_bytes = 256 * kilobyte,
     .source =
         "STM32L552xx features, as RT-Thread's and Zephyr's board pages quote them; power not "
         "confirmed: 62 uA/MHz are without voltage and regulator there"},
    {.name = "nrf5340",
     .boards = "nRF5340 DK, Thingy:53",
     .target = "cortex-m33",
     .mhz = 128,
     .flash_bytes = 1024 * kilobyte,
     .ram_bytes = 512 * kilobyte,
     .run_uw_per_mhz = 3300 / 64.0 * 3.0,
     .source =
         "nRF5340 product specification, IAPPCPU5, quoted by its users: CoreMark 3.3 mA at 64 "
         "MHz, application core; 3 V; DC/DC; at 128 MHz not confirmed; sleep is of 8 KB there"},
    {.name = "rp2350",
     .boards = "Raspberry Pi Pico 2",
     .target = "cortex-m33",
     .mhz = 150,
     .flash_bytes = 4 * megabyte,  // external
     .ram_bytes = 520 * kilobyte,
     .source =
         "Raspberry Pi's Pico 2, as Zephyr's board page describes it: flash outside the chip; "
         "power not confirmed"},
    {.name = "stm32u585",
     .boards = "B-U585I-IOT02A",
     .target = "cortex-m33",
     .mhz = 160,
     .flash_bytes = 2 * megabyte,
     .ram_bytes = 768 * kilobyte,
     .run_uw_per_mhz = 19.5 * 3.3,
     .sleep_uw = (3.65 + 2.35 - 1.80) * 3.3,
     .source =
         "STM32U585xx data sheet DS13086, features: 19.5 uA/MHz at 3.3 V; table 65: stop 3 with "
         "all RAM, RTC by LSE less none, at 3.3 V; SMPS; another 16 KB of RAM lie elsewhere"},

    {.name = "stm32n657",
     .boards = "NUCLEO-N657X0-Q, STM32N6570-DK",
     .target = "cortex-m55",
     .mhz = 800,
     .flash_bytes = 64 * megabyte,  // external
     .ram_bytes = 4 * megabyte,
     .source =
         "ST's text, as Zephyr's page of STM32N6570-DK quotes it: 4.2 Mbytes in one piece; flash "
         "outside the chip, of NUCLEO-N657X0-Q; power not confirmed"},

    {.name = "ra8m1",
     .boards = "EK-RA8M1",
     .target = "cortex-m85",
     .mhz = 480,
     .flash_bytes = 2 * megabyte,
     .ram_bytes = 896 * kilobyte,
     .source =
         "Zephyr's page of EK-RA8M1: 480 MHz; neither power nor the memories (of R7FA8M1AH) are "
         "confirmed"},

    {.name = "gd32vf103",
     .boards = "Sipeed Longan Nano",
     .target = "rv32imc",
     .mhz = 108,
     .flash_bytes = 128 * kilobyte,
     .ram_bytes = 32 * kilobyte,
     .source = "PlatformIO's page of GD32VF103CBT6; an RV32IMAC; power not confirmed"},
    {.name = "esp32c3",
     .boards = "ESP32-C3-DevKitM-1",
     .target = "rv32imc",
     .mhz = 160,
     .flash_bytes = 4 * megabyte,  // in the package
     .ram_bytes = 384 * kilobyte,
     .run_uw_per_mhz = 23000 / 160.0 * 3.3,
     .sleep_uw = 130 * 3.3,
     .source =
         "ESP32-C3 series data sheet, tables 5-8 and 5-9, quoted by its users: CPU runs, radio "
         "off, 23 mA at 160 MHz, "
         "and more while it reads flash; light-sleep; 3.3 V; 4 MB of flash are in the package "
         "of ESP32-C3FH4; 16 KB of the 400 KB of RAM are cache"},
    {.name = "esp32c6",
     .boards = "ESP32-C6-DevKitC-1, Feather ESP32-C6",
     .target = "rv32imc",
     .mhz = 160,
     .flash_bytes = 4 * megabyte,  // in the package
     .ram_bytes = 512 * kilobyte,
     .run_uw_per_mhz = 27000 / 160.0 * 3.3,
     .sleep_uw = 180 * 3.3,
     .source =
         "ESP32-C6-WROOM-1 data sheet 1.4, tables 6-7 and 6-8: CPU runs, radio off, 27 mA at 160 "
         "MHz, and more while it reads flash; light-sleep; 3.3 V; 4 MB of flash are in the "
         "package of ESP32-C6FH4; an RV32IMAC"},
});

}  // namespace

std::span<const Chip> all_chips() {
  return chips;
}

const Chip* find_chip(std::string_view name) {
  const auto found = std::ranges::find(chips, name, &Chip::name);
  return found == chips.end() ? nullptr : &*found;
}

}  // namespace smelt::tools
