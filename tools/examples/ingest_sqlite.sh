#!/usr/bin/env bash
# … | ingest_sqlite.sh FILE: upserts the records on stdin into the table "turns"
# of its own SQLite database, each as soon as it arrives.
#
# Several databases of turn-counter may fill one table: the column "origin"
# distinguishes them. It is $ORIGIN, else the name of the host.
#
# A record that equals its row changes nothing. If FILE cannot be written any
# longer, it ends with an error: start the whole pipe again, with records_of.sh
# first.
set -euo pipefail
umask 077
export LC_ALL=C

file=${1:?the database to write is missing}
origin=${ORIGIN:-$HOSTNAME}
quoted="'${origin//\'/\'\'}'"

query() {
  sqlite3 -batch -bail -init /dev/null -cmd '.timeout 60000' "$file" "$1"
}

columns="turn_id_glob, sid, pid, session_turn, session_pid_turn, status,
  user_text, assistant_text, start_time, end_time, duration_ms, original_turn_id,
  pid_mismatch, agent, cwd, outcome, outcome_reason, outcome_time"

# SQLite's JSON functions truncate a text at U+0000, so it becomes U+FFFD. Escaped
# backslashes are rewritten first, so that they are not read as part of \u0000.
setup() {
  echo .timeout 60000
  # What a table of an earlier version lacks.
  query "WITH present AS (SELECT name FROM pragma_table_info('turns'))
    SELECT 'ALTER TABLE turns ADD COLUMN ' || value || ' TEXT;' FROM json_each(
      '[\"agent\", \"cwd\", \"outcome\", \"outcome_reason\", \"outcome_time\"]')
    WHERE 'sid' IN present AND value NOT IN present"
  local old
  old=$(query "WITH present AS (SELECT name FROM pragma_table_info('turns'))
    SELECT 1 WHERE 'sid' IN present AND 'origin' NOT IN present")
  echo 'BEGIN IMMEDIATE;'
  [ -z "$old" ] || echo 'ALTER TABLE turns RENAME TO turns_of_one;'
  cat <<'SQL'
CREATE TABLE IF NOT EXISTS turns (
  origin TEXT NOT NULL,
  turn_id_glob INTEGER NOT NULL,
  sid TEXT NOT NULL, pid INTEGER NOT NULL,
  session_turn INTEGER, session_pid_turn INTEGER, status TEXT NOT NULL,
  user_text TEXT, assistant_text TEXT,
  start_time TEXT, end_time TEXT, duration_ms INTEGER,
  original_turn_id TEXT, pid_mismatch INTEGER NOT NULL,
  agent TEXT, cwd TEXT,
  outcome TEXT, outcome_reason TEXT, outcome_time TEXT,
  PRIMARY KEY (origin, turn_id_glob)
);
SQL
  [ -z "$old" ] || echo "INSERT INTO turns (origin, $columns)
    SELECT $quoted, $columns FROM turns_of_one; DROP TABLE turns_of_one;"
  echo 'COMMIT;'
  cat <<SQL
CREATE TEMP TABLE own AS SELECT $quoted AS origin;
SQL
  cat <<'SQL'
CREATE TEMP VIEW records AS SELECT NULL AS record;
CREATE TEMP TRIGGER upsert INSTEAD OF INSERT ON records BEGIN
  INSERT INTO turns (origin, turn_id_glob, sid, pid, session_turn,
      session_pid_turn, status, user_text, assistant_text, start_time, end_time,
      duration_ms, original_turn_id, pid_mismatch, agent, cwd, outcome,
      outcome_reason, outcome_time)
    SELECT origin, r ->> 'turn_id_glob', r ->> 'sid', r ->> 'pid', r ->> 'session_turn',
      r ->> 'session_pid_turn', r ->> 'status', r ->> 'user_text',
      r ->> 'assistant_text', r ->> 'start_time', r ->> 'end_time',
      r ->> 'duration_ms', r ->> 'original_turn_id', r ->> 'pid_mismatch',
      r ->> 'agent', r ->> 'cwd', r ->> 'outcome', r ->> 'outcome_reason',
      r ->> 'outcome_time'
    FROM (SELECT replace(replace(NEW.record, '\\', '\u005c'), '\u0000', '\ufffd') AS r), own
    WHERE true
    ON CONFLICT (origin, turn_id_glob) DO UPDATE SET (sid, pid, session_turn,
      session_pid_turn, status, user_text, assistant_text, start_time, end_time,
      duration_ms, original_turn_id, pid_mismatch, agent, cwd, outcome,
      outcome_reason, outcome_time) = (excluded.sid, excluded.pid,
      excluded.session_turn, excluded.session_pid_turn, excluded.status,
      excluded.user_text, excluded.assistant_text, excluded.start_time,
      excluded.end_time, excluded.duration_ms, excluded.original_turn_id,
      excluded.pid_mismatch, excluded.agent, excluded.cwd, excluded.outcome,
      excluded.outcome_reason, excluded.outcome_time);
END;
SQL
}

# A record is one line, since JSON has no newlines, and only a quote needs
# escaping in an SQL string. (sed -u would read byte by byte.)
exec 3< <(setup && exec stdbuf -oL sed "s/'/''/g; s/.*/INSERT INTO records VALUES ('&');/")
writer=$!
status=0
sqlite3 -batch -bail -init /dev/null "$file" <&3 || status=$?
if [ "$status" -ne 0 ]; then
  # Otherwise it would wait for the next record, and lose it.
  kill "$writer" 2>/dev/null || true
  exit "$status"
fi
wait "$writer"
