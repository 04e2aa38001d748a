#!/usr/bin/env python3
"""Measures how long a live turn-counter takes from a line to its record.

    python3 latency.py LOG RATE PROGRAM [ARG...]

Writes the lines of LOG to the program's standard input, RATE turn events a
second, each at its own time and with the lines before it that concern no turn.
After each turn event it waits for one record on standard output: LOG must hold
prompts and answers in turn. Prints a JSON array of milliseconds.
"""

import json
import os
import select
import subprocess
import sys
import time

TURN_EVENTS = (b'{"event":"turn.user_message"', b'{"event":"response.output_item.done"')
PATIENCE = 10


def read_record(fd):
    record = b""
    while not record.endswith(b"\n"):
        if not select.select([fd], [], [], PATIENCE)[0]:
            sys.exit(f"no record after {PATIENCE} seconds")
        chunk = os.read(fd, 1 << 16)
        if not chunk:
            sys.exit("the program ended before its input did")
        record += chunk
    if record.count(b"\n") != 1:
        sys.exit("more than one record for one event")


def main(log, rate, argv):
    program = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    latencies = []
    noise = b""
    due = time.perf_counter() + 0.5  # Starting is measured elsewhere.
    with open(log, "rb") as lines:
        for line in lines:
            if not line.startswith(TURN_EVENTS):
                noise += line
                continue
            time.sleep(max(0, due - time.perf_counter()))
            due += 1 / rate
            program.stdin.write(noise)
            noise = b""
            start = time.perf_counter()
            program.stdin.write(line)
            read_record(program.stdout.fileno())
            latencies.append((time.perf_counter() - start) * 1000)
    program.stdin.close()
    if program.wait() != 0:
        sys.exit(f"the program ended with code {program.returncode}")
    print(json.dumps(latencies))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
