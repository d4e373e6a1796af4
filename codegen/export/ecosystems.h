// SPDX-License-Identifier: Apache-2.0
//
// One function per ecosystem, listed in exports.cpp; the rules of its metadata stand in its file.
#pragma once

#include "codegen/export/exports.h"

namespace smelt {

std::vector<OutputFile> export_arduino(const Library& library);
std::vector<OutputFile> export_zephyr(const Library& library);
std::vector<OutputFile> export_platformio(const Library& library);
std::vector<OutputFile> export_esp_idf(const Library& library);
std::vector<OutputFile> export_cmsis_pack(const Library& library);

}  // namespace smelt
