#!/usr/bin/env python3
"""Makes a large database out of a small one that turn-counter wrote.

    python3 grow.py grow SMALL LARGE COPIES     LARGE gets as many copies of each row
    python3 grow.py sample DB N                 prints N of its sessions and pids as JSON

The schema stays as the program made it. Each copy of a row gets ids, a session,
a hash and times of its own; everything else is as the program wrote it.
"""

import json
import sqlite3
import sys

# Copies are this much later than one another, in seconds.
SHIFT = 60
# Its only row is the last id that was given.
LAST_ID = "minted"


def tables_of(db):
    return [
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        if name != LAST_ID and db.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()
    ]


def copied(column, rows, copies):
    """The SQL of a column's value in copy `:k`; `n` numbers the template's rows."""
    if "hash" in column:
        # Spread evenly. Each of the template's rows has a range in which its copies
        # rise, the later ones between the earlier: their index grows fast, but is
        # no more tightly packed than one that grew at random.
        step = (1 << 40) // (rows * copies)
        return f"printf('%010x', (n * {copies} + :slot) * {step}) || lower(hex(randomblob(27)))"
    if column == "sid":
        return ":time || substr(sid, 14)"
    if column == "turn_id_glob" or column == "orphaned_by":
        return f"{column} + :k * :turns"
    if column.endswith("_ms") and column != "duration_ms":
        return f"{column} + :k * {SHIFT * 1000}"
    if column.endswith("_time"):
        return f"strftime('%Y-%m-%dT%H:%M:%f', {column}, (:k * {SHIFT}) || ' seconds')"
    return column


def time_of_sessions(db):
    """The time that all of the template's sessions begin at: they are UUIDs of version 7."""
    times = db.execute("SELECT DISTINCT substr(sid, 1, 13) FROM session_counters").fetchall()
    assert len(times) == 1, "the template's sessions must begin at one time"
    return int(times[0][0].replace("-", ""), 16)


def grow(db, copies):
    """Multiplies the rows; the first of the copies are those that are there.

    The indexes are kept while the rows come, as in a database that grew by itself:
    one that is built at the end has no room in its pages, so that each new entry
    splits one.
    """
    for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-1000000", "threads=2"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA locking_mode=EXCLUSIVE")
    (turns,) = db.execute("SELECT max(turn_id_glob) FROM turns").fetchone()
    begun = time_of_sessions(db)
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("BEGIN")
    inserts = []
    for table in tables_of(db):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        db.execute(
            f"CREATE TEMP TABLE template_{table} AS"
            f" SELECT row_number() OVER (ORDER BY {columns[0]}) - 1 AS n, * FROM {table}"
        )
        (rows,) = db.execute(f"SELECT count(*) FROM template_{table}").fetchone()
        values = ", ".join(copied(column, rows, copies) for column in columns)
        inserts.append(
            f"INSERT INTO {table} ({', '.join(columns)})"
            f" SELECT {values} FROM template_{table} ORDER BY n"
        )
    half = copies // 2
    for k in range(1, copies):
        slot = 2 * k if k < half else 2 * (k - half) + 1
        time = f"{begun + k * SHIFT * 1000:012x}"
        shifted = {"k": k, "slot": slot, "turns": turns, "time": f"{time[:8]}-{time[8:]}"}
        for insert in inserts:
            db.execute(insert, shifted)
    db.execute(f"UPDATE {LAST_ID} SET last_id = (SELECT max(turn_id_glob) FROM turns)")
    db.execute("COMMIT")
    db.execute("PRAGMA locking_mode=NORMAL")
    db.execute("PRAGMA journal_mode=WAL")


def sample(db, count):
    (last,) = db.execute("SELECT max(rowid) FROM session_counters").fetchone()
    step = max(1, last // count)
    rows = db.execute(
        "WITH RECURSIVE at (id) AS (SELECT 1 UNION ALL SELECT id + ? FROM at WHERE id + ? <= ?)"
        " SELECT sid, pid FROM at JOIN session_counters ON session_counters.rowid = at.id",
        (step, step, last),
    )
    print(json.dumps(rows.fetchmany(count)))


def main(task, path, *words):
    db = sqlite3.connect(path, isolation_level=None)
    if task == "sample":
        sample(db, int(words[0]))
        return
    large = sqlite3.connect(words[0], isolation_level=None)
    db.backup(large)
    grow(large, int(words[1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
