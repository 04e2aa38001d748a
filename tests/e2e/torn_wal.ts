/**
 * Damages the write-ahead log after a crash, and checks that the program
 * recovers.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../tools/gen_log/random.ts";
import { agentEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";
import { contents, query } from "../support/database.ts";
import { logOf } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { run, Running, turnCounter } from "./program.ts";
import { assertMessage } from "./messages.ts";

const SUFFIXES = ["", "-wal", "-shm"] as const;
const WAL_HEADER = 32;
const FRAME = 24 + 4096;

/** The files of a database; `null` for a missing one. */
type Files = Record<typeof SUFFIXES[number], Bytes | null>;
type Bytes = Uint8Array<ArrayBuffer>;

/** Every event changes the database, so that the rows show how many were applied. */
export const EVENTS = agentEvents(new Random(2), 400)
  .filter(({ pid }) => pid !== 77);

/** A crash of the program after a number of events. */
export interface Crash {
  events: number;
  /** Whether the database file contains the whole write-ahead log. */
  checkpointed: boolean;
}

/** With a first write-ahead log, a restarted one, and one that is checkpointed. */
const CRASHES: Crash[] = [
  { events: 1, checkpointed: false },
  { events: 60, checkpointed: false },
  { events: 250, checkpointed: false },
  { events: 250, checkpointed: true },
];

/** Lets the program apply some events, kills it, and returns its files. */
export async function crash(
  path: string,
  { events, checkpointed }: Crash,
): Promise<Files> {
  await using program = Running.start(["--db", path, "--synchronous", "off"]);
  await program.write(logOf(EVENTS.slice(0, events)));
  const last = EVENTS[events - 1];
  while (!(await program.line())!.includes(last.t));
  if (checkpointed) {
    await run(["sqlite3", path, "PRAGMA wal_checkpoint(PASSIVE)"]);
  }
  program.kill("SIGKILL");
  await program.exit();
  return Object.fromEntries(
    SUFFIXES.map((suffix) => [suffix, Deno.readFileSync(path + suffix)]),
  ) as Files;
}

/** Writes the files of a database, and removes the missing ones. */
export function restore(path: string, files: Files): void {
  for (const [suffix, bytes] of Object.entries(files)) {
    Deno.writeFileSync(path + suffix, bytes ?? new Uint8Array());
    if (bytes === null) Deno.removeSync(path + suffix);
  }
}

/** Random bytes. */
export function noise(random: Random, length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = random.below(256);
  return bytes;
}

/** The damages to a file beside the database, by name. */
const DAMAGES: Record<
  string,
  (random: Random, bytes: Bytes) => Bytes | null | void
> = {
  "unchanged": () => {},
  "deleted": () => null,
  "all noise": (random, bytes) => noise(random, bytes.length),
  "all zeros": (_, bytes) => void bytes.fill(0),
  "its header zeroed": (_, bytes) => void bytes.fill(0, 0, WAL_HEADER),
  "truncated": (random, bytes) => bytes.slice(0, random.below(bytes.length)),
  "noise in it": (random, bytes) => {
    const at = random.below(bytes.length);
    const length = Math.min(bytes.length - at, random.between(1, 9000));
    bytes.set(noise(random, length), at);
  },
  "a bit flipped": (random, bytes) => {
    bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  },
  "noise after it": (random, bytes) => {
    const longer = noise(random, bytes.length + random.between(1, 9000));
    longer.set(bytes);
    return longer;
  },
  "a frame copied over another": (random, bytes) => {
    const frames = Math.floor((bytes.length - WAL_HEADER) / FRAME);
    if (frames < 1) return;
    const [to, from] = [random.below(frames), random.below(frames)]
      .map((frame) => WAL_HEADER + frame * FRAME);
    bytes.copyWithin(to, from, from + FRAME);
  },
};

/**
 * Damages the files beside the database of a crash, and lets the program read
 * the log from its beginning: the result equals that of one run.
 *
 * One state is an exception: the whole write-ahead log was copied into the
 * database file, and then its end was damaged, so that its beginning is older
 * than the file. No crash causes this, and SQLite mixes the pages of both; the
 * program reports a damaged database if it detects it.
 */
export async function assertRecovers(count: number): Promise<void> {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", logOf(EVENTS));
  const read = (db: string) =>
    turnCounter(["--source", log, "--db", db, "--synchronous", "off"]);
  await read(dir.file("once.db"));
  const once = contents(dir.file("once.db"));
  const crashes: (Crash & { files: Files })[] = [];
  for (const [i, state] of CRASHES.entries()) {
    crashes.push({ ...state, files: await crash(dir.file(`${i}.db`), state) });
  }
  await forSeeds(count, async (random) => {
    const { files, checkpointed } = random.pick(crashes);
    const path = dir.file("torn.db");
    const damage = (suffix: "-wal" | "-shm") => {
      const name = random.pick(Object.keys(DAMAGES));
      const bytes = files[suffix]!.slice();
      const damaged = DAMAGES[name](random, bytes);
      return [name, damaged === undefined ? bytes : damaged] as const;
    };
    const [wal, shm] = [damage("-wal"), damage("-shm")];
    const name = `-wal: ${wal[0]}, -shm: ${shm[0]}`;
    restore(path, { "": files[""], "-wal": wal[1], "-shm": shm[1] });
    const { code, stderr } = await read(path);
    if (code !== 0 && checkpointed) {
      assertEquals(code, 1, name);
      assertMessage(stderr, `database "${path}" is damaged; `);
      return;
    }
    assert(code === 0 && stderr === "", `${name}: ${code}: ${stderr}`);
    if (checkpointed) return;
    assertEquals(query(path, "PRAGMA integrity_check"), [["ok"]], name);
    assertEquals(contents(path), once, name);
  });
}
