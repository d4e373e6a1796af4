# SPDX-License-Identifier: Apache-2.0
"""Instructions of Cortex-M that are held to QEMU: Helium, DSP, floats."""

import itertools

BOARDS = ["mps3-an547"]
STATES = 8  # that each is executed in
WORDS = 50  # of a state
# What numbers are before, as instructions_arm.c has it.
KINDS = ["bits", "floats", "counts", "places", "offsets8", "offsets16", "offsets32", "addresses"]
HEAD = [".syntax unified", ".thumb"]
FUNCTION = [".thumb_func"]
CONSTANTS, ADDRESS = ".rodata", ".word {}"

ALL = ["8", "16", "32"]
SIGNS = ["s", "u"]
ENDS = ["b", "t"]
TWO = ["q2, q5, q7", "q3, q3, q1"]
ONE = ["q2, q6", "q4, q4"]
WITH = ["q2, q5, r3", "q3, q3, r9"]


def each(template, kind="bits", **choices):
    """All variants of a text, by the values of the names in it: with how numbers are."""
    return [(template.format(**dict(zip(choices, values))), kind)
            for values in itertools.product(*choices.values())]


def lanes():
    yield from each("v{o}.{s}{w} {v}", o=["hadd", "rhadd", "hsub", "qadd", "qsub", "max", "min", "abd",
                                          "mulh", "rmulh"], s=SIGNS, w=ALL, v=TWO)
    yield from each("v{o}.i{w} {v}", o=["add", "sub", "mul"], w=ALL, v=TWO)
    yield from each("v{o}.{s}{w} {v}", "counts", o=["shl", "qshl", "rshl", "qrshl"], s=SIGNS, w=ALL,
                    v=TWO)
    yield from each("v{o}.s{w} {v}", o=["qdmulh", "qrdmulh"], w=ALL, v=TWO + WITH)
    yield from each("v{o} {v}", o=["and", "bic", "orr", "orn", "eor"], v=TWO)
    yield from each("v{o}.{s}{w} {v}", o=["hadd", "hsub", "qadd", "qsub"], s=SIGNS, w=ALL, v=WITH)
    yield from each("v{o}.i{w} {v}", o=["add", "sub", "mul"], w=ALL, v=WITH)
    yield from each("v{o}.s{w} {v}", o=["mla", "mlas", "qdmlah", "qrdmlah", "qdmlash", "qrdmlash"],
                    w=ALL, v=WITH)
    yield from each("vbrsr.{w} {v}", "counts", w=ALL, v=WITH)
    yield from each("v{o}.{s}{w} q3, r4", "counts", o=["shl", "rshl", "qshl", "qrshl"], s=SIGNS, w=ALL)
    yield from each("v{o}.s{w} {v}", o=["abs", "neg", "qabs", "qneg", "cls", "maxa", "mina"], w=ALL,
                    v=ONE)
    yield from each("vclz.i{w} {v}", w=ALL, v=ONE)
    yield from each("{o} q2, q6", o=["vmvn", "vrev64.8", "vrev64.16", "vrev64.32", "vrev32.8",
                                     "vrev32.16", "vrev16.8"])


def immediates():
    for width in (8, 16, 32):
        for by in (1, 3, width - 1, width):
            yield from each("v{o}.{s}{w} q1, q5, #{n}", o=["shr", "rshr"], s=SIGNS, w=[width], n=[by])
            yield from each("vsri.{w} q1, q5, #{n}", w=[width], n=[by])
        for by in (0, 1, 5, width - 1):
            yield from each("vqshl.{s}{w} q1, q5, #{n}", s=SIGNS, w=[width], n=[by])
            yield from each("{o}{w} q1, q5, #{n}", o=["vshl.i", "vsli.", "vqshlu.s"], w=[width], n=[by])
    yield from each("{o}", o=[
        "vmov.i8 q1, #0xa5", "vmov.i16 q1, #0xa5", "vmov.i16 q1, #0xa500", "vmov.i32 q1, #0xa5",
        "vmov.i32 q1, #0xa500", "vmov.i32 q1, #0xa50000", "vmov.i32 q1, #0xa5000000",
        "vmov.i32 q1, #0x12ff", "vmov.i32 q1, #0x12ffff", "vmvn.i32 q1, #0xa500",
        "vmvn.i16 q1, #0xa5", "vmov.i64 q1, #0xff00ffff0000ff00", "vmov.f32 q1, #-1.25",
        "vmov.f32 q1, #20.0", "vorr.i32 q1, #0xa500", "vorr.i16 q1, #0xa5", "vbic.i32 q1, #0xa50000",
        "vbic.i16 q1, #0xa500", "vorr q2, q3, q3"])


def widths():
    yield from each("vmovl{e}.{s}{w} {v}", e=ENDS, s=SIGNS, w=["8", "16"], v=ONE)
    yield from each("vmull{e}.{s}{w} {v}", e=ENDS, s=SIGNS, w=ALL, v=["q2, q5, q7"])
    yield from each("vmull{e}.p{w} {v}", e=ENDS, w=["8", "16"], v=TWO)
    yield from each("vqdmull{e}.s{w} {v}", e=ENDS, w=["16", "32"], v=["q2, q5, q7", "q2, q5, r3"])
    for narrow, wide in ((8, 16), (16, 32)):
        yield from each("vshll{e}.{s}{w} {v}, #{n}", e=ENDS, s=SIGNS, w=[narrow], v=ONE,
                        n=[1, 5, narrow])
        yield from each("v{o}{e}.{s}{w} {v}", o=["qmovn"], e=ENDS, s=SIGNS, w=[wide], v=ONE)
        yield from each("vmovn{e}.i{w} {v}", e=ENDS, w=[wide], v=ONE)
        yield from each("vqmovun{e}.s{w} {v}", e=ENDS, w=[wide], v=ONE)
        yield from each("v{o}{e}.i{w} {v}, #{n}", o=["shrn", "rshrn"], e=ENDS, w=[wide], v=ONE,
                        n=[1, narrow])
        yield from each("v{o}{e}.{s}{w} {v}, #{n}", o=["qshrn", "qrshrn"], s=SIGNS, e=ENDS, w=[wide],
                        v=ONE, n=[1, narrow])
        yield from each("v{o}{e}.s{w} {v}, #{n}", o=["qshrun", "qrshrun"], e=ENDS, w=[wide], v=ONE,
                        n=[2, narrow])


def reductions():
    yield from each("vaddv{a}.{s}{w} r4, q5", a=["", "a"], s=SIGNS, w=ALL)
    yield from each("vaddlv{a}.{s}32 r4, r7, q5", a=["", "a"], s=SIGNS)
    yield from each("v{o}.{s}{w} r5, q3", o=["maxv", "minv"], s=SIGNS, w=ALL)
    yield from each("v{o}.s{w} r5, q3", o=["maxav", "minav"], w=ALL)
    yield from each("vabav.{s}{w} r5, q3, q6", s=SIGNS, w=ALL)
    yield from each("vmladav{a}.{s}{w} r6, q3, q6", a=["", "a"], s=SIGNS, w=ALL)
    yield from each("v{o}.s{w} r6, q3, q6", o=["mladavx", "mladavax", "mlsdav", "mlsdava", "mlsdavx"],
                    w=ALL)
    yield from each("vmlaldav{a}.{s}{w} r6, r9, q3, q6", a=["", "a"], s=SIGNS, w=["16", "32"])
    yield from each("v{o}.s{w} r6, r9, q3, q6", o=["mlaldavx", "mlaldavax", "mlsldav", "mlsldava",
                                                   "mlsldavax"], w=["16", "32"])
    yield from each("v{o}.s32 r6, r9, q3, q6", o=["rmlaldavh", "rmlaldavha", "rmlaldavhx", "rmlsldavh",
                                                  "rmlsldavhax"])
    yield from each("vrmlaldavh{a}.u32 r6, r9, q3, q6", a=["", "a"])


def predicates():
    conditions = ["i{w} eq", "i{w} ne", "u{w} cs", "u{w} hi", "s{w} ge", "s{w} lt", "s{w} gt",
                  "s{w} le"]
    for width in ALL:
        for condition in conditions:
            text = condition.format(w=width)
            yield from each("vcmp.{c}, q2, {b}", c=[text], b=["q5", "r6", "zr"])
    yield ("vpsel q2, q5, q7", "bits")
    yield ("vpnot", "bits")
    yield from each("vctp.{w} r4", "counts", w=["8", "16", "32", "64"])
    yield ("vpt.s32 ge, q2, q5; vaddt.i32 q1, q2, q5", "bits")
    yield ("vpte.s16 lt, q2, r3; vaddt.i16 q1, q2, q5; vsube.i16 q1, q2, q5", "bits")
    yield ("vpst; vmult.i8 q1, q2, q3", "bits")
    yield ("vpste; vmovt.i8 q1, #5; vmove.i8 q1, #6", "bits")
    yield ("vpstet; vaddt.i32 q1, q2, q3; vcmpe.i8 ne, q2, q3; vaddt.i16 q2, q3, r4", "bits")
    yield ("vpstete; vmaxt.s8 q1, q2, q3; vmine.s8 q1, q4, q3; vaddvt.s8 r2, q1; vaddve.s8 r4, q1",
           "bits")
    yield ("vpstt; vcmpt.s32 gt, q1, q2; vpselt q3, q4, q5", "bits")
    yield ("vpst; vctpt.8 r4", "counts")
    yield from each("vpst; {o}", o=["vqmovnbt.s16 q2, q3", "vmovlbt.s8 q2, q3", "vmladavat.s8 r2, q3, q4",
                                    "vmaxvt.s16 r5, q3", "vrev32t.8 q2, q3", "vmullbt.s16 q2, q5, q7",
                                    "vdupt.16 q2, r3", "vmlat.s8 q2, q3, r4", "vabavt.u8 r3, q4, q5"])


def counting():
    yield from each("v{o}dup.u{w} q3, r4, #{n}", o=["i", "d"], w=ALL, n=[1, 2, 8])
    yield from each("v{o}wdup.u{w} q3, r4, r7, #{n}", "counts", o=["i", "d"], w=ALL, n=[1, 4])
    yield from each("{o}", o=["vadc.i32 q2, q3, q4", "vadci.i32 q2, q3, q4", "vsbc.i32 q2, q3, q4",
                              "vsbci.i32 q2, q3, q4", "vshlc q3, r4, #7", "vshlc q3, r4, #32"])
    yield from each("vdup.{w} q3, r4", w=ALL)
    yield from each("{o}", o=["vmov.8 q3[13], r5", "vmov.16 q3[5], r5", "vmov.32 q3[2], r5",
                              "vmov.u8 r5, q3[13]", "vmov.s8 r5, q3[2]", "vmov.u16 r5, q3[5]",
                              "vmov.s16 r5, q3[6]", "vmov.32 r5, q3[3]",
                              "vmov r5, r6, q3[2], q3[0]", "vmov q3[2], q3[0], r5, r6",
                              "vmov q3[3], q3[1], r5, r6", "vmov r5, r6, q3[3], q3[1]"])


def float_lanes():
    yield from each("v{o}.f32 {v}", "floats", o=["add", "sub", "mul", "fma", "fms", "abd", "maxnm", "minnm"],
                    v=TWO)
    yield from each("v{o}.f32 {v}", "floats", o=["add", "sub", "mul", "fma", "fmas"], v=WITH)
    yield from each("v{o}.f32 {v}", "floats", o=["abs", "neg", "rintn", "rintx", "rinta", "rintz", "rintm",
                                                "rintp", "maxnma", "minnma"], v=ONE)
    yield from each("vcvt{r}.{s}32.f32 {v}", "floats", r=["", "a", "n", "p", "m"], s=SIGNS, v=ONE)
    yield from each("vcvt.f32.{s}32 {v}", s=SIGNS, v=ONE)
    yield from each("vcvt.f32.{s}32 {v}, #{n}", s=SIGNS, v=ONE, n=[1, 9, 32])
    yield from each("vcvt.{s}32.f32 {v}, #{n}", "floats", s=SIGNS, v=ONE, n=[1, 9, 32])
    yield from each("v{o}.f32 r5, q3", "floats", o=["maxnmv", "minnmv", "maxnmav", "minnmav"])
    yield from each("vcmp.f32 {c}, q2, {b}", "floats", c=["eq", "ne", "ge", "lt", "gt", "le"],
                    b=["q5", "r6", "zr"])
    yield ("vpte.f32 gt, q2, q5; vaddt.f32 q1, q2, q5; vmule.f32 q1, q2, q5", "floats")


def memory():
    yield from each("v{o}rb.8 q3, {a}", "places", o=["ld", "st"], a=["[r4]", "[r5, #17]", "[r6, #-8]!",
                                                                      "[r7], #3"])
    yield from each("v{o}rh.16 q3, {a}", "places", o=["ld", "st"], a=["[r4]", "[r5, #18]!", "[r7], #-4"])
    yield from each("v{o}rw.32 q3, {a}", "places", o=["ld", "st"], a=["[r4]", "[r5, #16]!", "[r7], #-4",
                                                                       "[r8, #-12]"])
    yield from each("vldrb.{s}{w} q3, {a}", "places", s=SIGNS, w=["16", "32"], a=["[r4, #3]", "[r5], #-7"])
    yield from each("vldrh.{s}32 q3, {a}", "places", s=SIGNS, a=["[r4, #4]", "[r5, #-2]!"])
    yield from each("vstr{w} q3, {a}", "places", w=["b.16", "b.32", "h.32"], a=["[r4, #6]", "[r5], #2"])
    yield from each("vpst; v{o}t{w} q3, [r4], #16", "places", o=["ldrb", "strb"], w=[".8"])
    yield from each("vpst; v{o}wt.32 q3, [r4]", "places", o=["ldr", "str"])
    yield from each("vld2{n}.{w} {{q2, q3}}, {a}", "places", n=[0, 1], w=ALL, a=["[r4]", "[r4]!"])
    yield from each("vst2{n}.{w} {{q2, q3}}, {a}", "places", n=[0, 1], w=ALL, a=["[r4]", "[r4]!"])
    yield from each("v{o}4{n}.{w} {{q2, q3, q4, q5}}, {a}", "places", o=["ld", "st"], n=[0, 1, 2, 3],
                    w=ALL, a=["[r4]", "[r4]!"])
    for kind, texts in (
            ("offsets8", ["vldrb.u8 q3, [r4, q5]", "vstrb.8 q3, [r4, q5]"]),
            ("offsets16", ["vldrb.{s}16 q3, [r4, q5]", "vldrh.u16 q3, [r4, q5]", "vstrb.16 q3, [r4, q5]",
                           "vldrh.u16 q3, [r4, q5, uxtw #1]", "vstrh.16 q3, [r4, q5, uxtw #1]"]),
            ("offsets32", ["vldrb.{s}32 q3, [r4, q5]", "vldrh.{s}32 q3, [r4, q5]",
                           "vldrh.{s}32 q3, [r4, q5, uxtw #1]", "vldrw.u32 q3, [r4, q5]",
                           "vldrw.u32 q3, [r4, q5, uxtw #2]", "vldrd.u64 q3, [r4, q5]",
                           "vldrd.u64 q3, [r4, q5, uxtw #3]", "vstrb.32 q3, [r4, q5]",
                           "vstrh.32 q3, [r4, q5]", "vstrw.32 q3, [r4, q5, uxtw #2]",
                           "vstrd.64 q3, [r4, q5]", "vpst; vldrwt.u32 q3, [r4, q5]",
                           "vpst; vstrwt.32 q3, [r4, q5]"]),
            ("addresses", ["vldrw.u32 q3, [q5]", "vldrw.u32 q3, [q5, #16]", "vldrw.u32 q3, [q5, #-4]!",
                           "vldrd.u64 q3, [q5, #8]", "vstrw.32 q3, [q5, #4]", "vstrw.32 q3, [q5, #8]!",
                           "vstrd.64 q3, [q5, #16]!"])):
        for text in texts:
            yield from each(text, kind, s=SIGNS if "{s}" in text else [""])
    # vstr p0, [r4, #4] and vldr, which this assembler does not know.
    yield from each(".inst.w {o}", "places", o=["0xedc4af81", "0xedd4af81"])


def shifts():
    yield from each("{o} r4, r5", "counts", o=["sqrshr", "uqrshl"])
    yield from each("{o} r4, r7, #{w}, r9", "counts", o=["sqrshrl", "uqrshll"], w=[48, 64])
    yield from each("{o} r4, #{n}", o=["sqshl", "srshr", "uqshl", "urshr"], n=[1, 7, 32])
    yield from each("{o} r4, r7, #{n}", o=["sqshll", "srshrl", "uqshll", "urshrl", "lsll", "lsrl", "asrl"],
                    n=[1, 7, 32])
    yield from each("{o} r4, r7, r9", "counts", o=["lsll", "asrl"])


def parallel():
    yield from each("{p}{o} r2, r3, r4; sel r5, r6, r7", p=["s", "u", "q", "uq", "sh", "uh"],
                    o=["add8", "add16", "sub8", "sub16", "asx", "sax"])
    yield from each("{o} r2, r3, r4, r5", o=["smlad", "smladx", "smlsd", "smlabb", "smlatt", "smlawb",
                                            "smlawt", "smmla", "smmlar", "smmls", "smmlsr", "mla",
                                            "mls", "usada8", "smlald", "smlaldx", "smlsld", "smlalbt",
                                            "smlal", "umlal", "umaal", "smull", "umull"])
    yield from each("{o} r2, r3, r4", o=["qadd", "qsub", "qdadd", "qdsub", "pkhbt", "sdiv", "udiv",
                                         "usad8", "smuad", "smusdx", "smulwb", "sxtab", "uxtab16"])
    yield from each("{o}", o=["ssat r2, #7, r3, lsl #3", "usat r2, #9, r3, asr #2", "ssat16 r2, #5, r3",
                              "usat16 r2, #6, r3", "pkhtb r2, r3, r4, asr #9"])
    yield from each("{o} r2, r3, r4, {c}", o=["csel", "csinc", "csinv", "csneg"],
                    c=["eq", "ne", "cs", "mi", "vs", "hi", "ge", "lt", "gt", "le"])


def floats():
    yield from each("v{o}.f32 s5, s8, s11", "floats",
                    o=["add", "sub", "mul", "nmul", "div", "mla", "mls", "nmla", "nmls", "fma", "fms",
                       "fnma", "fnms", "maxnm", "minnm"])
    yield from each("v{o}.f32 s5, s8", "floats", o=["mov", "abs", "neg", "sqrt", "rintr", "rintz", "rintx",
                                                   "rinta", "rintn", "rintp", "rintm"])
    yield from each("vcmp{e}.f32 s5, {b}; vmrs APSR_nzcv, fpscr; vsel{c}.f32 s2, s3, s4", "floats",
                    e=["", "e"], b=["s8", "#0"], c=["eq", "vs", "ge", "gt"])
    yield from each("vsel{c}.f32 s2, s9, s14", c=["eq", "vs", "ge", "gt"])
    yield from each("vcvt{r}.{s}32.f32 s5, s8", "floats", r=["", "r", "a", "n", "p", "m"], s=SIGNS)
    yield from each("vcvt.f32.{s}32 s5, s8", s=SIGNS)
    yield from each("vcvt.f32.{s}{w} s5, s5, #7", s=SIGNS, w=["16", "32"])
    yield from each("vcvt.{s}{w}.f32 s5, s5, #7", "floats", s=SIGNS, w=["16", "32"])
    yield from each("{o}", "bits", o=["vmov s7, r4", "vmov r4, s7", "vmov r4, r5, d3", "vmov d3, r4, r5",
                                      "vmov s6, s7, r4, r5", "vmov.f32 s5, #-0.125", "vmovx.f16 s5, s8",
                                      "vins.f16 s5, s8", "vmov.f16 s5, r4", "vmov.f16 r4, s5",
                                      "vmrs r4, p0", "vmsr p0, r4"])
    yield from each("v{o}.f64 d2, d4, d6", "floats", o=["add", "sub", "mul", "div", "fma", "maxnm"])
    yield from each("vcvt{o} s5, s8", "floats", o=["b.f32.f16", "t.f32.f16", "b.f16.f32", "t.f16.f32"])
    yield from each("{o}", "places", o=["vldr s5, [r4, #8]", "vstr d5, [r4, #-8]", "vldmia r4!, {s3-s9}",
                                        "vstmdb r4!, {d3-d5}", "vldmia r4, {d3-d4}"])


def cases(_):
    return [*lanes(), *immediates(), *widths(), *reductions(), *predicates(), *counting(),
            *float_lanes(), *memory(), *shifts(), *parallel(), *floats()]
