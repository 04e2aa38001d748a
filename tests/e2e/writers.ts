/**
 * Several programs that write one database at the same time.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { agentEvents } from "../support/random_log.ts";
import { appliedEvents, contents, query } from "../support/database.ts";
import { at, lineOf, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND, until } from "./program.ts";

const WRITERS = 4;

/** All columns of turns and answers, except the ids. */
const WITHOUT_IDS = [
  `SELECT hex(t.sid), t.pid, hex(t.user_text), hex(t.assistant_text),
    t.start_time, t.end_time, t.duration_ms, t.status, t.dedup_hash,
    t.session_turn, t.session_pid_turn, hex(t.original_turn_id),
    t.pid_mismatch, t.start_ms, t.end_ms, o.dedup_hash
    FROM turns AS t LEFT JOIN turns AS o ON o.turn_id_glob = t.orphaned_by
    ORDER BY t.dedup_hash`,
  `SELECT a.dedup_hash, t.dedup_hash
    FROM answers AS a JOIN turns AS t USING (turn_id_glob) ORDER BY 1`,
  "SELECT hex(sid), pid, turn_count FROM session_counters ORDER BY 1, 2",
  "SELECT hex(sid), turn_count FROM sessions ORDER BY 1",
  "SELECT name, seq FROM sqlite_sequence WHERE name = 'turns'",
];

/** Sessions whose counter differs from the number of their turns or from the last one. */
const WRONG_COUNTS = `
SELECT sid FROM sessions AS s WHERE turn_count NOT IN
    (SELECT count(*) FROM turns WHERE sid = s.sid)
  OR turn_count NOT IN (SELECT max(session_turn) FROM turns WHERE sid = s.sid)
UNION ALL SELECT sid FROM session_counters AS s WHERE turn_count NOT IN
    (SELECT count(*) FROM turns WHERE sid = s.sid AND pid = s.pid)`;

function rowsWithoutIds(db: string): string {
  return JSON.stringify(WITHOUT_IDS.map((sql) => query(db, sql)));
}

/** Writes a log of sessions that no other log has. */
async function writeLog(path: string, name: string, events: number) {
  const random = new Random(name.charCodeAt(0));
  using file = await Deno.open(path, { write: true, create: true });
  const encoder = new TextEncoder();
  let text = "";
  for (const event of agentEvents(random, events)) {
    text += lineOf({ ...event, sid: `${name} ${event.sid}` }) + "\n";
    if (text.length < 1 << 20) continue;
    await file.write(encoder.encode(text));
    text = "";
  }
  await file.write(encoder.encode(text));
}

/** Runs the program on all logs at once, without a time limit. */
async function feed(logs: string[], db: string, mode: string): Promise<void> {
  const ends = await Promise.all(logs.map(async (log) => {
    const args = ["--source", log, "--db", db, "--synchronous", mode];
    const { code, stderr } = await new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), ...args],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  }));
  assertEquals(ends, ends.map(() => ({ code: 0, stderr: "" })));
}

/**
 * Lets four programs fill one database, each from its own log, and another
 * database, all from the same log. The first equals the result of one program
 * except for the ids, the second equals it in everything.
 */
export async function assertShareDatabase(
  events: number,
  synchronous: string,
): Promise<void> {
  using dir = new TempDir();
  const names = Array.from({ length: WRITERS }, (_, i) => "abcd"[i]);
  const logs = names.map((name) => dir.file(`${name}.jsonl`));
  await Promise.all(
    names.map((name, i) => writeLog(logs[i], name, events)),
  );

  const [each, one] = [dir.file("each.db"), dir.file("one.db")];
  await feed(logs, each, synchronous);
  for (const log of logs) await feed([log], one, "off");
  assertEquals(query(each, "PRAGMA integrity_check"), [["ok"]]);
  assertEquals(
    query(each, "SELECT min(turn_id_glob), max(turn_id_glob) FROM turns"),
    query(each, "SELECT 1, count(*) FROM turns"),
  );
  assertEquals(query(each, WRONG_COUNTS), []);
  assert(rowsWithoutIds(each) === rowsWithoutIds(one), "rows differ");

  const [same, once] = [dir.file("same.db"), dir.file("once.db")];
  await feed(logs.map(() => logs[0]), same, synchronous);
  await feed([logs[0]], once, "off");
  assert(JSON.stringify(contents(same)) === JSON.stringify(contents(once)));
}

/** Programs that keep the cores busy. */
class Load implements AsyncDisposable {
  #loops = Array.from(
    { length: navigator.hardwareConcurrency },
    () =>
      new Deno.Command("sh", {
        args: ["-c", "while kill -0 $PPID; do :; done"],
      }).spawn(),
  );

  async [Symbol.asyncDispose](): Promise<void> {
    for (const loop of this.#loops) {
      loop.kill("SIGKILL");
      await loop.status;
    }
  }
}

/**
 * Lets four programs read backlogs into one database on a busy machine. None
 * fails, and when the first has read its log, each of the others has stored a
 * fifth of its own.
 *
 * @param turns The number of turns in each log.
 */
export async function assertNoneStarves(turns: number): Promise<void> {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const names = Array.from({ length: WRITERS }, (_, i) => "abcd"[i]);
  await using _load = new Load();
  const programs = names.map((sid) => {
    const prompts = Array.from(
      { length: turns },
      (_, i) => prompt({ sid, t: at(i) }),
    );
    const log = dir.write(sid, logOf(prompts.slice(1)));
    const child = new Deno.Command(COMMAND[0], {
      args: [...COMMAND.slice(1), "--source", "-", "--source", log, "--db", db],
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const stdin = child.stdin.getWriter();
    stdin.write(new TextEncoder().encode(logOf(prompts.slice(0, 1))));
    return { stdin, output: child.output() };
  });
  await until(() => appliedEvents(db) === WRITERS, "each program to be ready");
  await Promise.all(programs.map(({ stdin }) => stdin.close()));
  for (const { output } of programs) {
    const { code, stderr } = await output;
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  }
  const writers = query<[id: number, sid: string]>(
    db,
    "SELECT turn_id_glob, sid FROM turns ORDER BY turn_id_glob",
  );
  assertEquals(writers.map(([id]) => id), writers.map((_, i) => i + 1));
  const sequence = writers.map(([, sid]) => sid).join("");
  const counts = (part: string) => names.map((n) => part.split(n).length - 1);
  assertEquals(counts(sequence), names.map(() => turns));
  const firstEnd = Math.min(...names.map((name) => sequence.lastIndexOf(name)));
  const stored = counts(sequence.slice(0, firstEnd + 1));
  assert(Math.min(...stored) > turns / 5, `${stored} of ${turns} each`);
}
