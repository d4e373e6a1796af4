# SPDX-License-Identifier: Apache-2.0
"""Generates accelerometer traces of hand gestures, by people who each move in their own way.

The hand follows a path; the sensor feels the path's acceleration and gravity in its own, turning
frame, adds noise and an offset of its own, and stores 8 bits at 50 Hz with a jittering clock. A
trace follows from its person and number alone, and nobody is in two splits.
"""

from dataclasses import dataclass

import numpy as np

LABELS = ["none", "circle_right", "circle_left", "swipe_left", "swipe_right", "shake", "zigzag",
          "push"]
RATE, SAMPLES = 50, 128
STEPS_PER_G, RANGE_G = 32, 4  # what one sensor step is, and where it saturates
GRAVITY = 9.81
PEOPLE = {"train": range(0, 150), "calibration": range(150, 170), "test": range(170, 230)}
NONE_SHARE = 0.3

FINE = 200  # the rate at which paths are computed, Hz
TIME = np.arange(-0.5, SAMPLES / RATE + 0.5, 1 / FINE)
ACROSS, AHEAD, UP = np.eye(3)


@dataclass
class Person:
    pace: float         # durations are multiplied by this
    reach: float        # lengths, too
    grip: np.ndarray    # how the device lies in the hand, a rotation vector
    sloppiness: float   # how far points are missed, as a part of the length
    roundness: float    # s, over which corners are smoothed
    tremor: float       # m/s^2
    offset: np.ndarray  # of the sensor, m/s^2
    gain: np.ndarray    # of the sensor


def person(number):
    rng = np.random.default_rng([0, number])
    return Person(pace=np.exp(rng.normal(0, 0.2)), reach=np.exp(rng.normal(0, 0.25)),
                  grip=rng.normal(0, 0.4, 3), sloppiness=rng.uniform(0.05, 0.25),
                  roundness=rng.uniform(0.02, 0.06), tremor=rng.uniform(0.05, 0.5),
                  offset=rng.normal(0, 0.3, 3), gain=rng.normal(1, 0.02, 3))


# ---- Paths: the hand's place over TIME, m --------------------------------------------------------


def eased(progress):
    """Progress 0..1 of a reaching hand: the least possible jerk."""
    s = np.clip(progress, 0, 1)
    return s * s * s * (10 + s * (6 * s - 15))


def strokes(start, steps):
    """A path of (displacement, duration) one after another."""
    path = np.zeros((len(TIME), 3))
    for displacement, duration in steps:
        path += eased((TIME - start) / duration)[:, None] * displacement
        start += duration
    return path


def missed(rng, who, vector):
    """A vector as that person hits it."""
    return vector + rng.normal(0, who.sloppiness / 2, 3) * np.linalg.norm(vector)


def circle(rng, who, start, turn):
    radius, period = who.reach * rng.uniform(0.07, 0.16), who.pace * rng.uniform(0.65, 1.1)
    turns = rng.uniform(1.0, 2.0)
    s = np.clip((TIME - start) / (turns * period), 0, 1)
    angle = turn * 2 * np.pi * turns * (0.5 * s + 0.5 * eased(s)) + rng.uniform(-0.8, 0.8)
    across = missed(rng, who, radius * ACROSS)
    up = missed(rng, who, radius * rng.uniform(0.6, 1.1) * UP)
    return np.sin(angle)[:, None] * across + np.cos(angle)[:, None] * up


def swipe(rng, who, start, side):
    vector = missed(rng, who, side * who.reach * rng.uniform(0.2, 0.4) * ACROSS)
    steps = [(vector, who.pace * rng.uniform(0.3, 0.6))]
    if rng.random() < 0.5:  # the hand comes back, but slower
        steps += [(0 * vector, rng.uniform(0.05, 0.5)),
                  (-vector, who.pace * rng.uniform(0.7, 1.2))]
    return strokes(start, steps)


def swing(rng, who, start, axis):
    """To and fro about a place."""
    rate, size = rng.uniform(2.2, 4) / who.pace, who.reach * rng.uniform(0.03, 0.08)
    duration = rng.integers(3, 7) / rate
    s = np.clip((TIME - start) / duration, 0, 1)
    strength = np.minimum(1, 4 * np.minimum(s, 1 - s))
    wave = strength * np.sin(2 * np.pi * rate * (TIME - start))
    return wave[:, None] * missed(rng, who, size * axis)


def zigzag(rng, who, start):
    """The letter Z."""
    size, pause = who.reach * rng.uniform(0.12, 0.25), who.pace * rng.uniform(0.28, 0.45)
    corners = [ACROSS, -ACROSS - rng.uniform(0.6, 1.2) * UP, ACROSS]
    return strokes(start, [(missed(rng, who, size * corner), pause * rng.uniform(0.85, 1.15))
                           for corner in corners])


def push(rng, who, start):
    vector = missed(rng, who, who.reach * rng.uniform(0.15, 0.3) * AHEAD)
    pace = who.pace * rng.uniform(0.3, 0.5)
    return strokes(start, [(vector, pace), (0 * vector, rng.uniform(0, 0.15)),
                           (missed(rng, who, -vector), pace * rng.uniform(0.9, 1.3))])


def walk(rng, who):
    rate, size = rng.uniform(1.6, 2.2), who.reach * rng.uniform(0.01, 0.03)
    phase = 2 * np.pi * (rate * TIME + rng.random())
    bounce = np.sin(phase) + 0.3 * np.sin(2 * phase + rng.uniform(0, 6))
    return size * (bounce[:, None] * UP + np.sin(phase / 2)[:, None] * missed(rng, who, ACROSS))


def wander(rng, who):
    """The hand does something else."""
    waves = [np.sin(2 * np.pi * (rng.uniform(0.3, 1.8) * TIME + rng.random()))[:, None] *
             rng.normal(0, 0.03, 3) for _ in range(4)]
    return who.reach * sum(waves)


def lift(rng, who, start):
    """Picked up or put down."""
    vector = rng.choice([-1, 1]) * who.reach * rng.uniform(0.15, 0.4) * UP
    return strokes(start, [(missed(rng, who, vector), who.pace * rng.uniform(0.4, 0.9))])


def nothing(rng, who, start):
    kinds = [lambda: np.zeros((len(TIME), 3)), lambda: walk(rng, who), lambda: wander(rng, who),
             lambda: lift(rng, who, start), lambda: swing(rng, who, start, UP)]
    return kinds[rng.integers(len(kinds))]()


def path_of(label, rng, who):
    start = rng.uniform(0.1, 0.9)
    paths = {"none": lambda: nothing(rng, who, start),
             "circle_right": lambda: circle(rng, who, start, 1),
             "circle_left": lambda: circle(rng, who, start, -1),
             "swipe_left": lambda: swipe(rng, who, start, -1),
             "swipe_right": lambda: swipe(rng, who, start, 1),
             "shake": lambda: swing(rng, who, start, ACROSS),
             "zigzag": lambda: zigzag(rng, who, start),
             "push": lambda: push(rng, who, start)}
    return paths[label]()


# ---- The sensor ----------------------------------------------------------------------------------


def smoothed(path, seconds):
    reach = np.arange(-int(3 * seconds * FINE), int(3 * seconds * FINE) + 1)
    weights = np.exp(-0.5 * (reach / (seconds * FINE)) ** 2)
    padded = np.pad(path, ((len(reach) // 2, len(reach) // 2), (0, 0)), mode="edge")
    return np.stack([np.convolve(axis, weights / weights.sum(), "valid") for axis in padded.T], 1)


def rotated(vectors, rotations):
    """Rows turned by rows of rotation vectors: Rodrigues' formula."""
    angle = np.linalg.norm(rotations, axis=1, keepdims=True) + 1e-12
    axis = rotations / angle
    along = (axis * vectors).sum(1, keepdims=True) * axis
    return along + np.cos(angle) * (vectors - along) + np.sin(angle) * np.cross(axis, vectors)


def wrist(rng, who):
    """How the device lies over TIME: the grip of that person, of that time, and slow turning."""
    turning = [np.sin(2 * np.pi * (rng.uniform(0.2, 1) * TIME + rng.random()))[:, None] *
               rng.normal(0, 0.12, 3) for _ in range(2)]
    return who.grip + rng.normal(0, 0.15, 3) + sum(turning)


def tremble(rng, who):
    rate = rng.uniform(8, 12, 3)
    return who.tremor * np.sin(2 * np.pi * (TIME[:, None] * rate + rng.random(3)))


def felt(rng, who, path):
    """What the sensor stores of a path: 8 bits, SAMPLES x 3."""
    force = np.gradient(np.gradient(smoothed(path, who.roundness), axis=0), axis=0) * FINE * FINE
    force = rotated(force + GRAVITY * UP + tremble(rng, who), wrist(rng, who))
    clock = np.arange(SAMPLES) / RATE * rng.normal(1, 0.01) + rng.normal(0, 0.001, SAMPLES)
    sampled = np.stack([np.interp(clock, TIME, axis) for axis in force.T], 1)
    noisy = sampled * who.gain + who.offset + rng.normal(0, 0.2, sampled.shape)
    steps = np.round(noisy / GRAVITY * STEPS_PER_G)
    return np.clip(steps, -RANGE_G * STEPS_PER_G, RANGE_G * STEPS_PER_G - 1).astype(np.int8)


# ---- Traces --------------------------------------------------------------------------------------


def trace(number, who):
    """The trace of that number by that person, in sensor steps, and the index of its label."""
    rng = np.random.default_rng([1, who, number])
    known = rng.integers(1, len(LABELS))
    label = 0 if rng.random() < NONE_SHARE else int(known)
    somebody = person(who)
    return felt(rng, somebody, path_of(LABELS[label], rng, somebody)), label


def traces(split, count):
    """The first `count` traces of a split, its people taking turns, and their labels."""
    people = PEOPLE[split]
    pairs = [trace(number, people[number % len(people)]) for number in range(count)]
    return np.stack([x for x, _ in pairs]), np.array([y for _, y in pairs], np.uint8)
