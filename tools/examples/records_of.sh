#!/usr/bin/env bash
# records_of.sh FILE: prints the record of every turn in a database of
# turn-counter, as in the stream; nothing if the database does not exist yet.
#
# Run before the stream, it repeats what an earlier ingester lost:
#
#   { records_of.sh turns.db && turn-counter --source LOG --follow --db turns.db; } | ingester
#
# turn-counter resumes after the last record that it wrote into the pipe. It does
# not repeat records that were still in the pipe when the ingester died, but it
# had committed their turns to this database before.
set -euo pipefail

file=${1:?the database of turn-counter is missing}
query() {
  sqlite3 -batch -bail -init /dev/null -readonly -cmd '.timeout 60000' "$file" "$1"
}

# The version is 0 until the tables exist.
if [ ! -e "$file" ] || [ "$(query 'PRAGMA user_version')" = 0 ]; then exit 0; fi

query "SELECT json_object(
  'turn_id_glob', turn_id_glob, 'sid', sid, 'pid', pid,
  'session_turn', session_turn, 'session_pid_turn', session_pid_turn,
  'status', status, 'user_text', user_text, 'assistant_text', assistant_text,
  'start_time', start_time, 'end_time', end_time, 'duration_ms', duration_ms,
  'original_turn_id', original_turn_id,
  'pid_mismatch', json(iif(pid_mismatch, 'true', 'false')),
  'agent', agent, 'cwd', cwd, 'outcome', outcome,
  'outcome_reason', outcome_reason, 'outcome_time', outcome_time)
  FROM turns ORDER BY turn_id_glob"
