#!/usr/bin/env python3
"""Checks that two databases hold the same turns and counters.

    python3 same_tables.py A.db B.db

Compares the columns that SPEC section 5 names. Prints one line of JSON with the
number of rows, and exits 1 after naming the first differences.
"""

import itertools
import json
import sqlite3
import sys

QUERIES = {
    "turns": "SELECT turn_id_glob, sid, pid, CAST(user_text AS BLOB), CAST(assistant_text AS BLOB),"
    " start_time, end_time, duration_ms, status, dedup_hash, session_turn, session_pid_turn,"
    " original_turn_id, pid_mismatch, CAST(agent AS BLOB), CAST(cwd AS BLOB), outcome,"
    " CAST(outcome_reason AS BLOB), outcome_time FROM turns ORDER BY turn_id_glob",
    "session_counters": "SELECT sid, pid, turn_count FROM session_counters ORDER BY sid, pid",
}
SHOWN = 5


def main(paths):
    databases = [sqlite3.connect(path) for path in paths]
    rows = {}
    differences = 0
    for table, query in QUERIES.items():
        count = 0
        for a, b in itertools.zip_longest(*(db.execute(query) for db in databases)):
            count += 1
            if a == b:
                continue
            differences += 1
            if differences <= SHOWN:
                print(f"{table}: {a!r}\n  differs from {b!r}", file=sys.stderr)
        rows[table] = count
    print(json.dumps({"same": differences == 0, "differences": differences, "rows": rows}))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:3]))
