import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { isMark, type Item } from "../../src/source/lines.ts";
import { entryAt, openEntry } from "../../src/source/follow/files.ts";
import type { Checkpoint, Position } from "../../src/turns/checkpoint.ts";
import { Tail } from "../../src/source/follow/tail.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

const READING = { maxLineBytes: 10_000 };
const NONE = { end: 0, length: 0, hash: "" };

function checkpoint(position: Partial<Position> = {}): Checkpoint {
  const start = { id: 1, offset: 0, line: 0, head: NONE, last: NONE };
  return { ...start, done: false, identity: null, seenMs: 0, ...position };
}

function open(path: string, position?: Partial<Position>): Tail {
  return Tail.of(path, Deno.openSync(path), checkpoint(position), READING);
}

/** The numbers of the lines that are there now. */
async function numbers(tail: Tail): Promise<number[]> {
  const items = (await Array.fromAsync(tail.available())).flat();
  return items.flatMap((item) => isMark(item) ? [] : [item.number]);
}

function positions(items: Item[]): (Position | undefined)[] {
  return items.map((item) => isMark(item) ? item.position?.() : undefined);
}

/** The log of prompts from one second to another. */
function log(from: number, to: number): string {
  const seconds = Array.from({ length: to - from }, (_, i) => from + i);
  return logOf(seconds.map((second) => prompt({ t: at(second) })));
}

Deno.test("Tail gives the lines as they come, and no half one", async () => {
  using dir = new TempDir();
  const path = dir.write("log", log(0, 3));
  const tail = open(path);
  assertEquals(await numbers(tail), [1, 2, 3]);
  assertEquals(await numbers(tail), []);
  const more = log(3, 5);
  Deno.writeTextFileSync(path, more.slice(0, -40), { append: true });
  assertEquals(await numbers(tail), [4]);
  Deno.writeTextFileSync(path, more.slice(-40), { append: true });
  assertEquals(await numbers(tail), [5]);
  tail.close();
});

Deno.test("Tail goes on at a mark, though that stands before half a line", async () => {
  using dir = new TempDir();
  const path = dir.write("log", log(0, 3) + log(3, 4).slice(0, 50));
  const first = open(path);
  assertEquals(first.mark(), undefined);
  await numbers(first);
  const [position] = positions([first.mark()!]);
  assertEquals(first.mark(), undefined);
  first.close();
  assertEquals([position?.offset, position?.line], [log(0, 3).length, 3]);

  Deno.writeTextFileSync(path, log(3, 4).slice(50) + log(4, 5), {
    append: true,
  });
  const second = open(path, position);
  assertEquals(await numbers(second), [4, 5]);
  second.close();
});

Deno.test("Tail takes half a line for a line where no more will come", async () => {
  using dir = new TempDir();
  const tail = open(dir.write("log", log(0, 2).slice(0, -1)));
  assertEquals(await numbers(tail), [1]);
  const items = tail.end();
  assertEquals(items.map(isMark), [false, true]);
  const [, last] = positions(items);
  assertEquals([last?.offset, last?.done], [log(0, 2).length - 1, true]);
  tail.close();
});

Deno.test("Tail notices that a file was cut off, or written anew, whatever its size is now", async () => {
  for (
    const content of [
      "",
      log(0, 1),
      // As long as before, longer, and with the same first line.
      log(9, 13),
      log(9, 99),
      log(0, 1) + log(9, 99),
    ]
  ) {
    using dir = new TempDir();
    const path = dir.write("log", log(0, 4));
    const tail = open(path);
    assertEquals(await numbers(tail), [1, 2, 3, 4]);
    Deno.writeTextFileSync(path, content);
    assertEquals(await numbers(tail), []);
    assertEquals(tail.isReplaced, true);
    tail.close();
  }
});

Deno.test("Tail joins no two files that are alike only where it was", async () => {
  using dir = new TempDir();
  const path = dir.write("log", `${log(0, 2)}one${"y".repeat(2000)}`);
  const tail = open(path);
  assertEquals(await numbers(tail), [1, 2]);
  Deno.writeTextFileSync(path, `${log(7, 9)}two${"y".repeat(9000)}\n`);
  assertEquals(await numbers(tail), []);
  assertEquals(tail.isReplaced, true);
  tail.close();
});

Deno.test("openEntry opens nothing where the path is another file by now, or none", () => {
  using dir = new TempDir();
  const entry = entryAt(dir.write("log", ""))!;
  Deno.renameSync(entry.path, dir.file("log.1"));
  assertEquals(openEntry(entry), undefined);
  dir.write("log", "");
  assertEquals(openEntry(entry), undefined);
});

Deno.test("Tail knows when its file has no name any more", () => {
  using dir = new TempDir();
  const path = dir.write("log", "");
  const tail = open(path);
  Deno.renameSync(path, dir.file("log.1"));
  assertEquals(tail.isDeleted(), false);
  Deno.removeSync(dir.file("log.1"));
  assertEquals(tail.isDeleted(), true);
  tail.close();
});

Deno.test("Tail that can be read no further is a failure with the file's name in it", async () => {
  using dir = new TempDir();
  const path = dir.write("log", log(0, 1));
  for (const isRead of [false, true]) {
    const file = Deno.openSync(path);
    const tail = Tail.of(path, file, checkpoint(), READING);
    if (isRead) await numbers(tail);
    file.close();
    await assertRejects(() => numbers(tail), Failure, path);
    assertThrows(() => tail.isDeleted(), Failure, path);
  }
});
