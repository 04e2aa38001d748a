import { basename } from "node:path";
import { assertEquals } from "@std/assert";
import { isMark } from "../../src/source/lines.ts";
import { SYSTEM_CLOCK } from "../../src/source/follow/change_watcher.ts";
import type { FileReader } from "../../src/source/follow/file_reader.ts";
import { OpenFiles } from "../../src/source/follow/open_files.ts";
import type { CheckpointStore } from "../../src/turns/store.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { SystemCalls } from "../support/follow/system_calls.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

const READING = { maxLineBytes: 10_000 };

/** The log of prompts from one second to another. */
function log(from: number, to: number): string {
  const seconds = Array.from({ length: to - from }, (_, i) => from + i);
  return logOf(seconds.map((second) => prompt({ t: at(second) })));
}

function filesOf(path: string, checkpoints: CheckpointStore): OpenFiles {
  return new OpenFiles(path, {
    ...{ checkpoints, report: () => {}, damaged: () => {} },
    ...{ clock: SYSTEM_CLOCK, reading: READING },
    watcher: {
      watch: () => undefined,
      take: () => ({ paths: new Set<string>(), areAll: true }),
      changed: () => Promise.resolve(),
      close() {},
    },
  });
}

/** What is read of a path by a program that is then started anew. */
async function read(
  path: string,
  checkpoints: CheckpointStore,
): Promise<string> {
  const files = filesOf(path, checkpoints);
  await files.look();
  let text = "";
  for (const reader of files.readers) {
    const available = reader.available(() => Promise.resolve(true));
    for (const item of (await Array.fromAsync(available)).flat()) {
      if (isMark(item)) continue;
      text += new TextDecoder().decode(item.bytes!);
    }
    const position = reader.mark()?.position;
    if (position) checkpoints.moveCheckpoint(position());
    files.close(reader);
  }
  return text;
}

for (const isRead of [true, false]) {
  Deno.test(
    `OpenFiles lose nothing of a log that is copied and truncated between their look and their opening, ${
      isRead ? "which was read before" : "which is new"
    }`,
    async () => {
      using dir = new TempDir();
      using store = new SqliteStore(dir.file("turns.db"));
      const path = dir.write("log", log(0, 3));
      if (isRead) {
        assertEquals(await read(path, store), log(0, 3));
        Deno.writeTextFileSync(path, log(3, 5), { append: true });
      }
      let opens = 0;
      let lines: string;
      {
        using _ = new SystemCalls((call, name) => {
          // It is opened once to be identified, then to be read.
          if (call !== "open" || name !== path || ++opens !== 2) return;
          Deno.copyFileSync(path, dir.file("log.1"));
          Deno.writeTextFileSync(path, log(9, 10));
        });
        lines = await read(path, store);
      }
      assertEquals(lines, (isRead ? log(3, 5) : log(0, 3)) + log(9, 10));
      Deno.writeTextFileSync(path, log(10, 20), { append: true });
      assertEquals(await read(path, store), log(10, 20));
    },
  );
}

for (const isCopy of [true, false]) {
  Deno.test(
    `OpenFiles open a file beside the log ${
      isCopy ? "once where it is a copy" : "twice where it will be read"
    }`,
    async () => {
      using dir = new TempDir();
      using store = new SqliteStore(dir.file("turns.db"));
      const path = dir.write("log", log(0, 3));
      const files = filesOf(path, store);
      await files.look();
      const beside = dir.write("log.1", isCopy ? log(0, 3) : log(5, 6));
      let opens = 0;
      {
        using _ = new SystemCalls((call, name) => {
          if (call === "open" && name === beside) opens++;
        });
        for (let i = 0; i < 10; i++) await files.lookNow();
      }
      assertEquals(opens, isCopy ? 1 : 2);
      assertEquals(files.readers.length, isCopy ? 1 : 2);
      for (const reader of files.readers) files.close(reader);
    },
  );
}

/** Reads what is available, and gives the number of lines. */
async function take(reader: FileReader): Promise<number> {
  const available = reader.available(() => Promise.resolve(true));
  const items = (await Array.fromAsync(available)).flat();
  return items.filter((item) => !isMark(item)).length;
}

function names({ readers }: OpenFiles): string[] {
  return readers.map(({ log }) => basename(log.name));
}

Deno.test("OpenFiles keep an unread file open where another unread one precedes it", async () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"));
  const path = dir.write("log", "");
  const files = filesOf(path, store);
  await files.lookNow();
  const [reader] = files.readers;
  dir.write("log.1", log(0, 3));
  await files.lookNow();
  assertEquals(names(files), ["log.1", "log"]);
  assertEquals([files.readers[1] === reader, reader.isClosed], [true, false]);
  for (const reader of files.readers) files.close(reader);
});

Deno.test("OpenFiles keep a deleted file open until it is read, though the log begins as it did", async () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"));
  const path = dir.write("log", log(0, 2));
  const files = filesOf(path, store);
  await files.lookNow();
  const [reader] = files.readers;
  assertEquals(await take(reader), 2);
  Deno.writeTextFileSync(path, log(2, 4), { append: true });
  Deno.removeSync(path);
  dir.write("log", log(0, 2));
  await files.lookNow();
  assertEquals(await take(reader), 2);
  // Now that all of it was read, the log is another file: it lacks some of it.
  await files.lookNow();
  assertEquals(files.readers[0], reader);
  Deno.writeTextFileSync(path, log(2, 4), { append: true });
  await files.lookNow();
  assertEquals(reader.isClosed, true);
  for (const reader of files.readers) files.close(reader);
});

Deno.test("OpenFiles keep a deleted file open where a log that was read begins as it did", async () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"));
  const path = dir.write("log", log(0, 2));
  const files = filesOf(path, store);
  await files.lookNow();
  const [reader] = files.readers;
  await take(reader);
  Deno.renameSync(path, dir.file("log.1"));
  dir.write("log", log(0, 2) + log(5, 8));
  await files.lookNow();
  await take(files.readers[1]);
  Deno.removeSync(dir.file("log.1"));
  await files.lookNow();
  // Closed, its inode could become that of a copy, which would be read again.
  assertEquals(files.readers[0], reader);
  for (const reader of files.readers) files.close(reader);
});

Deno.test("OpenFiles read a deleted file in the place of its longest copy", async () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"));
  const path = dir.write("log", log(5, 8));
  const files = filesOf(path, store);
  await files.lookNow();
  await take(files.readers[0]);
  dir.write("log.2", log(5, 8));
  Deno.removeSync(path);
  dir.write("log.3", log(0, 2));
  dir.write("log.1", log(5, 6));
  dir.write("log", log(9, 10));
  await files.lookNow();
  assertEquals(names(files), ["log.3", "log", "log"]);
  for (const reader of files.readers) files.close(reader);
});

Deno.test("OpenFiles read a deleted file after one that preceded it, and was a copy until now", async () => {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"));
  const path = dir.write("log", log(0, 4));
  const earlier = dir.write("log.1", log(0, 2));
  const files = filesOf(path, store);
  await files.lookNow();
  await take(files.readers[0]);
  assertEquals(names(files), ["log"]);
  Deno.writeTextFileSync(earlier, log(8, 9), { append: true });
  Deno.removeSync(path);
  await files.lookNow();
  assertEquals(names(files), ["log.1", "log"]);
  for (const reader of files.readers) files.close(reader);
});
