#!/usr/bin/env python3
"""Counts the pages that a live turn-counter writes, for each table and index.

    python3 pages.py DB LOG PROGRAM [ARG...]

Writes the lines of LOG to the program's standard input, all at once, and waits for a
record of each. Then it reads from the write-ahead log which pages were written: LOG must
be too short for the program to move them into the database before. Prints a JSON array
of names and counts. Needs an SQLite with dbstat.
"""

import json
import sqlite3
import struct
import subprocess
import sys
from collections import Counter

# The sizes of what a write-ahead log begins with, and each of its pages.
LOG_HEADER = 32
PAGE_HEADER = 24


def pages_written(log):
    data = open(log, "rb").read()
    (size,) = struct.unpack_from(">I", data, 8)
    for at in range(LOG_HEADER, len(data), PAGE_HEADER + size):
        (page,) = struct.unpack_from(">I", data, at)
        yield page


def main(path, log, argv):
    lines = open(log, "rb").readlines()
    program = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    program.stdin.write(b"".join(lines))
    program.stdin.flush()
    for _ in lines:
        program.stdout.readline()
    pages = list(pages_written(f"{path}-wal"))
    program.stdin.close()
    if program.wait() != 0:
        sys.exit(f"the program ended with code {program.returncode}")
    names = dict(sqlite3.connect(path).execute("SELECT pageno, name FROM dbstat"))
    print(json.dumps(Counter(names[page] for page in pages).most_common()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
