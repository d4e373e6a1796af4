// SPDX-License-Identifier: Apache-2.0
//
// CRC-32 as Ethernet, zip and zlib have it, piece by piece. Freestanding C99 and C++14. Without a
// table: eight steps a byte, but a few dozen bytes of code and no RAM on any core.
#ifndef SMELT_CRC32_H
#define SMELT_CRC32_H

#include <stddef.h>
#include <stdint.h>

/// Of what gave `crc`, 0 for nothing, followed by these bytes.
static inline uint32_t smelt_crc32(uint32_t crc, const void *data, size_t bytes) {
  const unsigned char *at = (const unsigned char *)data;
  crc = ~crc;
  for (; bytes > 0; --bytes) {
    crc ^= *at++;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

#endif
