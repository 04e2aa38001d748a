#!/usr/bin/env python3
"""Runs several writers on one database at once, each on a log of its own.

    python3 writers.py '{"argv": ["turn-counter"], "db": "turns.db", "logs": ["a", "b"]}'

Prints one line of JSON: the seconds until all have ended, the records that each had
written when the first of them reached the end of its log, those that each wrote in
all, and what each that failed said.
"""

import json
import os
import subprocess
import sys
import threading
import time


class Writer(threading.Thread):
    """A program, and a count of the records that it has written."""

    def __init__(self, argv, on_end):
        super().__init__()
        self.records = 0
        self.failure = None
        self.on_end = on_end
        self.program = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self):
        while piece := os.read(self.program.stdout.fileno(), 1 << 16):
            self.records += piece.count(b"\n")
        errors = self.program.stderr.read()
        code = self.program.wait()
        if code == 0:
            self.on_end()
        else:
            self.failure = f"exit code {code}: {errors.decode(errors='replace').strip()}"


def main(job):
    writers = []
    at_first_end = []
    lock = threading.Lock()

    def on_end():
        with lock:
            if not at_first_end:
                at_first_end.extend(writer.records for writer in writers)

    start = time.perf_counter()
    for log in job["logs"]:
        writers.append(Writer([*job["argv"], "--source", log, "--db", job["db"]], on_end))
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    result = {
        "seconds": time.perf_counter() - start,
        "atFirstEnd": at_first_end or [0] * len(writers),
        "records": [writer.records for writer in writers],
        "failures": [writer.failure for writer in writers if writer.failure],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
