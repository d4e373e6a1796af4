# SPDX-License-Identifier: Apache-2.0
"""Instructions of megaAVR that are held to simavr."""

import itertools

BOARDS = ["atmega328p", "atmega2560"]
STATES = 24  # that each is executed in
WORDS = 1    # a checksum of all states
# What numbers are before, as instructions_avr.c has it: pointers are into memory or to code.
KINDS = ["bits", "places", "code"]
HEAD = []
FUNCTION = []
CONSTANTS, ADDRESS = ".progmem.data", ".word gs({})"


def each(template, kind="bits", **choices):
    """All variants of a text, by the values of the names in it: with how numbers are."""
    return [(template.format(**dict(zip(choices, values))), kind)
            for values in itertools.product(*choices.values())]


def arithmetic():
    yield from each("{o} r{a}, r{b}", o=["add", "adc", "sub", "sbc", "and", "or", "eor", "mov", "cp",
                                         "cpc", "mul", "cp r0, r1\n cpc"], a=[0, 18], b=[1, 18, 31])
    yield from each("{o} r{a}, {n}", o=["cpi", "sbci", "subi", "ori", "andi", "ldi"], a=[16, 31],
                    n=[0, 1, 0x7F, 0x80, 0xA5])
    yield from each("{o} r{a}, r{b}", o=["muls"], a=[16, 29], b=[18, 31])
    yield from each("{o} r{a}, r{b}", o=["mulsu", "fmul", "fmuls", "fmulsu"], a=[16, 23], b=[18, 22])
    yield from each("{o} r{a}", o=["com", "neg", "swap", "inc", "dec", "asr", "lsr", "ror"], a=[0, 30])
    yield from each("{o} r{a}, {n}", o=["adiw", "sbiw"], a=[24, 26, 30], n=[0, 1, 63])
    yield from each("movw r{a}, r{b}", a=[2, 30], b=[16, 28])
    yield from each("{o} r{a}, {n}", o=["bld", "bst"], a=[3, 29], n=[0, 5, 7])
    yield from each("{o}", o=["sec", "clz", "sen", "clv", "ses", "clh", "set", "nop", "wdr"])


def memory():
    yield from each("ld r5, {p}", "places", p=["X", "X+", "-X", "Y+", "-Y", "Z+", "-Z"])
    yield from each("ldd r5, {p}+{n}", "places", p=["Y", "Z"], n=[0, 1, 7, 8])
    yield from each("st {p}, r5", "places", p=["X", "X+", "-X", "Y+", "-Y", "Z+", "-Z"])
    yield from each("std {p}+{n}, r5", "places", p=["Y", "Z"], n=[0, 1, 7, 8])
    yield from each("{o}", o=["lds r7, area+3", "sts area+5, r7", "push r7; pop r9",
                              "push r1; push r2; pop r3; pop r4", "in r5, 0x3f",
                              "in r28, 0x3d; in r29, 0x3e; sbiw r28, 20; out 0x3d, r28; push r7; "
                              "adiw r28, 20; out 0x3d, r28; ldd r5, Y+0; clr r28; clr r29"])
    yield from each("{o}", "code", o=["lpm", "lpm r5, Z", "lpm r6, Z+"])


def far():
    yield from each("{o}", "code", o=["ldi r16, 0; out 0x3b, r16; elpm",
                                      "ldi r16, 0; out 0x3b, r16; elpm r5, Z",
                                      "ldi r16, 0; out 0x3b, r16; elpm r6, Z+; in r7, 0x3b",
                                      "ldi r30, lo8(gs(1f)); ldi r31, hi8(gs(1f)); ldi r16, 0; "
                                      "out 0x3c, r16; eijmp; inc r5; 1:"])


def jumps():
    yield from each("cp r3, r4; {b} 1f; inc r5; 1:",
                    b=["breq", "brne", "brcs", "brcc", "brmi", "brpl", "brvs", "brvc", "brlt", "brge",
                       "brhs", "brhc", "brts", "brtc"])
    yield from each("{s}; {n}; inc r6", s=["cpse r3, r4", "sbrc r7, 3", "sbrs r7, 6", "cpse r8, r8"],
                    n=["inc r5", "lds r5, area+2"])
    yield from each("{o}", o=["rjmp 1f; inc r5; 1:", "jmp 1f; inc r5; 1:",
                              "rcall 1f; rjmp 2f; 1: inc r5; ret; 2:",
                              "call 1f; rjmp 2f; 1: inc r5; ret; 2:",
                              "ldi r30, lo8(gs(1f)); ldi r31, hi8(gs(1f)); ijmp; inc r5; 1:",
                              "ldi r30, lo8(gs(1f)); ldi r31, hi8(gs(1f)); icall; rjmp 2f; "
                              "1: inc r5; ret; 2:"])


def cases(board):
    near = [*memory(), *jumps()]  # where addresses of code differ
    return [*near, *arithmetic(), *far()] if board == "atmega2560" else near
