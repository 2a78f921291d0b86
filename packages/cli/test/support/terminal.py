"""Runs a command on a pseudo-terminal and prints all that it shows there; the exit code is the command's.

    terminal.py '[["Delete", "y\n"]]' command args...

Each time the text of the first pair left has appeared, its answer is typed. The terminal has TERMINAL_COLUMNS columns.
With TERMINAL_WAITS=1 it says so on standard error before it types, and waits for a line of standard input.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

TIMEOUT_S = 30


def main():
    answers = json.loads(sys.argv[1])
    pid, terminal = pty.fork()
    if pid == 0:
        columns = int(os.environ.get("TERMINAL_COLUMNS", "0"))
        if columns:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execvp(sys.argv[2], sys.argv[2:])
    shown = b""
    looked = 0
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            os.kill(pid, signal.SIGKILL)
            break
        try:
            part = os.read(terminal, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
        if answers and answers[0][0].encode() in shown[looked:]:
            looked = len(shown)
            if os.environ.get("TERMINAL_WAITS") == "1":
                print("waiting", file=sys.stderr, flush=True)
                sys.stdin.readline()
            os.write(terminal, answers.pop(0)[1].encode())
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(shown)
    sys.stdout.flush()
    sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)


main()
