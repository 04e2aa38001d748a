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
        return "substr(sid, 1, 24) || printf('%012x', :k)"
    if column == "turn_id_glob" or column == "orphaned_by":
        return f"{column} + :k * :turns"
    if column.endswith("_ms") and column != "duration_ms":
        return f"{column} + :k * {SHIFT * 1000}"
    if column.endswith("_time"):
        return f"strftime('%Y-%m-%dT%H:%M:%f', {column}, (:k * {SHIFT}) || ' seconds')"
    return column


def grow(db, copies):
    """Multiplies the rows; the first of the copies are those that are there."""
    for pragma in ("journal_mode=DELETE", "synchronous=OFF", "cache_size=-1000000", "threads=2"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("PRAGMA locking_mode=EXCLUSIVE")
    (turns,) = db.execute("SELECT max(turn_id_glob) FROM turns").fetchone()
    indexes = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    db.execute("PRAGMA journal_mode=OFF")
    db.execute("BEGIN")
    for name, _ in indexes:
        db.execute(f"DROP INDEX {name}")
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
        for insert in inserts:
            db.execute(insert, {"k": k, "slot": slot, "turns": turns})
    db.execute(f"UPDATE {LAST_ID} SET last_id = (SELECT max(turn_id_glob) FROM turns)")
    # Building an index at the end sorts once; keeping it up to date does not.
    for _, sql in indexes:
        db.execute(sql)
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
