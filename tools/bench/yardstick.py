#!/usr/bin/env python3
"""What a user would write instead of turn-counter: a plain Python script.

It is the yardstick of the benchmark: `json.loads` for each line, `sqlite3`, one
commit for each event, WAL and synchronous=FULL, and the same table at the end.

    python3 yardstick.py [--db PATH] [FILE]      (FILE defaults to stdin)
"""

import argparse
import hashlib
import json
import re
import sqlite3
import sys
from decimal import Decimal

PROMPT = "turn.user_message"
ITEM = "response.output_item.done"
MAX_SAFE = 2**53 - 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (
    turn_id_glob INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user_text TEXT,
    assistant_text TEXT,
    start_time TEXT,
    end_time TEXT,
    duration_ms INTEGER,
    status TEXT DEFAULT 'waiting_response',
    dedup_hash TEXT NOT NULL UNIQUE,
    session_turn INTEGER, session_pid_turn INTEGER,
    original_turn_id TEXT,
    pid_mismatch INTEGER NOT NULL DEFAULT 0,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER,
    orphaned_by INTEGER
);
CREATE INDEX IF NOT EXISTS turns_by_process ON turns (sid, pid, start_ms, turn_id_glob);
CREATE INDEX IF NOT EXISTS turns_by_session ON turns (sid, start_ms, turn_id_glob);
CREATE INDEX IF NOT EXISTS turns_by_turn_id
    ON turns (sid, pid, original_turn_id, start_ms, turn_id_glob)
    WHERE original_turn_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS turns_by_orphaner ON turns (orphaned_by) WHERE orphaned_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS turns_by_start_time ON turns (start_time);
CREATE INDEX IF NOT EXISTS turns_by_status ON turns (status);
CREATE INDEX IF NOT EXISTS turns_by_sid ON turns (sid, turn_id_glob);
CREATE TABLE IF NOT EXISTS session_counters (
    sid TEXT NOT NULL,
    pid INTEGER NOT NULL,
    turn_count INTEGER DEFAULT 0,
    PRIMARY KEY (sid, pid)
);
CREATE TABLE IF NOT EXISTS sid_counters (
    sid TEXT PRIMARY KEY,
    turn_count INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    answer_hash TEXT PRIMARY KEY,
    turn_id_glob INTEGER NOT NULL
) WITHOUT ROWID;
"""

RECORD_COLUMNS = (
    "turn_id_glob", "sid", "pid", "session_turn", "session_pid_turn", "status",
    "user_text", "assistant_text", "start_time", "end_time", "duration_ms",
    "original_turn_id", "pid_mismatch",
)  # fmt: skip
RECORD = "SELECT " + ", ".join(RECORD_COLUMNS) + " FROM turns "


class Rejected(Exception):
    """A line, or the torn head of one, that cannot be decoded."""

    def __init__(self, reason, event=None):
        super().__init__(reason)
        self.event = event


# --- Reading a line -----------------------------------------------------------

FIRST_NAME = re.compile(r'\{"event":"([A-Za-z0-9._-]+)"')
TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))?"
)
MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def no_constant(name):
    raise ValueError(f"{name} is not JSON")


# As json.loads does it, but without NaN and Infinity, which are not JSON.
parse_json = json.JSONDecoder(parse_constant=no_constant).decode


def try_json(text):
    """The value, or `...` (which JSON cannot say) if this is not JSON."""
    try:
        return parse_json(text)
    except (ValueError, RecursionError):
        return ...


def is_turn_event(name):
    return name == PROMPT or name == ITEM


def read_line(text):
    """The events of a line: a tuple, or None if it concerns no turn."""
    envelope = try_json(text.removeprefix("\ufeff"))
    first = FIRST_NAME.match(text)
    if first and not is_turn_event(first[1]):
        return None
    if envelope is not ...:
        return read_envelope(envelope)
    if PROMPT not in text and ITEM not in text:
        return None
    # Half an envelope may have a whole one glued to it.
    at = text.rfind('{"event":')
    if at > 0:
        event = None
        tail = text[at:]
        first = FIRST_NAME.match(tail)
        if not first or is_turn_event(first[1]):
            envelope = try_json(tail)
            if envelope is ...:
                raise Rejected("not JSON")
            event = read_envelope(envelope)
        raise Rejected("torn", event)
    raise Rejected("not JSON")


def read_envelope(envelope):
    if type(envelope) is not dict:
        return None
    event = envelope.get("event")
    data = ...
    if event is None:
        data = read_data(envelope)
        event = data.get("type") if type(data) is dict else None
    if not isinstance(event, str) or not is_turn_event(event):
        return None
    if data is ...:
        data = read_data(envelope)
    if type(data) is not dict:
        raise Rejected("no data in line")
    if event == PROMPT:
        text = prompt_text(data)
    else:
        item = read_item(data)
        if item is None:
            return None
        text = answer_text(item)
    sid = envelope.get("sid")
    if not isinstance(sid, str) or sid == "":
        raise Rejected("no sid")
    metadata = read_metadata(envelope)
    pid = read_pid(metadata, envelope)
    t = envelope.get("t")
    ms = instant(t) if isinstance(t, str) else None
    if ms is None:
        raise Rejected("t is not a timestamp")
    turn_id = read_turn_id(metadata.get("turn_id"))
    return event, storable(sid), pid, t, ms, storable(text), turn_id


def read_data(envelope):
    line = envelope.get("line")
    if not isinstance(line, str):
        return line
    return try_json(line[5:] if line.startswith("data:") else line)


def payload_of(data):
    payload = data.get("payload")
    return payload if type(payload) is dict else {}


def prompt_text(data):
    for text in (payload_of(data).get("message"), data.get("message")):
        if isinstance(text, str):
            return text
    raise Rejected("no message text")


def read_item(data):
    """The item if it is an assistant's message, else None."""
    item = data.get("item")
    if item is None:
        item = payload_of(data).get("item")
    if type(item) is not dict:
        raise Rejected("no item")
    if item.get("type") != "message" or item.get("role") not in (None, "assistant"):
        return None
    return item


def answer_text(item):
    texts = []
    content = item.get("content")
    for part in content if type(content) is list else ():
        if type(part) is not dict:
            continue
        kind = part.get("type")
        if kind in (None, "output_text") and isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif kind in (None, "refusal") and isinstance(part.get("refusal"), str):
            texts.append(part["refusal"])
    if not texts:
        raise Rejected("no message text")
    return "".join(texts)


def read_metadata(envelope):
    metadata = envelope.get("metadata")
    if metadata is None:
        return {}
    if isinstance(metadata, str):
        metadata = try_json(metadata)
    if type(metadata) is not dict:
        raise Rejected("metadata is not an object")
    return metadata


def as_integer(number):
    """The number as an int if it is an integer, also if it is written as 2.0."""
    if type(number) is float and number.is_integer():
        number = int(number)
    return number if type(number) is int else None


def decimal_of(number):
    """The digits of an integer, as precise as a double; None if it is none."""
    number = as_integer(number)
    if number is None or -MAX_SAFE <= number <= MAX_SAFE:
        return None if number is None else str(number)
    try:
        double = repr(float(number))
    except OverflowError:
        return None
    return double if abs(number) >= 10**21 else str(int(Decimal(double)))


def read_pid(metadata, envelope):
    pid = metadata.get("pid")
    if pid is None:
        pid = envelope.get("pid")
    if isinstance(pid, str):
        pid = int(pid) if re.fullmatch("[0-9]+", pid) else None
    pid = as_integer(pid)
    if pid is None or not 0 <= pid <= MAX_SAFE:
        raise Rejected("pid is not an integer from 0 to 2^53-1")
    return pid


def read_turn_id(turn_id):
    if isinstance(turn_id, str):
        return storable(turn_id) if turn_id not in ("", "unknown") else None
    return decimal_of(turn_id)


def instant(t):
    """Milliseconds since 1970, UTC where no zone is given; None if no time."""
    match = TIME.fullmatch(t)
    if not match:
        return None
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, zone_hours, zone_minutes = match.groups()[6:]
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= MONTH_DAYS[month - 1]:
        return None
    if (month == 2 and day == 29 and not leap) or hour > 23 or minute > 59 or second > 59:
        return None
    offset = 0
    if sign:
        if int(zone_hours) > 23 or int(zone_minutes) > 59:
            return None
        offset = int(zone_hours) * 60 + int(zone_minutes)
        offset = -offset if sign == "-" else offset
    # Days since 1970-01-01, counting years from March.
    y = year - (month <= 2)
    days = 365 * y + y // 4 - y // 100 + y // 400
    days += (153 * ((month + 9) % 12) + 2) // 5 + day - 719469
    minutes = (days * 24 + hour) * 60 + minute - offset
    return (minutes * 60 + second) * 1000 + int(((fraction or "") + "000")[:3])


def storable(text):
    """The text with U+FFFD for each lone surrogate."""
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# --- Applying an event --------------------------------------------------------


class Tracker:
    def __init__(self, path, emit):
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.executescript(SCHEMA)
        self.emit = emit

    def one(self, sql, *values):
        return self.db.execute(sql, values).fetchone()

    def emit_turns(self, where, *values):
        for row in self.db.execute(RECORD + where, values):
            self.emit(row)

    def prompt(self, sid, pid, t, ms, text, turn_id):
        digest = event_hash(sid, pid, t, text)
        known = self.one("SELECT turn_id_glob FROM turns WHERE dedup_hash = ?", digest)
        if known:
            turn = known[0]
        else:
            self.db.execute("BEGIN IMMEDIATE")
            turn = self.mint(sid, pid, t, ms, text, turn_id, digest)
            self.db.execute("COMMIT")
        self.emit_turns("WHERE orphaned_by = ? ORDER BY turn_id_glob", turn)
        self.emit_turns("WHERE turn_id_glob = ?", turn)

    def mint(self, sid, pid, t, ms, text, turn_id, digest):
        (session_turn,) = self.one(
            "INSERT INTO sid_counters VALUES (?, 1) ON CONFLICT (sid)"
            " DO UPDATE SET turn_count = turn_count + 1 RETURNING turn_count",
            sid,
        )
        (session_pid_turn,) = self.one(
            "INSERT INTO session_counters VALUES (?, ?, 1) ON CONFLICT (sid, pid)"
            " DO UPDATE SET turn_count = turn_count + 1 RETURNING turn_count",
            sid, pid,
        )  # fmt: skip
        before = self.one(
            "SELECT turn_id_glob, status FROM turns WHERE sid = ? AND pid = ? AND start_ms <= ?"
            " ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1",
            sid, pid, ms,
        )  # fmt: skip
        after = self.one(
            "SELECT turn_id_glob FROM turns WHERE sid = ? AND pid = ? AND start_ms > ?"
            " ORDER BY start_ms, turn_id_glob LIMIT 1",
            sid, pid, ms,
        )  # fmt: skip
        turn = self.db.execute(
            "INSERT INTO turns (sid, pid, user_text, start_time, status, dedup_hash, session_turn,"
            " session_pid_turn, original_turn_id, start_ms, orphaned_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                sid, pid, text, t, "orphaned" if after else "waiting_response", digest,
                session_turn, session_pid_turn, turn_id, ms, after[0] if after else None,
            ),
        ).lastrowid  # fmt: skip
        if before and before[1] == "waiting_response":
            self.db.execute(
                "UPDATE turns SET status = 'orphaned', orphaned_by = ? WHERE turn_id_glob = ?",
                (turn, before[0]),
            )
        return turn

    def answer(self, sid, pid, t, ms, text, turn_id):
        digest = event_hash(sid, pid, t, text)
        known = self.one("SELECT turn_id_glob FROM answers WHERE answer_hash = ?", digest)
        if known:
            self.emit_turns("WHERE turn_id_glob = ?", known[0])
            return
        self.db.execute("BEGIN IMMEDIATE")
        turn, mismatch = self.turn_of_answer(sid, pid, ms, turn_id)
        if turn is not None:
            self.db.execute("INSERT INTO answers VALUES (?, ?)", (digest, turn))
            self.db.execute(
                "UPDATE turns SET assistant_text = ?, end_time = ?, end_ms = ?,"
                " duration_ms = max(0, ? - start_ms), status = 'completed', pid_mismatch = ?"
                " WHERE turn_id_glob = ? AND (end_ms IS NULL OR end_ms <= ?)",
                (text, t, ms, ms, mismatch, turn, ms),
            )
        self.db.execute("COMMIT")
        if turn is not None:
            self.emit_turns("WHERE turn_id_glob = ?", turn)

    def turn_of_answer(self, sid, pid, ms, turn_id):
        """The id of the turn, or None, and whether another process answered."""
        if turn_id is not None:
            same = "SELECT turn_id_glob FROM turns WHERE sid = ? AND pid = ? AND original_turn_id = ?"
            found = self.one(
                same + " AND start_ms <= ? ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1",
                sid, pid, turn_id, ms,
            ) or self.one(
                same + " ORDER BY start_ms, turn_id_glob LIMIT 1", sid, pid, turn_id,
            )  # fmt: skip
            if found:
                return found[0], False
        newest = " AND start_ms <= ? ORDER BY start_ms DESC, turn_id_glob DESC LIMIT 1"
        select = "SELECT turn_id_glob, original_turn_id FROM turns WHERE sid = ?"
        found = self.one(select + " AND pid = ?" + newest, sid, pid, ms)
        mismatch = False
        if not found and not self.one(
            "SELECT 1 FROM session_counters WHERE sid = ? AND pid = ?", sid, pid
        ):
            found = self.one(select + newest, sid, ms)
            mismatch = True
        if not found or (turn_id is not None and found[1] not in (None, turn_id)):
            return None, False
        return found[0], mismatch


def event_hash(sid, pid, t, text):
    return hashlib.sha256(f"{sid}|{pid}|{t}|{text}".encode()).hexdigest()


def emit(row):
    record = dict(zip(RECORD_COLUMNS, row))
    record["pid_mismatch"] = bool(record["pid_mismatch"])
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--db", default="yardstick.db")
    parser.add_argument("file", nargs="?")
    args = parser.parse_args()
    sys.set_int_max_str_digits(0)
    sys.stdout.reconfigure(encoding="utf-8")
    tracker = Tracker(args.db, emit)
    apply = {PROMPT: tracker.prompt, ITEM: tracker.answer}
    source = open(args.file, "rb") if args.file else sys.stdin.buffer
    for number, raw in enumerate(source, 1):
        try:
            event = read_line(raw.rstrip(b"\n").decode("utf-8", "replace"))
        except Rejected as rejected:
            print(f"line {number}: {rejected}", file=sys.stderr)
            event = rejected.event
        if event:
            apply[event[0]](*event[1:])


if __name__ == "__main__":
    main()
