// SPDX-License-Identifier: Apache-2.0
//
// The functions of the C library that float kernels call: expf, tanhf. Integer kernels call none.
#ifndef SMELT_LIBC_H
#define SMELT_LIBC_H

#include <math.h>

#endif
