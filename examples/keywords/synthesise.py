# SPDX-License-Identifier: Apache-2.0
"""Spoken words by espeak-ng, in many voices, in rooms and noises of all kinds: one second each.

    synthesise.py FOLDER [--split test] [--count 24] [--seed 1]

writes clips as WORD_N.wav, to listen to. train.py takes its clips from here too. The same seed
gives the same clips, with the same version of espeak-ng."""

import argparse
import re
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve, resample_poly

RATE = 16000  # samples a second; a clip has as many
WORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
LABELS = ("silence", "unknown", *WORDS)

# What is not to be taken for a word, though some of it is near. The last are for tests alone.
OTHERS = """bed bird cat dog eight five four happy house one two three six seven nine zero tree wow
yet yell guess mess less note nose now snow low cup pup cap town brown done dawn lift laugh let
theft light rate ride bride an in all cough often step shop stock top spot goat
gold grow cold visual forward backward follow learn morning evening window music hello please open
close table water seven-thirty kitchen lamp volume""".split()
TEST_OTHERS = """marvin sheila ten eleven yesterday nowhere uptown drown lefty bright honest awful
stomp gone start pause next play radio lights""".split()

# Onset, vowel and coda of each of the words, in espeak-ng's phonemes, and what may be in their place.
SOUNDS = {"yes": "j E s", "no": "n oU _", "up": "_ V p", "down": "d aU n", "left": "l E ft",
          "right": "r aI t", "on": "_ 0 n", "off": "_ 0 f", "stop": "st 0 p", "go": "g oU _"}
ONSETS = "_ p t k b d g f v s z m n l r w j h T S tS dZ st sp sk sn sl pl br tr dr gr fl kw".split()
VOWELS = "I E a V 0 U i: u: eI aI aU oU".split()
CODAS = "_ p t k b d g f v s z m n N l T S tS dZ st ft nt nd mp ks".split()
# Of TEST_OTHERS: what else is not invented.
TEST_SOUNDS = ("t E n", "br aI t", "dr aU n", "g 0 n", "pl eI _")

ACCENTS = ("en-gb", "en-us", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd",
           "en-029", "en-us-nyc")
# Voices that nobody would have: robots, whispers, noises; and one whose file name has a blank.
STRANGE = re.compile("robot|whisper|demonic|announc|unirobot|fast|croak|robosoft|^mr$", re.I)
# Of the voice families, the share that only the test hears, and that only validation hears.
TEST_SHARE, VALIDATION_SHARE = 0.25, 0.12


# ---- Voices --------------------------------------------------------------------------------------


def variants():
    """Names of espeak-ng's voice variants, by family: iven, iven2 and iven3 are one."""
    listing = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True,
                             check=True).stdout
    names = sorted(set(re.findall(r"!v/(\S+)", listing)))
    families = {}
    for name in names:
        if STRANGE.search(name):
            continue
        # f1 to f5 and m1 to m8 are different people.
        family = name if re.fullmatch(r"[fm]\d", name) else re.sub(r"\d+$", "", name).lower()
        families.setdefault(family, []).append(name)
    return families


def voices_by_split():
    """Variants of train, validation and test: no family in two of them."""
    families = variants()
    names = list(np.random.default_rng(0).permutation(sorted(families)))
    test = round(len(names) * TEST_SHARE)
    validation = test + round(len(names) * VALIDATION_SHARE)
    parts = {"test": names[:test], "validation": names[test:validation], "train": names[validation:]}
    return {split: [name for family in part for name in families[family]]
            for split, part in parts.items()}


def speak(text, voice, speed, pitch, size=1.0):
    """Samples at RATE, floats of at most 1, without silence before and after. A larger speaker has
    a deeper voice, and takes his time."""
    raw = subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-z",
                          "--stdout", text], capture_output=True, check=True).stdout
    samples = np.frombuffer(raw[44:len(raw) - len(raw) % 2], np.int16).astype(np.float32)
    samples = resample_poly(samples, round(320 * size), 441).astype(np.float32)  # from 22,050 Hz
    peak = np.abs(samples).max(initial=1)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * peak)
    return samples[loud[0]:loud[-1] + 1] / peak if len(loud) else samples[:1]


def invent(random):
    """A syllable that is none of the words, in phonemes: one of them, parts of it replaced."""
    known = {*SOUNDS.values(), *TEST_SOUNDS}
    word = SOUNDS[random.choice(WORDS)]
    while word in known:
        word = " ".join(random.choice(choices) if random.uniform() < 2 / 3 else part
                        for part, choices in zip(word.split(), (ONSETS, VOWELS, CODAS)))
    onset, vowel, coda = word.replace("_", "").split(" ")
    return f"[[{onset}'{vowel}{coda}]]"


# ---- Rooms and noises ----------------------------------------------------------------------------


def reverberation(random, samples):
    """As heard in a room: the direct sound and a tail of noise that decays by 60 dB in `decay`."""
    decay = random.uniform(0.1, 0.6)
    time = np.arange(int(RATE * decay)) / RATE
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail[:int(RATE * random.uniform(0.002, 0.02))] = 0  # the first wall is some metres away
    tail *= 10 ** (random.uniform(-18, 0) / 20) / np.sqrt(np.sum(tail ** 2))
    tail[0] = 1
    return fftconvolve(samples, tail)[:len(samples) + RATE // 4].astype(np.float32)


def coloured(random):
    """Noise whose power falls with the frequency to some power: white, pink, brown, blue."""
    exponent = random.choice([0, 1, 2, -1])
    spectrum = np.fft.rfft(random.standard_normal(RATE))
    frequency = np.maximum(np.arange(len(spectrum)), 20)
    return np.fft.irfft(spectrum * frequency ** (-exponent / 2))


def hum(random):
    """Mains, with harmonics."""
    base = random.choice([50, 60]) * np.arange(RATE) / RATE
    return sum(random.uniform(0, 1 / n) * np.sin(2 * np.pi * (n * base + random.uniform()))
               for n in range(1, 12))


def babble(random, pool):
    """Many speaking at a time."""
    mixed = np.zeros(RATE)
    for _ in range(random.integers(8, 16)):
        voice = pool[random.integers(len(pool))]
        start = random.integers(-len(voice) // 2, RATE - len(voice) // 2)
        piece = voice[max(0, -start):RATE - start]
        mixed[max(0, start):max(0, start) + len(piece)] += piece * random.uniform(0.3, 1)
    return mixed


def noise(random, pool):
    """A second of noise of power 1."""
    kind = random.choice(3, p=[0.6, 0.15, 0.25])
    made = coloured(random) if kind == 0 else hum(random) if kind == 1 else babble(random, pool)
    # Rooms and microphones are never quite silent.
    made = made / np.sqrt(np.mean(made ** 2)) + 0.05 * coloured(random)
    return made / np.sqrt(np.mean(made ** 2))


def decibels(random, low, high):
    return 10 ** (random.uniform(low, high) / 20)


def as_samples(sound):
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)


def scene(random, spoken, pool):
    """A clip: the word somewhere in it, perhaps in a room, in noise, louder or softer."""
    if random.uniform() < 0.5:
        spoken = reverberation(random, spoken)
    spoken = spoken / np.sqrt(np.mean(spoken ** 2) + 1e-12)
    clip = np.zeros(RATE)
    start = random.integers(0, max(1, RATE - len(spoken)))
    piece = spoken[:RATE - start]
    clip[start:start + len(piece)] = piece
    clip += noise(random, pool) / decibels(random, 5, 40)
    level = decibels(random, -45, -14)
    return as_samples(clip * level)


def silence(random, pool):
    """A clip in which nobody speaks to the device."""
    return as_samples(noise(random, pool) * decibels(random, -75, -20))


# ---- Sets of clips -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clip:
    samples: np.ndarray  # int16
    label: int           # index in LABELS


def utterance(random, word, voices, sizes=0.0):
    voice = f"{random.choice(ACCENTS)}+{random.choice(voices)}"
    return speak(word.replace("-", " "), voice, random.integers(120, 260), random.integers(20, 80),
                 1 + random.uniform(-sizes, sizes))


def make_pool(random, voices, count=200):
    """Speech for babble."""
    return [utterance(random, word, voices) for word in random.choice(OTHERS, count)]


def unknown(random, split, invented):
    if invented and random.uniform() < invented:
        return invent(random)
    return random.choice(OTHERS + TEST_OTHERS if split == "test" else OTHERS)


def clips(split, utterances, scenes, seed, labels=LABELS, invented=0.0):
    """Of each of `labels`, in turn: so many utterances, each in so many scenes. Of the unknown
    words, the share `invented` is in no list."""
    voices = voices_by_split()[split]
    pool = make_pool(np.random.default_rng([seed, 0]), voices)
    # More speakers than there are voices to train on; those of the others are as they are.
    sizes = 0.15 if split == "train" else 0.0
    for index in range(utterances * len(labels)):
        random = np.random.default_rng([seed, 1, index])
        name = labels[index % len(labels)]
        label = LABELS.index(name)
        if name == "silence":
            for _ in range(scenes):
                yield Clip(silence(random, pool), label)
            continue
        word = unknown(random, split, invented) if name == "unknown" else name
        spoken = utterance(random, word, voices, sizes)
        for _ in range(scenes):
            yield Clip(scene(random, spoken, pool), label)


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="test", choices=["train", "validation", "test"])
    parser.add_argument("--count", type=int, default=2, help="clips of every label")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for n, clip in enumerate(clips(options.split, options.count, 1, options.seed)):
        write_wav(options.folder / f"{LABELS[clip.label]}_{n // len(LABELS)}.wav", clip.samples)


if __name__ == "__main__":
    main()
