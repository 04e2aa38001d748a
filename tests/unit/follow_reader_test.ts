import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { isMark, type Item } from "../../src/source/lines.ts";
import { SYSTEM_CLOCK } from "../../src/source/follow/change_watcher.ts";
import {
  fileAt,
  Moved,
  openFile,
} from "../../src/source/follow/scanned_file.ts";
import type { Position } from "../../src/turns/checkpoint.ts";
import { PlainReader } from "../../src/source/follow/plain_reader.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

const READING = { maxLineBytes: 10_000 };
const NONE = { end: 0, length: 0, hash: "" };

function open(
  path: string,
  position: Partial<Position> = {},
  file = Deno.openSync(path),
): PlainReader {
  const start = {
    ...{ id: 1, offset: 0, line: 0, head: NONE, last: NONE, done: false },
    ...{ dialect: null, decoder: null },
  };
  const log = { id: 1, name: path, isResumed: false };
  return new PlainReader(log, file, { ...start, ...position }, {
    ...{ reading: READING, clock: SYSTEM_CLOCK, damaged: () => {} },
  });
}

/** The numbers of the lines that are there now. */
async function numbers(reader: PlainReader): Promise<number[]> {
  const available = reader.available(() => Promise.resolve(true));
  const items = (await Array.fromAsync(available)).flat();
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

Deno.test("PlainReader gives the lines as they come, and no half one", async () => {
  using dir = new TempDir();
  const path = dir.write("log", log(0, 3));
  const reader = open(path);
  assertEquals(await numbers(reader), [1, 2, 3]);
  assertEquals(await numbers(reader), []);
  const more = log(3, 5);
  Deno.writeTextFileSync(path, more.slice(0, -40), { append: true });
  assertEquals(await numbers(reader), [4]);
  Deno.writeTextFileSync(path, more.slice(-40), { append: true });
  assertEquals(await numbers(reader), [5]);
  reader.close();
});

Deno.test("PlainReader resumes at a mark, though half a line follows that", async () => {
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

Deno.test("PlainReader takes half a line for a line where no more will come", async () => {
  using dir = new TempDir();
  const reader = open(dir.write("log", log(0, 2).slice(0, -1)));
  assertEquals(await numbers(reader), [1]);
  const items = reader.end();
  assertEquals(items.map(isMark), [false, true]);
  const [, last] = positions(items);
  assertEquals([last?.offset, last?.done], [log(0, 2).length - 1, true]);
  reader.close();
});

Deno.test("PlainReader detects that a file was truncated, or written anew, whatever its size is now", async () => {
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
    const reader = open(path);
    assertEquals(await numbers(reader), [1, 2, 3, 4]);
    Deno.writeTextFileSync(path, content);
    assertEquals(await numbers(reader), []);
    assertEquals(reader.isReplaced, true);
    reader.close();
  }
});

Deno.test("PlainReader joins no two files that are alike only where it was", async () => {
  using dir = new TempDir();
  const path = dir.write("log", `${log(0, 2)}one${"y".repeat(2000)}`);
  const reader = open(path);
  assertEquals(await numbers(reader), [1, 2]);
  Deno.writeTextFileSync(path, `${log(7, 9)}two${"y".repeat(9000)}\n`);
  assertEquals(await numbers(reader), []);
  assertEquals(reader.isReplaced, true);
  reader.close();
});

Deno.test("openFile opens nothing where the path is another file by now, or none", () => {
  using dir = new TempDir();
  const file = fileAt(dir.write("log", ""))!;
  Deno.renameSync(file.path, dir.file("log.1"));
  assertThrows(() => openFile(file), Moved);
  dir.write("log", "");
  assertThrows(() => openFile(file), Moved);
});

Deno.test("PlainReader knows when its file has no name any more", () => {
  using dir = new TempDir();
  const path = dir.write("log", "");
  const reader = open(path);
  Deno.renameSync(path, dir.file("log.1"));
  assertEquals(reader.isDeleted(), false);
  Deno.removeSync(dir.file("log.1"));
  assertEquals(reader.isDeleted(), true);
  reader.close();
});

Deno.test("PlainReader that can be read no further is a failure with the file's name in it", async () => {
  using dir = new TempDir();
  const path = dir.write("log", log(0, 1));
  for (const isRead of [false, true]) {
    const file = Deno.openSync(path);
    const reader = open(path, {}, file);
    if (isRead) await numbers(reader);
    file.close();
    await assertRejects(() => numbers(reader), Failure, path);
    assertThrows(() => reader.isDeleted(), Failure, path);
  }
});
