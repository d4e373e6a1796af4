# SPDX-License-Identifier: Apache-2.0
"""Generates the vibration of electric motors, healthy and faulty, and its features.

A motor with a 6205 ball bearing runs at 22 to 30 turns a second under changing load. Its shaft,
its fan, the line's hum and noise shake a housing whose resonances sharpen some of them; an
accelerometer picks up the result. Units of the type differ in resonances, balance and mounting. A
window follows from its unit and number alone, and no unit is in two splits.
"""

from dataclasses import dataclass

import numpy as np

RATE, SAMPLES = 8192, 8192  # windows of a second
UNITS = {"train": range(0, 300), "calibration": range(300, 340), "test": range(340, 460)}
FAULTS = ["outer_race", "inner_race", "imbalance", "misalignment", "looseness"]
HEALTHY_SHARE = 0.5  # of the test windows
LINE = 50

# A 6205 bearing: how often a ball passes a defect of either race, per turn of the shaft.
OUTER_RACE, INNER_RACE = 3.585, 5.415
RESONANCES = [(870, 0.04, 1.0), (2150, 0.03, 1.6), (3300, 0.025, 1.2)]  # Hz, damping, gain

SEGMENT = 4096
# Edges of bands, Hz: of the spectrum, first one for each multiple of the shaft's speed; of the
# envelope's spectrum.
BANDS = [16, 37, 62, 92, 122, *np.geomspace(150, 4096, 36)]
ENVELOPE_BANDS = np.linspace(10, 202, 25)
ENVELOPE_FROM = 600  # Hz: what is slower belongs to the shaft, not to the bearing
TIME = np.arange(SAMPLES) / RATE


@dataclass
class Unit:
    resonances: list      # Hz, damping, gain
    harmonics: np.ndarray  # of the shaft
    noise: float
    mounting: float       # the sensor's gain


def unit(number):
    rng = np.random.default_rng([0, number])
    resonances = [(f * np.exp(rng.normal(0, 0.03)), d * np.exp(rng.normal(0, 0.2)),
                   g * np.exp(rng.normal(0, 0.2))) for f, d, g in RESONANCES]
    typical = np.array([0.30, 0.12, 0.06, 0.03, 0.02])
    return Unit(resonances, typical * np.exp(rng.normal(0, 0.25, 5)),
                np.exp(rng.normal(0, 0.15)), np.exp(rng.normal(0, 0.08)))


# ---- What shakes the housing ---------------------------------------------------------------------


def turns(rng):
    """Turns of the shaft over TIME: a speed of its own for each window, drifting a little."""
    speed = rng.uniform(22, 30)
    drift = 0.004 * np.sin(2 * np.pi * (rng.uniform(0.2, 2) * TIME + rng.random()))
    return np.cumsum(speed * (1 + drift)) / RATE + rng.random()


def orders(rng, shaft, strengths):
    """Tones at multiples of the shaft's speed; they grow with its square."""
    speed = (shaft[-1] - shaft[0]) / 25
    return speed ** 2 * sum(strength * np.cos(2 * np.pi * (order * shaft + rng.random()))
                            for order, strength in strengths)


def impacts(rng, shaft, per_turn, uneven):
    """Blows of balls on a defect: slipping a little, and harder where the load presses."""
    count = int((shaft[-1] - shaft[0]) * per_turn)
    when = shaft[0] + (np.arange(count) + rng.random()) / per_turn
    when += rng.normal(0, 0.01, count) / per_turn
    at = np.searchsorted(shaft, when)
    strength = np.exp(rng.normal(0, 0.2, count)) * (1 + uneven * np.cos(2 * np.pi * when))
    force = np.zeros(SAMPLES)
    np.add.at(force, at[at < SAMPLES], strength[at < SAMPLES])
    return force


def fault_force(rng, fault, severity, shaft, machine):
    """What a fault adds. `severity` 1 is plain to see, 0.2 hardly."""
    first, second, third = machine.harmonics[:3]
    if fault == "outer_race":
        return severity * 2.5 * impacts(rng, shaft, OUTER_RACE, 0.1)
    if fault == "inner_race":
        return severity * 2.5 * impacts(rng, shaft, INNER_RACE, 0.9)
    if fault == "imbalance":
        return orders(rng, shaft, [(1, severity * 10 * first)])
    if fault == "misalignment":
        return orders(rng, shaft, [(2, severity * 8 * second), (3, severity * 8 * third)])
    rattle = rng.normal(0, 0.3, SAMPLES) * np.maximum(0, np.cos(2 * np.pi * shaft))
    halves = [(k / 2, severity * 0.06 * rng.uniform(0.5, 1.5)) for k in range(1, 16)]
    return orders(rng, shaft, halves) + severity * rattle


def shaking(rng, machine, shaft):
    load = rng.uniform(0.3, 1)
    growth = np.array([1, *[0.5 + load] * 4]) * np.exp(rng.normal(0, 0.1, 5))
    tones = orders(rng, shaft, list(enumerate(machine.harmonics * growth, 1)))
    fan = orders(rng, shaft, [(7, 0.05 * np.exp(rng.normal(0, 0.2)))])
    hum = 0.06 * load * np.cos(2 * np.pi * (2 * LINE * TIME + rng.random()))
    flow = machine.noise * (0.1 + 0.12 * load) * np.exp(rng.normal(0, 0.08))
    return tones + fan + hum + flow * rng.normal(0, 1, SAMPLES)


# ---- What the sensor reads -----------------------------------------------------------------------


def housing(force, machine):
    """The force as acceleration: as it is, and through each resonance."""
    f = np.fft.rfftfreq(SAMPLES, 1 / RATE)
    response = 1 + sum(gain * (f / at) ** 2 / (1 - (f / at) ** 2 + 2j * damping * f / at)
                       for at, damping, gain in machine.resonances)
    return np.fft.irfft(np.fft.rfft(force) * response, SAMPLES)


def vibration(rng, machine, fault=None, severity=0.0):
    shaft = turns(rng)
    force = shaking(rng, machine, shaft)
    if fault:
        force = force + fault_force(rng, fault, severity, shaft, machine)
    return machine.mounting * housing(force, machine) + rng.normal(0, 0.02, SAMPLES)


# ---- Features ------------------------------------------------------------------------------------


def band_energies(power, edges):
    """Decimal logarithms of a spectrum's mean in each band."""
    bins = np.round(np.asarray(edges) * SEGMENT / RATE).astype(int)
    return [np.log10(power[a:max(a + 1, b)].mean() + 1e-9) for a, b in zip(bins[:-1], bins[1:])]


def spectrum(signal):
    """Mean power of three overlapping segments."""
    window = np.hanning(SEGMENT)
    starts = range(0, SAMPLES - SEGMENT + 1, SEGMENT // 2)
    segments = np.stack([signal[s:s + SEGMENT] * window for s in starts])
    return (np.abs(np.fft.rfft(segments)) ** 2).mean(0) / (window ** 2).sum()


def envelope(signal):
    """How strongly the fast part of the signal swings, over time: its analytic signal's size."""
    bins = np.fft.fft(signal)
    bins[SAMPLES // 2:] = 0
    bins[:ENVELOPE_FROM * SAMPLES // RATE] = 0
    swing = np.abs(np.fft.ifft(2 * bins))
    return swing - swing.mean()


def features(signal):
    """64 numbers: 40 of the spectrum, 24 of the envelope's."""
    return np.array(band_energies(spectrum(signal), BANDS) +
                    band_energies(spectrum(envelope(signal)), ENVELOPE_BANDS), np.float16)


# ---- Windows -------------------------------------------------------------------------------------


def healthy_window(number, which):
    rng = np.random.default_rng([1, which, number])
    return features(vibration(rng, unit(which)))


def test_window(number, which):
    """Features, and 0 if healthy, else which of the FAULTS, counted from 1."""
    rng = np.random.default_rng([2, which, number])
    if rng.random() < HEALTHY_SHARE:
        return features(vibration(rng, unit(which))), 0
    kind = int(rng.integers(len(FAULTS)))
    severity = rng.uniform(0.2, 1)
    return features(vibration(rng, unit(which), FAULTS[kind], severity)), kind + 1


def healthy(split, count):
    """The first `count` windows of a split, its units taking turns."""
    units = UNITS[split]
    return np.stack([healthy_window(n, units[n % len(units)]) for n in range(count)])


def mixed(split, count):
    units = UNITS[split]
    pairs = [test_window(n, units[n % len(units)]) for n in range(count)]
    return np.stack([x for x, _ in pairs]), np.array([y for _, y in pairs], np.uint8)
