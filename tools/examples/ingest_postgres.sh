#!/usr/bin/env bash
# … | ingest_postgres.sh: upserts the records on stdin into the table "turns" of
# a PostgreSQL database, each as soon as it arrives. It connects as psql does,
# with PGHOST, PGUSER, PGDATABASE and so on.
#
# Several machines that number their turns by themselves may fill one table: the
# column "origin" distinguishes them. It is $ORIGIN, else the name of the host.
#
# A record that equals its row changes nothing. If the database cannot be
# written any longer, it ends with an error: start the whole pipe again, with
# records_of.sh first.
set -euo pipefail
export LC_ALL=C PGCLIENTENCODING=UTF8

origin=${ORIGIN:-$HOSTNAME}

# PostgreSQL's texts cannot hold U+0000, so it becomes U+FFFD. Escaped
# backslashes are rewritten first, so that they are not read as part of \u0000.
setup() {
  cat <<'SQL'
SET standard_conforming_strings = on;
SET client_min_messages = warning;
DO $$ BEGIN
  ASSERT current_setting('server_encoding') = 'UTF8', 'the database is not in UTF8';
END $$;
CREATE TABLE IF NOT EXISTS turns (
  origin text NOT NULL,
  turn_id_glob bigint NOT NULL,
  sid text NOT NULL, pid bigint NOT NULL,
  session_turn bigint, session_pid_turn bigint, status text NOT NULL,
  user_text text, assistant_text text,
  -- as in the log, usually without a zone
  start_time text, end_time text, duration_ms bigint,
  original_turn_id text, pid_mismatch boolean NOT NULL,
  agent text, cwd text,
  outcome text, outcome_reason text, outcome_time text,
  PRIMARY KEY (origin, turn_id_glob)
);
-- what a table of an earlier version lacks
ALTER TABLE turns ADD COLUMN IF NOT EXISTS agent text,
  ADD COLUMN IF NOT EXISTS cwd text, ADD COLUMN IF NOT EXISTS outcome text,
  ADD COLUMN IF NOT EXISTS outcome_reason text,
  ADD COLUMN IF NOT EXISTS outcome_time text,
  ADD COLUMN IF NOT EXISTS origin text NOT NULL DEFAULT :'origin';
ALTER TABLE turns ALTER COLUMN origin DROP DEFAULT;
DO $$ BEGIN
  IF (SELECT cardinality(conkey) FROM pg_constraint
      WHERE conrelid = 'turns'::regclass AND contype = 'p') = 1 THEN
    ALTER TABLE turns DROP CONSTRAINT turns_pkey,
      ADD PRIMARY KEY (origin, turn_id_glob);
  END IF;
END $$;
PREPARE upsert (text) AS
  WITH new AS (SELECT * FROM json_populate_record(NULL::turns,
    ('{"origin":' || to_json(:'origin'::text) || ',' || substr(
      replace(replace($1, '\\', '\u005c'), '\u0000', '\ufffd'), 2))::json))
  INSERT INTO turns
    SELECT * FROM new
    EXCEPT SELECT turns.* FROM turns JOIN new USING (origin, turn_id_glob)
    ON CONFLICT (origin, turn_id_glob) DO UPDATE SET (sid, pid, session_turn,
      session_pid_turn, status, user_text, assistant_text, start_time, end_time,
      duration_ms, original_turn_id, pid_mismatch, agent, cwd, outcome,
      outcome_reason, outcome_time) = (excluded.sid, excluded.pid,
      excluded.session_turn, excluded.session_pid_turn, excluded.status,
      excluded.user_text, excluded.assistant_text, excluded.start_time,
      excluded.end_time, excluded.duration_ms, excluded.original_turn_id,
      excluded.pid_mismatch, excluded.agent, excluded.cwd, excluded.outcome,
      excluded.outcome_reason, excluded.outcome_time);
SQL
}

# A record is one line, since JSON has no newlines, and only a quote needs
# escaping in an SQL string. (sed -u would read byte by byte.)
exec 3< <(setup && exec stdbuf -oL sed "s/'/''/g; s/.*/EXECUTE upsert('&');/")
writer=$!
status=0
psql -X -q -w -v ON_ERROR_STOP=1 -v VERBOSITY=terse -v origin="$origin" -f - <&3 || status=$?
if [ "$status" -ne 0 ]; then
  # Otherwise it would wait for the next record, and lose it.
  kill "$writer" 2>/dev/null || true
  exit "$status"
fi
wait "$writer"
