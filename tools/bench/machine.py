#!/usr/bin/env python3
"""Says what machine this is, as JSON. The argument is the folder that is used."""

import json
import os
import platform
import sqlite3
import subprocess
import sys


def output_of(*argv):
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else output_of("sysctl", "-n", "machdep.cpu.brand_string").strip()


def main(folder):
    machine = {
        "processor": processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memoryBytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "fileSystem": (output_of("df", "--output=fstype", folder).split() or ["unknown"])[-1],
        "python": platform.python_version(),
        "pythonSqlite": sqlite3.sqlite_version,
        "load": list(os.getloadavg()),
    }
    print(json.dumps(machine))


if __name__ == "__main__":
    main(sys.argv[1])
