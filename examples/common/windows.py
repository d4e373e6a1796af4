# SPDX-License-Identifier: Apache-2.0
"""Where a layer with a window looks: TFLite's padding rule, and the windows of a whole image."""

import numpy as np


def padding_before_after(size, kernel, stride, padding):
    if padding == "VALID":
        return (0, 0)
    outputs = -(-size // stride)
    total = max(0, (outputs - 1) * stride + kernel - size)
    return (total // 2, total - total // 2)  # the odd row goes below, the odd column to the right


def windows(x, kernel, options, fill):
    """NHWC -> batch, output row, output column, kernel row, kernel column, channel."""
    stride = options["stride_h"], options["stride_w"]
    border = [padding_before_after(n, k, s, options["padding"])
              for n, k, s in zip(x.shape[1:3], kernel, stride)]
    x = np.pad(x, [(0, 0), *border, (0, 0)], constant_values=fill)
    views = np.lib.stride_tricks.sliding_window_view(x, kernel, axis=(1, 2))
    return np.moveaxis(views[:, ::stride[0], ::stride[1]], 3, 5)
