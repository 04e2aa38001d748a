/**
 * Damages databases, and checks the reaction of the program.
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
import { type Ended, turnCounter } from "./program.ts";
import { assertMessage } from "./messages.ts";

const PAGE = 4096;

/** A damage to the bytes of a file, which may change them in place. */
type Damage = (
  random: Random,
  bytes: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer> | void;

/** Flips a bit of the bytes from `start` to `end`. */
function flip(start: number, end: number): Damage {
  return (random, bytes) => {
    const at = random.between(start, Math.min(end, bytes.length) - 1);
    bytes[at] ^= 1 << random.below(8);
  };
}

/** A random page of a file. */
function page(random: Random, bytes: Uint8Array<ArrayBuffer>) {
  const start = random.below(bytes.length / PAGE) * PAGE;
  return bytes.subarray(start, start + PAGE);
}

function noise(random: Random, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
}

/** The damages to a database, by name. */
const DAMAGES: Record<string, Damage> = {
  "a bit of the header flipped": flip(0, 100),
  "a bit of the schema flipped": flip(100, PAGE),
  "a bit of a table or an index flipped": flip(PAGE, Infinity),
  "fifty bits flipped": (random, bytes) => {
    for (let i = 0; i < 50; i++) flip(100, Infinity)(random, bytes);
  },
  "truncated anywhere": (random, bytes) =>
    bytes.slice(0, random.between(1, bytes.length - 1)),
  "truncated after a page": (random, bytes) =>
    bytes.slice(0, PAGE * random.between(1, bytes.length / PAGE - 1)),
  "a page of zeros": (random, bytes) => void page(random, bytes).fill(0),
  "a page of noise": (random, bytes) => noise(random, page(random, bytes)),
  "two pages swapped": (random, bytes) => {
    const [a, b] = [page(random, bytes), page(random, bytes)];
    const kept = a.slice();
    a.set(b);
    b.set(kept);
  },
};

/** A log of prompts and answers, all of which find their turn. */
const LOG = logOf(
  agentEvents(new Random(1), 300).filter(({ pid }) => pid !== 77),
);

/** How many damaged databases had which result. */
export interface Tally {
  /** The program refused the database. */
  refused: number;
  /** All rows are correct. */
  whole: number;
  /** SQLite's integrity check does not detect the damage. */
  invisible: number;
  /** Only an integrity check of the whole database detects the damage. */
  untouched: number;
}

/**
 * Damages a database, and lets the program read its log again, which changes
 * nothing in an intact database.
 *
 * SQLite has no checksums, so a flipped bit in a text is another text. What can
 * be asserted: the program reports the damage in one sentence, or emits a record
 * for each event; it never crashes and never hangs; a database that it refuses
 * at once is unchanged; and if SQLite's integrity check passes, every turn is
 * unchanged.
 */
export async function assertHandlesDamage(count: number): Promise<Tally> {
  using dir = new TempDir();
  const log = dir.write("log.jsonl", LOG);
  const whole = dir.file("whole.db");
  const path = dir.file("damaged.db");
  const read = (db: string) =>
    turnCounter(["--source", log, "--db", db, "--synchronous", "off"]);
  await read(whole);
  const intact = Deno.readFileSync(whole);
  const expected = await read(whole);
  const tally = { refused: 0, whole: 0, invisible: 0, untouched: 0 };

  await forSeeds(count, async (random) => {
    const name = random.pick(Object.keys(DAMAGES));
    const bytes = intact.slice();
    const damaged = DAMAGES[name](random, bytes) ?? bytes;
    for (const suffix of ["", "-wal", "-shm", "-journal"]) {
      Deno.removeSync(dir.write(`damaged.db${suffix}`, ""));
    }
    Deno.writeFileSync(path, damaged);
    const inOrder = attempt(() => query(path, "PRAGMA integrity_check")[0][0]);
    const before = attempt(() => contents(path));

    if (random.chance(0.2)) {
      const args = ["status", "--json", "--db", path];
      assertDefined(await turnCounter(args), path, `status: ${name}`);
    }
    const ended = await read(path);
    assertDefined(ended, path, name);
    if (ended.code === 1) {
      tally.refused++;
      const hasEmitted = ended.stdout !== "";
      if (!hasEmitted) assertEquals(Deno.readFileSync(path), damaged, name);
      return;
    }
    const lines = ended.stdout.split("\n").length;
    const all = expected.stdout.split("\n").length;
    const after = attempt(() => contents(path));
    if (JSON.stringify(after) === JSON.stringify(contents(whole))) {
      tally.whole++;
    } else if (inOrder === "ok" && before !== undefined) {
      tally.invisible++;
      assertEquals(lines, all, name);
      assertEquals(after?.turns, before.turns, name);
    } else {
      tally.untouched++;
    }
  });
  return tally;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Asserts code 0 and no message, or code 1 and one sentence with file and remedy. */
function assertDefined(
  { code, stdout, stderr }: Ended,
  path: string,
  name: string,
): void {
  assert(code === 0 || code === 1, `${name}: code ${code}: ${stderr}`);
  for (const line of stdout.split("\n").slice(0, -1)) JSON.parse(line);
  if (code === 0) assertEquals(stderr, "", name);
  else {
    assertMessage(stderr, `turn-counter: database "${path}" `, "; ");
  }
}
