"""`power`, memoized by pypersist. Reads one command per line, as JSON, and answers each with a line."""

import json
import sys

from pypersist import persist

ran = False


@persist(
    cache="file://" + sys.argv[1],
    key=lambda x, y: [x, y],
    storekey=True,
    hash=lambda key: "%s_to_the_power_of_%s" % tuple(key),
    pickle=lambda value: json.dumps(value, ensure_ascii=False),
    unpickle=json.loads,
    metadata=lambda: "by Python",
)
def power(x, y):
    global ran
    ran = True
    return {"power": x**y, "by": "Python", "text": "größer ☃"}


def delete(x, y):
    del power.cache[[x, y]]


def put(x, y, value):
    power.cache[[x, y]] = value


OPERATIONS = {
    "call": power,
    "delete": delete,
    "put": put,
    "keys": lambda: sorted(power.cache),
    "size": lambda: len(power.cache),
    "clear": lambda: power.clear(),
}

for line in sys.stdin:
    command, *args = json.loads(line)
    ran = False
    try:
        answer = {"value": OPERATIONS[command](*args)}
    except Exception as error:
        answer = {"error": type(error).__name__}
    print(json.dumps({**answer, "ran": ran}), flush=True)
