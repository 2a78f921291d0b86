"""One Python peer at one work, in its own process: python child.py <peer> <work> <folder> <parameters as JSON>.

The same works and the same lines of JSON on file descriptor 3 as bench/src/work/child.ts.
"""

import json
import os
import resource
import sys
import threading
import time

import numpy

from kinds import KINDS, PAIRS
from peers import OPEN

TIMEOUT_S = 5
peer, work, folder, parameters = sys.argv[1:5]
parameters = json.loads(parameters)
ran = 0
values = {}


def say(line):
    os.write(3, (json.dumps(line) + "\n").encode())


def record(key):
    return {"id": key, "name": f"name {key}", "tags": ["a", "b"], "scores": [n * key for n in range(150)]}


def megabyte(key):
    rows = [
        {
            "row": row,
            "name": f"name {row} of {key}",
            "email": f"user{row}@example.org",
            "score": row * 1.5,
            "active": row % 2 == 0,
            "tags": ["a", "b"],
        }
        for row in range(9_000)
    ]
    return {"id": key, "rows": rows}


def floats(key):
    return key + numpy.arange(131_072) * 1.1


PAYLOADS = {"record": record, "megabyte": megabyte, "floats": floats}


def original(key):
    global ran
    ran += 1
    return values[key]


def echo(*args):
    return repr(args)


def killed(key):
    global ran
    ran += 1
    return megabyte(key)


def same(one, other):
    if isinstance(one, numpy.ndarray) and isinstance(other, numpy.ndarray):
        # A memory-mapped array counts as an array.
        return one.dtype == other.dtype and numpy.array_equal(one, other)
    if type(one) is not type(other):
        return False
    return repr(one) == repr(other)


def ask(call, args, expected):
    """The end of a call. A call that takes too long is abandoned."""
    answer = ["hung"]

    def judge():
        try:
            answer[0] = "right" if same(call(*args), expected) else "wrong"
        except Exception:
            answer[0] = "threw"

    thread = threading.Thread(target=judge, daemon=True)
    thread.start()
    thread.join(TIMEOUT_S)
    return answer[0]


def subject(ids, payload):
    values.update({key: PAYLOADS[payload](key) for key in ids})


def timed(call, ids):
    start = time.perf_counter()
    results = [call(key) for key in ids]
    return results, time.perf_counter() - start


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill():
    count = parameters["count"]
    ids = list(range(count))
    subject(ids, parameters["payload"])
    start = time.perf_counter()
    memoize, close = OPEN[peer](folder)
    opening = time.perf_counter() - start
    results, took = timed(memoize("work", original), ids)
    start = time.perf_counter()
    close()
    took += opening + time.perf_counter() - start
    peak = memory()
    wrong = sum(not same(result, values[key]) for key, result in zip(ids, results))
    return {"micros": took * 1e6 / count, "memory": peak, "wrong": wrong, "runs": ran}


def hit():
    count = parameters["count"]
    ids = [index * 7_919 % parameters["of"] for index in range(count)]
    subject(ids, parameters["payload"])
    start = time.perf_counter()
    memoize, close = OPEN[peer](folder)
    opening = time.perf_counter() - start
    call = memoize("work", original)
    results, took = timed(call, ids)
    runs = ran
    later = sorted(timed(call, ids)[1] * 1e6 / count for _ in range(parameters["passes"]))
    peak = memory()
    wrong = sum(not same(result, values[key]) for key, result in zip(ids, results))
    again = later[len(later) // 2] if later else None
    return {"first": (took + opening) * 1e6 / count, "again": again, "memory": peak, "wrong": wrong, "runs": runs}


def cold():
    subject([0], "record")
    start = time.perf_counter()
    memoize, _ = OPEN[peer](folder)
    result = memoize("work", original)(0)
    took = time.perf_counter() - start
    return {"ms": took * 1000, "wrong": 0 if same(result, values[0]) else 1, "runs": ran}


def together():
    lock = threading.Lock()

    def slow(key):
        global ran
        with lock:
            ran += 1
        time.sleep(0.05)
        return record(key)

    memoize, _ = OPEN[peer](folder)
    call = memoize("together", slow)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(call, (1,), record(1))), daemon=True)
        for _ in range(parameters["calls"])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"calls": parameters["calls"], "runs": ran, "bad": sum(answer != "right" for answer in answers)}


def counted(key):
    with open(parameters["runs"], "a") as file:
        file.write(".")
    time.sleep(0.3)
    return record(key)


def alone():
    memoize, _ = OPEN[peer](folder)
    call = memoize("processes", counted)
    time.sleep(max(0, parameters["at"] / 1000 - time.time()))
    return {"answer": ask(call, (1,), record(1))}


def values_of_kinds():
    """Uses one function in one folder, because joblib remembers per process which functions it has compared."""
    global ran
    kept = {}
    memoize, close = OPEN[peer](folder)
    call = memoize("value", original)
    for kind, make in KINDS.items():
        ran = 0
        values[kind] = make()
        kept[kind] = {"answer": ask(call, (kind,), make()), "ran": ran > 0}
    close()
    return kept


def pairs():
    answers = {}
    for index, (name, (one, other)) in enumerate(PAIRS.items()):
        memoize, close = OPEN[peer](os.path.join(folder, f"pair-{index}"))
        call = memoize("echo", echo)
        first = ask(call, one, repr(one))
        answers[name] = ask(call, other, repr(other)) if first == "right" else first
        close()
    return answers


def write():
    memoize, _ = OPEN[peer](folder)
    call = memoize("killed", killed)
    key = parameters["from"]
    while True:
        say({"begun": key})
        call(key)
        say({"had": key})
        key += 1


def reread():
    global ran
    memoize, _ = OPEN[peer](folder)
    call = memoize("killed", killed)
    for key in parameters["ids"]:
        ran = 0
        say({"begun": key})
        answer = ask(call, (key,), megabyte(key))
        say({"id": key, "answer": answer, "ran": ran > 0})


def flipped():
    global ran
    for place in parameters["folders"]:
        ran = 0
        say({"begun": place})
        try:
            subject([0], "record")
            memoize, close = OPEN[peer](place)
            answer = ask(memoize("work", original), (0,), values[0])
            close()
        except Exception:
            answer = "threw"
        say({"folder": place, "answer": answer, "ran": ran > 0})


WORKS = {
    "fill": fill,
    "hit": hit,
    "cold": cold,
    "together": together,
    "alone": alone,
    "values": values_of_kinds,
    "pairs": pairs,
    "write": write,
    "reread": reread,
    "flipped": flipped,
}
result = WORKS[work]()
if result is not None:
    say(result)
sys.stderr.flush()
os._exit(0)
