"""Twelve kinds of results and twelve pairs of argument lists, that real Python programs have."""

import re
from datetime import datetime

AT = datetime(1970, 1, 2)


def cycle():
    loop = [1]
    loop.append(loop)
    return loop


KINDS = {
    "datetime": lambda: AT,
    "dict with an int key": lambda: {1: "a", "b": 2},
    "set": lambda: {1, "a"},
    "None": lambda: None,
    "-0.0": lambda: -0.0,
    "nan": lambda: float("nan"),
    "big int": lambda: 2**80,
    "bytes": lambda: b"\x00\xff",
    "tuple": lambda: (1, (2, 3)),
    "cycle": cycle,
    "exception": lambda: TypeError("no such thing"),
    "regular expression": lambda: re.compile("a+", re.I),
}

PAIRS = {
    "1 and '1'": ((1,), ("1",)),
    "[1, 2] and '1,2'": (([1, 2],), ("1,2",)),
    "('a', 'b') and ('a', 'c')": (("a", "b"), ("a", "c")),
    "{'a': None} and {}": (({"a": None},), ({},)),
    "0.0 and -0.0": ((0.0,), (-0.0,)),
    "nan and None": ((float("nan"),), (None,)),
    "1 and 1.0": ((1,), (1.0,)),
    "1 and True": ((1,), (True,)),
    "a datetime and its ISO text": ((AT,), (AT.isoformat(),)),
    "two sets": (({1},), ({2},)),
    "2**70 and float(2**70)": ((2**70,), (float(2**70),)),
    "b'a' and 'a'": ((b"a",), ("a",)),
}
