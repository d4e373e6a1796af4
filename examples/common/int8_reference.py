# SPDX-License-Identifier: Apache-2.0
"""Runs an int8 model in NumPy with the integer arithmetic of TFLite Micro's reference kernels.

It shares no code with smelt, so its results can check smelt's, bit for bit. All numbers are int64,
which holds every product that occurs. Fixed-point numbers are named Qk: k integer bits, 31 - k
fraction bits.
"""

import math

import numpy as np

from windows import windows


def run_all(model, x):
    """`x` is int8, of any batch size. Returns the computed tensors by index."""
    values = {model.inputs[0]: np.asarray(x, np.int64)}
    for op in model.operators:
        operands = [model.tensors[i] for i in op.inputs]
        result = model.tensors[op.outputs[0]]
        values[op.outputs[0]] = RUN[op.kind](values[op.inputs[0]], op.options, operands, result)
    return {index: value.astype(np.int8) for index, value in values.items()}


def run(model, x):
    return run_all(model, x)[model.outputs[0]]


# ---- Primitives ----------------------------------------------------------------------------------


def quantize_multiplier(real):
    """real = m / 2^31 * 2^e with 2^30 <= m < 2^31."""
    if real == 0:
        return 0, 0
    fraction, exponent = math.frexp(real)
    m = math.floor(fraction * 2**31 + 0.5)
    if m == 2**31:
        m, exponent = 2**30, exponent + 1
    return (m, exponent) if exponent >= -31 else (0, 0)


def high_multiply(a, b):
    """The upper half of 2ab, ties upward. a = b = -2^31, which would saturate, does not occur."""
    return (a * b + (1 << 30)) >> 31


def rounding_divide(x, n):
    """x / 2^n, half away from zero."""
    half = (1 << np.asarray(n, np.int64)) >> 1
    return np.where(x >= 0, (x + half) >> n, -((half - x) >> n))


def requantize(x, m, e):
    """x times the real number that (m, e) stands for; rounds twice, as the reference does."""
    return rounding_divide(high_multiply(x << np.maximum(e, 0), m), np.maximum(-e, 0))


def saturating_shift(x, n):
    return np.clip(x << n, -(2**31), 2**31 - 1)


# ---- Layers with weights -------------------------------------------------------------------------


def finish(total, real, options, result):
    """From the 32-bit sums to the output; `real` has one multiplier, or one per channel."""
    assert np.abs(total).max(initial=0) < 2**31
    pairs = [quantize_multiplier(r) for r in np.atleast_1d(real)]
    m, e = np.array(pairs, np.int64).T
    z = int(result.zero_point)
    low = max(-128, z) if options.get("fused_activation_function") == "RELU" else -128
    return np.clip(requantize(total, m, e) + z, low, 127)


def channel_multipliers(x, weights, result):
    """In double throughout; the product is taken before the division."""
    return np.float64(x.scale) * weights.scale.astype(np.float64) / np.float64(result.scale)


def conv2d(q, options, operands, result):
    x, weights, bias = operands
    # The border holds the zero point, so it adds nothing.
    seen = windows(q, weights.shape[1:3], options, x.zero_point) - x.zero_point
    total = np.einsum("nrcijk,oijk->nrco", seen, weights.data.astype(np.int64)) + bias.data
    return finish(total, channel_multipliers(x, weights, result), options, result)


def depthwise(q, options, operands, result):
    x, weights, bias = operands
    seen = windows(q, weights.shape[1:3], options, x.zero_point) - x.zero_point
    total = np.einsum("nrcijk,ijk->nrck", seen, weights.data[0].astype(np.int64)) + bias.data
    return finish(total, channel_multipliers(x, weights, result), options, result)


def dense(q, options, operands, result):
    x, weights, bias = operands
    total = (q - x.zero_point) @ weights.data.T.astype(np.int64) + bias.data
    # Unlike a convolution, one scale for all weights: the product is rounded to float32.
    product = np.float32(x.scale) * np.float32(weights.scale)
    return finish(total, np.float64(product) / np.float64(result.scale), options, result)


# ---- Layers without weights ----------------------------------------------------------------------


def pooled(q, options):
    assert options["padding"] == "VALID"
    return windows(q, (options["filter_height"], options["filter_width"]), options, 0)


def max_pool(q, options, operands, result):
    return pooled(q, options).max(axis=(3, 4))


def average_pool(q, options, operands, result):
    seen = pooled(q, options)
    n = seen.shape[3] * seen.shape[4]
    total = seen.sum(axis=(3, 4))
    return np.sign(total) * ((np.abs(total) + n // 2) // n)


def reshape(q, options, operands, result):
    return q.reshape(len(q), *result.shape[1:])


# ---- Softmax -------------------------------------------------------------------------------------

# exp(-2^p) in Q0 for p = -2 .. 4.
EXP_OF_POWER = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242]


def exp_small(y):
    """exp(y - 1/8) in Q0 for y in [-1/8, 1/8): four terms of the series."""
    y2 = high_multiply(y, y)
    y3 = high_multiply(y2, y)
    y4 = high_multiply(y2, y2)
    tail = high_multiply(rounding_divide(y4, 2) + y3, 715827883) + y2  # 1/3
    at_centre = 1895147668  # exp(-1/8)
    return at_centre + high_multiply(at_centre, y + rounding_divide(tail, 1))


def exp_q5(a):
    """exp(a) in Q0 for a <= 0 in Q5: a small remainder, then one factor per set bit of the rest."""
    quarter = 1 << 24
    small = (a & (quarter - 1)) - quarter
    result = exp_small(saturating_shift(small, 5) + (1 << 28))
    rest = small - a
    for p, factor in enumerate(EXP_OF_POWER, start=-2):
        has_bit = (rest >> (26 + p)) & 1
        result = np.where(has_bit, high_multiply(result, factor), result)
    return np.where(a == 0, 2**31 - 1, result)


def one_over_one_plus(x):
    """1 / (1 + x) in Q0 for x in Q0, 0 <= x < 1: Newton's method, from 48/17 - 32/17 h."""
    h = (x + (2**31 - 1) + 1) // 2
    u = 1515870810 + high_multiply(h, -1010580540)
    for _ in range(3):
        error = (1 << 29) - high_multiply(h, u)
        u = u + saturating_shift(high_multiply(u, error), 2)
    return saturating_shift(u, 1)


def softmax_row(q, m, e, lowest):
    distance = q - q.max()
    terms = exp_q5(high_multiply(distance << e, m))
    terms = np.where(distance >= lowest, terms, 0)
    total = int(rounding_divide(terms, 12).sum())  # Q12, so that up to 4096 terms of 1 fit
    zeros = 32 - total.bit_length()
    inverse = one_over_one_plus(np.int64((total << zeros) - 2**31))
    scaled = rounding_divide(high_multiply(inverse, terms), 12 - zeros + 23)
    return np.where(distance >= lowest, np.clip(scaled - 128, -128, 127), -128)


def softmax(q, options, operands, result):
    real = min(options["beta"] * float(operands[0].scale) * 2**26, 2**31 - 1)
    m, e = quantize_multiplier(real)
    lowest = -math.floor(31 * 2**26 / 2**e)  # exp of less is nothing, and would not fit Q5
    rows = [softmax_row(row, m, e, lowest) for row in q.reshape(-1, q.shape[-1])]
    return np.array(rows).reshape(q.shape)


RUN = {
    "AVERAGE_POOL_2D": average_pool,
    "CONV_2D": conv2d,
    "DEPTHWISE_CONV_2D": depthwise,
    "FULLY_CONNECTED": dense,
    "MAX_POOL_2D": max_pool,
    "RESHAPE": reshape,
    "SOFTMAX": softmax,
}
