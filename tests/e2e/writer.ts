/**
 * Writes to a log without a pause until its stdin ends, as agents do: it opens
 * the file for each write, and appends whole lines with it. All that it wrote
 * is in a second file too, in order.
 *
 * `writer.ts LOG RECORD LINES_A_SECOND SEED PROMPTS [create]`; `PROMPTS` is their
 * share, or else that of a real log; without `create` it waits where the log is
 * missing.
 *
 * @module
 */

import { unlessMissing } from "../../src/system/unless_missing.ts";
import { logLines } from "../../tools/gen_log/log_generator.ts";
import { Random } from "../../tools/gen_log/random.ts";

/** Longer lines of the generator are left out: it is the rotation that counts. */
const LONGEST = 2000;
/** The most lines of one write. */
const BATCH = 5;
/** How many events to generate with one seed. */
const EVENTS = 20_000;

/** Lines without an end. */
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
  // The rest could come behind a line of somebody else.
  if (written < bytes.length) throw new Error("a write was cut short");
}

/** Appends to the log, unless that is missing and may not be created. */
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
