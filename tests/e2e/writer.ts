/**
 * Writes to a log without a pause until its stdin ends, as agents do: it opens
 * the file for each write, and appends whole lines. It writes the same lines to
 * a second file, in order.
 *
 * `writer.ts LOG RECORD LINES_A_SECOND SEED PROMPTS [create]`; `PROMPTS` is the
 * share of prompts, or `real` for that of a real log; without `create` it waits
 * while the log is missing.
 *
 * @module
 */

import { unlessMissing } from "../../src/system/unless_missing.ts";
import { logLines } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";

/** Longer lines of the generator are left out: this tests rotation. */
const LONGEST = 2000;
/** The maximum number of lines in one write. */
const BATCH = 5;
/** The number of events to generate with one seed. */
const EVENTS = 20_000;

/** An endless sequence of lines. */
function* endlessLines(seed: number, share: string): Generator<string> {
  const quirks = { variants: 0.05, torn: 0.001, duplicates: 0.01 };
  const prompts = share === "real" ? {} : { prompts: EVENTS * +share };
  for (let part = 0;; part++) {
    const options = { ...quirks, ...prompts, events: EVENTS };
    for (const line of logLines({ ...options, seed: seed * 1e6 + part })) {
      if (line.length <= LONGEST) yield line + "\n";
    }
  }
}

function writeWhole(file: Deno.FsFile, bytes: Uint8Array): void {
  const written = file.writeSync(bytes);
  // Another writer's line could precede the rest.
  if (written < bytes.length) throw new Error("a write was incomplete");
}

/** Appends to the log, unless it is missing and `create` is false. */
function append(path: string, create: boolean, bytes: Uint8Array): boolean {
  using file = unlessMissing(() =>
    Deno.openSync(path, { append: true, create })
  );
  if (file === undefined) return false;
  writeWhole(file, bytes);
  return true;
}

async function main(): Promise<void> {
  const [log, recordPath, rate, seed, prompts, creates] = Deno.args;
  const random = new Random(+seed);
  const lines = endlessLines(+seed, prompts);
  using record = Deno.openSync(recordPath, { append: true, create: true });
  let ended = false;
  Deno.stdin.readable.pipeTo(new WritableStream()).then(() => ended = true);

  const begin = performance.now();
  let written = 0;
  let batch = new Uint8Array();
  let size = 0;
  while (!ended) {
    const due = (performance.now() - begin) / 1000 * +rate;
    while (written < due) {
      if (size === 0) {
        size = random.between(1, BATCH);
        const texts = Array.from({ length: size }, () => lines.next().value);
        batch = new TextEncoder().encode(texts.join(""));
      }
      if (!append(log, creates === "create", batch)) break;
      writeWhole(record, batch);
      written += size;
      size = 0;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

if (import.meta.main) await main();
