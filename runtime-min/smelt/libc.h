// SPDX-License-Identifier: Apache-2.0
//
// The functions of the C library that float kernels call: those that avr-libc has, too. Integer
// kernels call none.
#ifndef SMELT_LIBC_H
#define SMELT_LIBC_H

#include <math.h>

#endif
