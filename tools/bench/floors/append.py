#!/usr/bin/env python3
"""Measures how long the disk takes for what a turn event writes.

    python3 append.py FILE RATE COUNT BYTES

Appends BYTES to FILE and waits until the disk has them, COUNT times, RATE times a
second. Prints a JSON array of milliseconds.
"""

import json
import os
import sys
import time


def main(path, rate, count, size):
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    latencies = []
    due = time.perf_counter()
    for _ in range(count):
        time.sleep(max(0, due - time.perf_counter()))
        due += 1 / rate
        start = time.perf_counter()
        os.write(file, b"x" * size)
        os.fdatasync(file)
        latencies.append((time.perf_counter() - start) * 1000)
    os.close(file)
    print(json.dumps(latencies))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
