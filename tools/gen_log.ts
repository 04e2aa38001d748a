/**
 * Writes a generated log: `deno run tools/gen_log.ts --events 1000 > log`.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { type LogOptions, logPieces } from "./gen_log/log_generator.ts";

const HELP = `Writes a log like those that turn-counter reads. The same options
give the same bytes, on any machine.

Usage: gen_log.ts [OPTIONS] > sse_lines.jsonl

  --events N           number of events (100000)
  --seed N             other events for other seeds (1)
  --giants N           number of giant turn.exec.end lines among them (0)
  --giant-bytes N      their size, or LEAST-MOST (40000000)
  --sessions N         number of sessions (one for three prompts)
  --prompts N          number of prompts (1426 in 284936 events)
  --items-per-prompt X finished items for each prompt (2.66)
  --variants SHARE     share of lines as older writers wrote them (0)
  --torn SHARE         share of lines broken off, the next one glued on (0)
  --duplicates SHARE   share of lines written once more (0)
  --no-turns           no events of turns, not even their names
  --out FILE           write FILE instead of stdout
  --help               show this`;

const BUFFER_BYTES = 1 << 20;

/** Options that are numbers, and the largest value of those that are shares. */
const NUMBERS: Record<string, [keyof LogOptions, most: number]> = {
  "events": ["events", Infinity],
  "seed": ["seed", Number.MAX_SAFE_INTEGER],
  "giants": ["giants", Infinity],
  "sessions": ["sessions", Infinity],
  "prompts": ["prompts", Infinity],
  "items-per-prompt": ["itemsPerPrompt", Infinity],
  "variants": ["variants", 1],
  "torn": ["torn", 1],
  "duplicates": ["duplicates", 1],
};

function fail(message: string): never {
  console.error(`gen_log: ${message}`);
  Deno.exit(2);
}

function readNumber(name: string, text: string, most: number): number {
  const number = Number(text);
  if (text.trim() === "" || !(number >= 0 && number <= most)) {
    fail(`option "--${name}" cannot be "${text}"`);
  }
  return number;
}

/** Reads the command line: the log to make, and where to. */
function readArgs(argv: string[]): { options: LogOptions; out?: string } {
  const args: Record<string, unknown> = parseArgs(argv, {
    string: [...Object.keys(NUMBERS), "giant-bytes", "out"],
    boolean: ["no-turns", "help"],
    unknown: (arg) => fail(`unknown option "${arg}"; see --help`),
  });
  if (args.help) {
    console.log(HELP);
    Deno.exit(0);
  }
  const options: LogOptions = { turns: !args["no-turns"] };
  for (const [name, [key, most]] of Object.entries(NUMBERS)) {
    const text = args[name];
    if (typeof text !== "string") continue;
    Object.assign(options, { [key]: readNumber(name, text, most) });
  }
  const size = args["giant-bytes"];
  if (typeof size === "string") {
    const ends = size.split("-")
      .map((end) => readNumber("giant-bytes", end, Infinity));
    options.giantBytes = [ends[0], ends.at(-1)!];
  }
  const out = args.out;
  return typeof out === "string" ? { options, out } : { options };
}

/** Collects pieces in one buffer and writes it out when it is full. */
class Output {
  #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;
  #encoder = new TextEncoder();
  #write: (bytes: Uint8Array) => Promise<number>;

  constructor(write: (bytes: Uint8Array) => Promise<number>) {
    this.#write = write;
  }

  /** Takes a piece if there is room for it. */
  add(piece: string): boolean {
    const free = this.#buffer.subarray(this.#used);
    // No UTF-16 unit takes more than three bytes.
    if (piece.length * 3 > free.length) return false;
    this.#used += this.#encoder.encodeInto(piece, free).written;
    return true;
  }

  /** Writes what was taken. */
  async flush(): Promise<void> {
    await this.#writeAll(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  /** Writes a piece that is too long for the buffer. */
  async addLong(piece: string): Promise<void> {
    await this.flush();
    if (!this.add(piece)) await this.#writeAll(this.#encoder.encode(piece));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    while (bytes.length > 0) {
      bytes = bytes.subarray(await this.#write(bytes));
    }
  }
}

async function main(): Promise<void> {
  const { options, out } = readArgs(Deno.args);
  const file = out === undefined
    ? Deno.stdout
    : await Deno.open(out, { write: true, create: true, truncate: true });
  const output = new Output((bytes) => file.write(bytes));
  try {
    for (const piece of logPieces(options)) {
      // Awaiting each piece would cost more than making it.
      if (!output.add(piece)) await output.addLong(piece);
    }
    await output.flush();
  } catch (error) {
    // The reader has seen enough, as `head` does.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

if (import.meta.main) await main();
