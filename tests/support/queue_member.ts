/**
 * A process that queues to write, for the tests of the queue. Its arguments are
 * a file whose locks it uses, and its name. Each byte of its stdin is an order:
 *
 * - `w`: write its name once, at the end of the log beside the file
 * - `h`: take a turn and keep it until the next byte comes, then write
 *
 * On its stdout it says "ready", "writing" when it has a turn, "done" after it.
 *
 * @module
 */

import { WriteQueue } from "../../src/store/sqlite/write_queue.ts";
import { FileLocks } from "../../src/system/lock.ts";

const [file, name] = Deno.args;
const queue = new WriteQueue(new FileLocks(file), () => {});

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}

function nextOrder(): string | undefined {
  const byte = new Uint8Array(1);
  return Deno.stdin.readSync(byte) === null
    ? undefined
    : String.fromCharCode(byte[0]);
}

say("ready");
for (let order = nextOrder(); order !== undefined; order = nextOrder()) {
  await queue.run(() => {
    say("writing");
    const before = Deno.readTextFileSync(`${file}.log`);
    if (order === "h") nextOrder();
    // Whatever another one writes meanwhile would be lost.
    Deno.writeTextFileSync(`${file}.log`, before + name);
  });
  say("done");
}
