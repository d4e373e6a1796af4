# SPDX-License-Identifier: Apache-2.0
"""Generates the images: shapes among clutter, in half of them a face.

A face is a disc with two eyes above a mouth. Every image has a main shape, and up to three smaller
ones that are no faces. Where the main shape is none either, it is every other time a jumbled face:
a disc with the same parts in wrong places. Colours, places and sizes are drawn from the same
distributions, so that only how the parts lie tells a face. An image follows from its split and
number alone.
"""

import numpy as np

SIZE = 96
LABELS = ["no_face", "face"]
SPLITS = {"train": 0, "calibration": 1, "test": 2}
VISIBLE = 0.8  # the least part of the main shape that the others leave uncovered
FACE_RADII, OTHER_RADII = (14, 32), (8, 24)  # pixels
CONTRAST = 0.25  # the least distance of a shape's colour to the background, in one channel
COLUMN, ROW = np.meshgrid(np.arange(SIZE), np.arange(SIZE))


# ---- Outlines: how far inside a point lies, in units of the shape's radius -----------------------


def star(points, valley):
    """Straight edges between tips at radius 1 and valleys; a polygon where `valley` fits it."""
    half = np.pi / points

    def inside(x, y):
        folded = np.abs((np.arctan2(y, x) + half) % (2 * half) - half)
        edge = np.cos(folded) * valley * np.sin(half)
        edge -= np.sin(folded) * (valley * np.cos(half) - 1)
        return valley * np.sin(half) / edge - np.hypot(x, y)
    return inside


def polygon(corners):
    return star(corners, np.cos(np.pi / corners))


def disc(x, y):
    return 1 - np.hypot(x, y)


def ring(x, y):
    return 0.25 - np.abs(np.hypot(x, y) - 0.75)


def crescent(x, y):
    return np.minimum(1 - np.hypot(x, y), np.hypot(x - 0.5, y) - 0.8)


def cross(x, y):
    arm = 0.3 - np.minimum(np.abs(x), np.abs(y))
    return np.minimum(arm, 1 - np.maximum(np.abs(x), np.abs(y)))


OUTLINES = [disc, ring, crescent, cross, polygon(3), polygon(4), polygon(5), star(4, 0.4),
            star(5, 0.45)]


# ---- Faces: where the parts lie on a disc --------------------------------------------------------


def eye(x, y, middle):
    return 0.17 - np.hypot(x - middle[0], y - middle[1])


def mouth(x, y, angle):
    """An arc, at the bottom for an angle of 0."""
    x, y = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    return np.minimum(0.1 - np.abs(np.hypot(x, y) - 0.55), y - 0.25)


def face_parts(rng, x, y):
    apart, height = rng.uniform(0.3, 0.45), rng.uniform(0.15, 0.35)
    eyes = [eye(x, y, (side * apart, -height)) for side in (-1, 1)]
    return np.maximum.reduce([*eyes, mouth(x, y, rng.normal(0, 0.1))])


def jumbled_parts(rng, x, y):
    """The eyes anywhere, the mouth not below; or one eye missing."""
    turned = rng.uniform(0, 2 * np.pi, 2)
    places = [(0.45 * np.cos(a), 0.45 * np.sin(a)) for a in turned]
    eyes = [eye(x, y, middle) for middle in places[:rng.integers(1, 3)]]
    return np.maximum.reduce([*eyes, mouth(x, y, rng.uniform(0.35 * np.pi, 1.65 * np.pi))])


# ---- Paint ---------------------------------------------------------------------------------------


def pattern(rng, x, y):
    """A texture, 0..1: plain, stripes, checks, dots or a gradient."""
    period, phase = rng.uniform(0.25, 0.8), rng.uniform(0, 1)
    u, v = x / period + phase, y / period + phase
    kinds = [lambda: np.zeros_like(x),
             lambda: (u % 1 < 0.5) * 1.0,
             lambda: ((u % 1 < 0.5) ^ (v % 1 < 0.5)) * 1.0,
             lambda: (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < 0.3) * 1.0,
             lambda: np.clip(x / 2 + 0.5, 0, 1)]
    return kinds[rng.integers(len(kinds))]()


def colour_unlike(rng, background):
    while True:
        colour = rng.random(3)
        if np.abs(colour - background).max() >= CONTRAST:
            return colour


def smooth_noise(rng, cells):
    """Random colours at a coarse grid's points, linear in between."""
    grid = rng.random((cells, cells, 3))
    at = np.linspace(0, cells - 1, SIZE)
    weights = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(cells)))
    return np.einsum("ri,cj,ijk->rck", weights, weights, grid, optimize=True)


def add_line(rng, canvas):
    angle, place = rng.uniform(0, np.pi), rng.uniform(0.1 * SIZE, 0.9 * SIZE, 2)
    distance = (COLUMN - place[0]) * np.sin(angle) - (ROW - place[1]) * np.cos(angle)
    cover = np.clip(rng.uniform(0.5, 2) - np.abs(distance), 0, 1)[..., None]
    return canvas + cover * (rng.random(3) - canvas)


def background(rng):
    coarse, fine = smooth_noise(rng, rng.integers(2, 6)), smooth_noise(rng, rng.integers(12, 40))
    canvas = rng.random(3) * 0.4 + coarse * 0.45 + fine * 0.15
    for _ in range(rng.integers(0, 9)):
        canvas = add_line(rng, canvas)
    return canvas


def placed(rng, radii, tilt):
    """A shape's place and size, and its own coordinates: turned, stretched, slanted."""
    radius = rng.uniform(*radii)
    middle = rng.uniform(radius * 0.8, SIZE - radius * 0.8, 2)
    stretch, slant = rng.uniform(0.85, 1.2), rng.normal(0, 0.1)
    x, y = (COLUMN - middle[0]) / radius, (ROW - middle[1]) / radius
    x, y = (x + slant * y) * stretch, y / stretch
    x, y = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
    return middle.astype(int), radius, x, y


def coverage(inside, radius):
    return np.clip(inside * radius + 0.5, 0, 1)[..., None]


def shape(rng, canvas):
    """Coverage and colours of a textured shape."""
    (column, row), radius, x, y = placed(rng, OTHER_RADII, rng.uniform(0, 2 * np.pi))
    cover = coverage(OUTLINES[rng.integers(len(OUTLINES))](x, y), radius)
    first, second = colour_unlike(rng, canvas[row, column]), rng.random(3)
    return cover, first + pattern(rng, x, y)[..., None] * (second - first)


def head(rng, canvas, parts):
    """Coverage and colours of a disc with parts of another colour."""
    (column, row), radius, x, y = placed(rng, FACE_RADII, rng.normal(0, 0.2))
    skin = colour_unlike(rng, canvas[row, column])
    ink = coverage(parts(rng, x, y), radius) * (colour_unlike(rng, skin) - skin)
    return coverage(disc(x, y), radius), skin + ink


def camera(rng, canvas):
    """Uneven light, a soft lens and noise."""
    slope = rng.normal(0, 0.25, 2) / SIZE
    canvas = canvas * rng.uniform(0.6, 1.1)
    canvas = canvas * (1 + slope[0] * (COLUMN - 48) + slope[1] * (ROW - 48))[..., None]
    for _ in range(rng.integers(0, 3)):
        framed = np.pad(canvas, ((1, 1), (1, 1), (0, 0)), mode="edge")
        framed = (framed[:-2] + 2 * framed[1:-1] + framed[2:]) / 4
        canvas = (framed[:, :-2] + 2 * framed[:, 1:-1] + framed[:, 2:]) / 4
    canvas = canvas + rng.normal(0, rng.uniform(0.005, 0.04), canvas.shape)
    return np.round(255 * np.clip(canvas, 0, 1)).astype(np.uint8)


# ---- Images --------------------------------------------------------------------------------------


def main_shape(rng, canvas, present):
    if present:
        return head(rng, canvas, face_parts)
    return head(rng, canvas, jumbled_parts) if rng.random() < 0.5 else shape(rng, canvas)


def image(split, number):
    """An image, uint8 96x96x3, and whether it shows a face: every other one does."""
    rng = np.random.default_rng([SPLITS[split], number])
    present = number % 2
    canvas = background(rng)
    while True:
        main = main_shape(rng, canvas, present)
        others = [shape(rng, canvas) for _ in range(rng.integers(1, 4))]
        front = others[:rng.integers(0, 2)]  # of the main shape; the rest is behind
        seen = main[0] * np.prod([1 - cover for cover, _ in front], axis=0)
        if seen.sum() >= VISIBLE * main[0].sum():
            break
    for cover, colours in [*others[len(front):], main, *front]:
        canvas = canvas + cover * (colours - canvas)
    return camera(rng, canvas), present


def images(split, count):
    """The first `count` images of a split, and their labels."""
    pairs = [image(split, number) for number in range(count)]
    return np.stack([x for x, _ in pairs]), np.array([y for _, y in pairs], np.uint8)
