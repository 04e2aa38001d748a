/**
 * Damages databases, and looks what the program makes of them.
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
import { assertSentence } from "./told.ts";

const PAGE = 4096;

/** What can happen to the bytes of a file. Each may change them in place. */
type Damage = (
  random: Random,
  bytes: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer> | void;

/** Turns a bit of the bytes from `start` to `end`. */
function flip(start: number, end: number): Damage {
  return (random, bytes) => {
    const at = random.between(start, Math.min(end, bytes.length) - 1);
    bytes[at] ^= 1 << random.below(8);
  };
}

/** A page of a file. */
function page(random: Random, bytes: Uint8Array<ArrayBuffer>) {
  const start = random.below(bytes.length / PAGE) * PAGE;
  return bytes.subarray(start, start + PAGE);
}

function noise(random: Random, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
}

/** What is done to a database, by name. */
const DAMAGES: Record<string, Damage> = {
  "a bit of the header flipped": flip(0, 100),
  "a bit of the schema flipped": flip(100, PAGE),
  "a bit of a table or an index flipped": flip(PAGE, Infinity),
  "fifty bits flipped": (random, bytes) => {
    for (let i = 0; i < 50; i++) flip(100, Infinity)(random, bytes);
  },
  "truncated anywhere": (random, bytes) =>
    bytes.slice(0, random.between(1, bytes.length - 1)),
  "truncated behind a page": (random, bytes) =>
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

/** A log of prompts and answers, every one of which finds its turn. */
const LOG = logOf(
  agentEvents(new Random(1), 300).filter(({ pid }) => pid !== 77),
);

/** How many damaged databases came to what. */
export interface Tally {
  /** The program said that it cannot use the database. */
  refused: number;
  /** All rows are as they should be. */
  whole: number;
  /** SQLite's own check finds no fault in what was damaged. */
  invisible: number;
  /** Only a check of the whole database finds the fault. */
  untouched: number;
}

/**
 * Damages a database of some turns, and lets the program read its log again,
 * which changes nothing in a database that is whole.
 *
 * A checksum is nothing that SQLite has, so a flipped bit of a text is another
 * text. What can be held: the program says in one sentence what is wrong, or
 * tells a record for each event; it never crashes and never hangs; a database
 * that it refuses at once stays as it is; and where SQLite itself finds the
 * database in order, every turn stays as it is.
 */
export async function assertDefinedOnDamage(count: number): Promise<Tally> {
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
      assertOneSentence(await turnCounter(args), path, `status: ${name}`);
    }
    const ended = await read(path);
    assertOneSentence(ended, path, name);
    if (ended.code === 1) {
      tally.refused++;
      const told = ended.stdout !== "";
      if (!told) assertEquals(Deno.readFileSync(path), damaged, name);
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

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Code 0 and no word, or code 1 and one sentence with the file and a remedy. */
function assertOneSentence(
  { code, stdout, stderr }: Ended,
  path: string,
  name: string,
): void {
  assert(code === 0 || code === 1, `${name}: ended with ${code}: ${stderr}`);
  for (const line of stdout.split("\n").slice(0, -1)) JSON.parse(line);
  if (code === 0) assertEquals(stderr, "", name);
  else {
    assertSentence(stderr, `turn-counter: database "${path}" `, "; ");
  }
}
