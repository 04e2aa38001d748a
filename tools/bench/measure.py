#!/usr/bin/env python3
"""Runs one program and measures it from outside: time, processor, peak memory.

    python3 measure.py '{"argv": ["wc", "-l"], "feed": ["cat", "log"]}'

`feed` is a program whose output becomes the standard input; without it that is
empty. Standard output is a pipe, as it is in use, that `cat` empties: grep does
less where it is /dev/null. `stop` "first-output" also takes the time of its first
byte. Exit codes other than 0 are errors unless they are in `codes`. Prints one
line of JSON.

Peak memory is that of the program alone. It cannot be less than this script's
own (about 10 MB), which the system counts until the program is started.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

# ru_maxrss is in bytes there, in KiB elsewhere.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
ERROR_BYTES = 2000


def main(job):
    to_first_output = job.get("stop") == "first-output"
    errors = tempfile.TemporaryFile()
    start = time.perf_counter()
    feeder = None
    if job.get("feed"):
        feeder = subprocess.Popen(job["feed"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    program = subprocess.Popen(
        job["argv"],
        stdin=feeder.stdout if feeder else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
    )
    if feeder:
        feeder.stdout.close()
    first_output = None
    if to_first_output:
        if os.read(program.stdout.fileno(), 1):
            first_output = time.perf_counter() - start
    reader = subprocess.Popen(["cat"], stdin=program.stdout, stdout=subprocess.DEVNULL)
    program.stdout.close()
    # wait4 measures this child alone, RUSAGE_CHILDREN all.
    _, status, usage = os.wait4(program.pid, 0)
    seconds = time.perf_counter() - start
    program.returncode = os.waitstatus_to_exitcode(status)
    reader.wait()
    if feeder:
        feeder.wait()
    errors.seek(0)
    result = {
        "seconds": seconds,
        "firstOutput": first_output,
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "peakBytes": usage.ru_maxrss * RSS_UNIT,
        "code": program.returncode if program.returncode not in job.get("codes", []) else 0,
        "errors": errors.read(ERROR_BYTES).decode(errors="replace"),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
