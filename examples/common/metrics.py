# SPDX-License-Identifier: Apache-2.0
"""How good a model is."""

import numpy as np


def accuracy(outputs, labels):
    return float((outputs.argmax(axis=1) == labels).mean())


def area_under_roc(scores, positive):
    """The chance that a positive sample scores higher than a negative one."""
    order = np.sort(scores[~positive])
    below = np.searchsorted(order, scores[positive], "left")
    up_to = np.searchsorted(order, scores[positive], "right")
    return float((below + up_to).mean() / (2 * len(order)))


def confusion(outputs, labels, names):
    """A Markdown table: a row for each label, a column for each answer."""
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (labels, outputs.argmax(axis=1)), 1)
    rows = [["", *names], ["---", *["--:"] * len(names)],
            *[[f"**{name}**", *map(str, row)] for name, row in zip(names, counts)]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
