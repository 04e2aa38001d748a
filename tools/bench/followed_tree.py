#!/usr/bin/env python3
"""Measures turn-counter as it follows a directory of session files; on Linux.

    python3 followed_tree.py '{"argv": ["turn-counter", …], "tree": "DIR", "idleSeconds": 60, "appends": 300}'

`argv` is the program with all its arguments. The database may be new: then the
first run fills it. Prints one line of JSON: the seconds until the whole tree was
read (`caughtUp`), the milliseconds from a start with all files known to a record
of a line that was appended before it (`start`), the share of a core (`idleCpu`)
and the memory (`idleBytes`, `peakBytes`) of a tree in which nothing grows, and the
milliseconds from appended lines to their records (`latencies`): the lines go to
five files, one after the other.
"""

import itertools
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

GROWING = 5
PATIENCE = 600
SETTLE_SECONDS = 3
PAUSE_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


class Probe:
    """Prompts that are appended to some of the rollouts."""

    def __init__(self, tree):
        rollouts = sorted(pathlib.Path(tree).rglob("rollout-*.jsonl"))
        random.Random(1).shuffle(rollouts)
        people = (path for path in rollouts if is_a_persons(path))
        self.files = itertools.cycle(list(itertools.islice(people, GROWING)))
        self.count = itertools.count(int(time.time() * 1000))

    def append(self):
        """Appends a prompt, and returns a text that only its record holds."""
        now = next(self.count)
        text = f"probe {now}"
        t = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now / 1000)) + f".{now % 1000:03}Z"
        payload = {"type": "user_message", "message": text, "images": []}
        line = json.dumps({"timestamp": t, "type": "event_msg", "payload": payload}) + "\n"
        with next(self.files).open("a") as file:
            file.write(line)
        return f'"{text}"'.encode()


def is_a_persons(path):
    with path.open("rb") as file:
        first = file.readline()
    return b'"thread_source":"user"' in first and b'"paginated"' not in first


class Program:
    def __init__(self, argv):
        self.started = time.perf_counter()
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def wait_for(self, text):
        """Waits for a record that holds a text; returns when it came."""
        for record in self.process.stdout:
            if text in record:
                return time.perf_counter()
            if time.perf_counter() - self.started > PATIENCE:
                break
        sys.exit(f"no record of {text.decode()}")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """Resident memory now, and at its highest, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return [int(fields[name].split()[0]) * 1024 for name in ("VmRSS", "VmHWM")]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.read()
        if self.process.wait() != 0:
            sys.exit(f"the program ended with code {self.process.returncode}")


def main(job):
    probe = Probe(job["tree"])
    text = probe.append()
    program = Program(job["argv"])
    caught_up = program.wait_for(text) - program.started
    time.sleep(SETTLE_SECONDS)
    program.stop()

    text = probe.append()
    program = Program(job["argv"])
    start = program.wait_for(text) - program.started
    time.sleep(SETTLE_SECONDS)
    before, since = program.cpu_seconds(), time.perf_counter()
    time.sleep(job["idleSeconds"])
    idle_cpu = (program.cpu_seconds() - before) / (time.perf_counter() - since)
    idle_bytes, peak_bytes = program.memory()

    latencies = []
    for _ in range(job["appends"]):
        begin = time.perf_counter()
        latencies.append((program.wait_for(probe.append()) - begin) * 1000)
        time.sleep(PAUSE_SECONDS)
    program.stop()
    result = {
        "caughtUp": caught_up,
        "start": start * 1000,
        "idleCpu": idle_cpu,
        "idleBytes": idle_bytes,
        "peakBytes": peak_bytes,
        "latencies": latencies,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
