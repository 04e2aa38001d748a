#!/usr/bin/env python3
"""What one would write instead of turn-counter: the yardstick of the benchmark.

    python3 yardstick.py [--db PATH] [FILE]      (FILE defaults to stdin)

It reads the lines that tools/gen_log.ts writes, commits each event by itself, as
durably as turn-counter, and fills the same tables.
"""

import argparse
import datetime
import hashlib
import json
import sqlite3
import sys

SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL, pid INTEGER NOT NULL,
    user_text TEXT, assistant_text TEXT, start_time TEXT, end_time TEXT, duration_ms INTEGER,
    status TEXT DEFAULT 'waiting_response', dedup_hash TEXT NOT NULL UNIQUE, session_turn INTEGER,
    session_pid_turn INTEGER, original_turn_id TEXT, pid_mismatch INTEGER NOT NULL DEFAULT 0,
    agent TEXT, cwd TEXT, outcome TEXT, outcome_reason TEXT, outcome_time TEXT,
    start_ms INTEGER, end_ms INTEGER, orphaned_by INTEGER);
CREATE INDEX IF NOT EXISTS turns_start ON turns (start_time);
CREATE INDEX IF NOT EXISTS turns_status ON turns (status);
CREATE INDEX IF NOT EXISTS turns_sid ON turns (sid, turn_id_glob);
CREATE INDEX IF NOT EXISTS turns_sid_start ON turns (sid, start_ms);
CREATE INDEX IF NOT EXISTS turns_pid_start ON turns (sid, pid, start_ms);
CREATE INDEX IF NOT EXISTS turns_name ON turns (sid, pid, original_turn_id, start_ms);
CREATE INDEX IF NOT EXISTS turns_orphaner ON turns (orphaned_by) WHERE orphaned_by IS NOT NULL;
CREATE TABLE IF NOT EXISTS session_counters (
    sid TEXT NOT NULL, pid INTEGER NOT NULL, turn_count INTEGER DEFAULT 0, PRIMARY KEY (sid, pid));
CREATE TABLE IF NOT EXISTS sid_counters (sid TEXT PRIMARY KEY, turn_count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS answers (dedup_hash TEXT PRIMARY KEY, turn_id_glob INTEGER NOT NULL);
"""
RECORD = """SELECT turn_id_glob, sid, pid, session_turn, session_pid_turn, status, user_text,
    assistant_text, start_time, end_time, duration_ms, original_turn_id, pid_mismatch, agent,
    cwd, outcome, outcome_reason, outcome_time FROM turns"""
NEWEST = "AND start_ms <= :ms ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1"
IN_SESSION = """SELECT turn_id_glob, status, original_turn_id, assistant_text, outcome FROM turns
    WHERE sid = :sid"""
IN_PROCESS = f"{IN_SESSION} AND pid = :pid"
NAMED = f"{IN_PROCESS} AND original_turn_id = :turn_id"
COUNT_UP = "DO UPDATE SET turn_count = turn_count + 1 RETURNING turn_count"
OUTCOMES = {
    "turn.response.completed": "completed",
    "turn.response.aborted": "aborted",
    "turn.shutdown_complete": "aborted",
}
KINDS = {
    "turn.user_message": "prompt",
    "response.output_item.done": "answer",
    "turn.response.completed": "end",
    "turn.response.aborted": "end",
    "turn.shutdown_complete": "session end",
}


def read_event(line):
    """The prompt, the answer or the end of a line, or None."""
    envelope = json.loads(line)
    name = envelope["event"]
    if name not in KINDS:
        return None
    data = json.loads(envelope["line"].removeprefix("data:"))
    metadata = json.loads(envelope["metadata"])
    if name == "turn.user_message":
        text = data["payload"]["message"]
    elif name in OUTCOMES:
        text = f"{name}|{metadata['turn_id']}"
    else:
        item = data["item"]
        if item["type"] != "message" or item.get("role", "assistant") != "assistant":
            return None
        text = "".join(part.get("text") or part.get("refusal", "") for part in item["content"])
    text = well_formed(text)
    sid, pid, t = envelope["sid"], metadata["pid"], envelope["t"]
    return {
        "kind": KINDS[name], "sid": sid, "pid": pid, "t": t, "ms": milliseconds(t), "text": text,
        "turn_id": metadata["turn_id"], "agent": "codex", "cwd": metadata["cwd"], "owner": None,
        "outcome": OUTCOMES.get(name), "reason": data.get("payload", {}).get("reason"),
        "hash": hash_of(f"{sid}|{pid}|{t}|{text}"),
    }  # fmt: skip


def well_formed(text):
    """SQLite takes no lone surrogates."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def milliseconds(t):
    time = datetime.datetime.fromisoformat(t.replace("Z", ""))
    return round(time.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)


def hash_of(key):
    return hashlib.sha256(key.encode()).hexdigest()


def one(db, sql, values):
    return db.execute(sql, values).fetchone()


def apply_prompt(db, event):
    """Gives the id of its turn, which is minted if it is new."""
    known = one(db, "SELECT turn_id_glob FROM turns WHERE dedup_hash = :hash", event)
    if known:
        return known["turn_id_glob"]
    by_sid = f"INSERT INTO sid_counters VALUES (:sid, 1) ON CONFLICT (sid) {COUNT_UP}"
    by_pid = f"INSERT INTO session_counters VALUES (:sid, :pid, 1) ON CONFLICT (sid, pid) {COUNT_UP}"
    counts = {"in_sid": one(db, by_sid, event)[0], "in_pid": one(db, by_pid, event)[0]}
    before = one(db, f"{IN_PROCESS} {NEWEST}", event)
    after = one(db, f"{IN_PROCESS} AND start_ms > :ms ORDER BY start_ms, turn_id_glob LIMIT 1", event)
    turn = db.execute(
        "INSERT INTO turns (sid, pid, user_text, start_time, status, dedup_hash, session_turn,"
        " session_pid_turn, original_turn_id, start_ms, orphaned_by, agent, cwd) VALUES"
        " (:sid, :pid, :text, :t, :status, :hash, :in_sid, :in_pid, :turn_id, :ms, :by, :agent, :cwd)",
        {
            **event, **counts, "status": "orphaned" if after else "waiting_response",
            "by": after["turn_id_glob"] if after else None,
        },  # fmt: skip
    ).lastrowid
    if before and before["status"] == "waiting_response":
        orphan = "UPDATE turns SET status = 'orphaned', orphaned_by = ? WHERE turn_id_glob = ?"
        db.execute(orphan, (turn, before["turn_id_glob"]))
    return turn


def find_turn(db, event):
    """The turn of an answer or an end, and whether another process answers it."""
    if event["owner"]:
        return one(db, "SELECT * FROM turns WHERE dedup_hash = :owner", event), False
    if event["kind"] == "session end":
        return one(db, f"{IN_PROCESS} {NEWEST}", event), False
    turn = one(db, f"{NAMED} {NEWEST}", event) or one(db, f"{NAMED} ORDER BY start_ms", event)
    if turn:
        return turn, False
    mismatch = not one(db, f"{IN_PROCESS} LIMIT 1", event)
    turn = one(db, f"{IN_SESSION if mismatch else IN_PROCESS} {NEWEST}", event)
    return turn if turn and turn["original_turn_id"] == event["turn_id"] else None, mismatch


def apply_answer_or_end(db, event):
    """Gives the id of its turn, or None."""
    known = one(db, "SELECT turn_id_glob FROM answers WHERE dedup_hash = :hash", event)
    if known:
        return known["turn_id_glob"]
    turn, mismatch = find_turn(db, event)
    if not turn:
        return None
    db.execute("INSERT INTO answers VALUES (?, ?)", (event["hash"], turn["turn_id_glob"]))
    values = {**event, "mismatch": mismatch, "id": turn["turn_id_glob"]}
    if event["outcome"]:
        apply_end(db, turn, values)
    else:
        db.execute(
            "UPDATE turns SET assistant_text = coalesce(nullif(:text, ''), assistant_text, ''),"
            " end_time = :t, end_ms = :ms, duration_ms = max(0, :ms - start_ms), status = 'completed',"
            " pid_mismatch = :mismatch WHERE turn_id_glob = :id"
            " AND (assistant_text IS NULL OR end_ms <= :ms)",
            values,
        )
    return turn["turn_id_glob"]


def apply_end(db, turn, values):
    if turn["outcome"]:
        return
    db.execute(
        "UPDATE turns SET outcome = :outcome, outcome_reason = :reason, outcome_time = :t"
        " WHERE turn_id_glob = :id",
        values,
    )
    if turn["assistant_text"] is not None:
        return
    if values["outcome"] == "completed":
        changes = "status = 'completed', end_time = :t, end_ms = :ms, duration_ms = max(0, :ms - start_ms)"
    else:
        changes = "status = 'orphaned', orphaned_by = NULL"
    db.execute(f"UPDATE turns SET {changes} WHERE turn_id_glob = :id", values)


def emit(db, where, turn):
    for row in db.execute(f"{RECORD} WHERE {where} = ? ORDER BY turn_id_glob", (turn,)):
        record = {**dict(row), "pid_mismatch": bool(row["pid_mismatch"])}
        print(json.dumps(record, ensure_ascii=False, separators=(",", ":")), flush=True)


def open_database(path):
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    db.executescript(SCHEMA)
    return db


def deliver(db, event):
    is_prompt = event["kind"] == "prompt"
    turn = (apply_prompt if is_prompt else apply_answer_or_end)(db, event)
    db.commit()
    if is_prompt:
        emit(db, "orphaned_by", turn)
    emit(db, "turn_id_glob", turn)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--db", default="yardstick.db")
    parser.add_argument("file", nargs="?")
    args = parser.parse_args()
    db = open_database(args.db)
    for line in open(args.file, "rb") if args.file else sys.stdin.buffer:
        event = read_event(line)
        if event:
            deliver(db, event)


if __name__ == "__main__":
    main()
