/**
 * How the tables of version 0, the seed of the project, are taken over (SPEC
 * section 5).
 *
 * @module
 */

import type { Database } from "@db/sqlite";
import { parseInstant } from "../../turns/instant.ts";

/** Its tables are made anew, since they may lack keys that the rules rest on. */
export function setSeedAside(db: Database): void {
  db.exec("ALTER TABLE turns RENAME TO seed_turns");
  db.exec("ALTER TABLE session_counters RENAME TO seed_counters");
}

/** Moves what was set aside into the tables of the current version. */
export function takeSeedOver(db: Database): void {
  db.exec(TAKE_OVER);
}

/** The seed counted by process only, and may have counted turns that are gone. */
const TAKE_OVER = `
INSERT INTO turns (turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, status, dedup_hash, session_turn, session_pid_turn)
    SELECT turn_id_glob, sid, pid, user_text, assistant_text, start_time,
        end_time, duration_ms, coalesce(status, 'waiting_response'), dedup_hash,
        row_number() OVER (PARTITION BY sid ORDER BY turn_id_glob),
        row_number() OVER (PARTITION BY sid, pid ORDER BY turn_id_glob)
    FROM seed_turns ORDER BY turn_id_glob;
INSERT INTO session_counters (sid, pid, turn_count)
    SELECT sid, pid, max(turn_count) FROM (
        SELECT sid, pid, coalesce(turn_count, 0) AS turn_count FROM seed_counters
        UNION ALL SELECT sid, pid, count(*) FROM turns GROUP BY sid, pid
    ) GROUP BY sid, pid;
INSERT INTO sessions (sid, turn_count)
    SELECT sid, sum(max(turn_count, 0)) FROM session_counters GROUP BY sid;
-- No id that the seed gave is given again.
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'turns', 0 WHERE NOT EXISTS
        (SELECT 1 FROM sqlite_sequence WHERE name = 'turns');
UPDATE sqlite_sequence SET seq =
        (SELECT max(seq) FROM sqlite_sequence WHERE name IN ('turns', 'seed_turns'))
    WHERE name = 'turns';
DROP TABLE seed_turns;
DROP TABLE seed_counters;`;

/** Sets the instants of turns of which only the times are known, as text. */
export function fillInstants(db: Database): void {
  const select = db.prepare(
    "SELECT turn_id_glob, start_time, end_time FROM turns WHERE turn_id_glob > ? ORDER BY turn_id_glob LIMIT 1",
  );
  const update = db.prepare(
    "UPDATE turns SET start_ms = ?, end_ms = ? WHERE turn_id_glob = ?",
  );
  type Times = [id: number, start: string | null, end: string | null];
  let row = select.value<Times>(Number.MIN_SAFE_INTEGER);
  while (row !== undefined) {
    const [id, start, end] = row;
    update.run(parseInstant(start ?? ""), parseInstant(end ?? ""), id);
    row = select.value<Times>(id);
  }
}
