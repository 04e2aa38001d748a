import { assertEquals } from "@std/assert";
import { type Entry, entryAt } from "../../src/source/follow/files.ts";
import {
  type Checkpoint,
  fingerprint,
  FINGERPRINT_BYTES,
} from "../../src/turns/checkpoint.ts";
import { survey } from "../../src/source/follow/survey.ts";
import { TempDir } from "../support/temp.ts";

const encoder = new TextEncoder();
const NOW = 1_000_000;

/** A checkpoint behind the whole of a content, as of the file at a path. */
function checkpoint(
  id: number,
  content: string,
  path?: string,
  fields: Partial<Checkpoint> = {},
): Checkpoint {
  const bytes = encoder.encode(content);
  const head = bytes.slice(0, FINGERPRINT_BYTES);
  return {
    ...{ id, offset: bytes.length, line: 1, done: false, seenMs: 0 },
    ...{ dialect: null, decoder: null },
    head: fingerprint(head, head.length),
    last: fingerprint(bytes.slice(-FINGERPRINT_BYTES), bytes.length),
    identity: path === undefined ? null : entryAt(path)!.identity,
    ...fields,
  };
}

/** The file at a path, as if last written at a time. */
function entry(path: string, modifiedMs = NOW + 1): Entry {
  return { ...entryAt(path)!, modifiedMs };
}

async function look(
  checkpoints: Checkpoint[],
  rotated: Entry[],
  current?: Entry,
  open: number[] = [],
  copies: Entry[] = [],
) {
  const { found, unread } = await survey({
    ...{ checkpoints, rotated, current, copies, lookedMs: NOW },
    open: new Map(open.map((id) => [id, { modifiedMs: NOW + 5 }])),
  });
  return {
    found: [...found].map(([{ id }, { path }]) => [id, path]),
    unread: unread.map(({ path }) => path),
  };
}

async function gzip(content: string): Promise<Uint8Array> {
  const stream = new Blob([content]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("survey knows a file by its inode as long as it holds what was read", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "one\ntwo\n");
  const known = checkpoint(1, "one\n", log);
  assertEquals(await look([known], [], entry(log)), {
    found: [[1, log]],
    unread: [],
  });
  // The inode was given to another file, or the file was written anew.
  for (const content of ["", "on", "two\none\ntwo\n"]) {
    Deno.writeTextFileSync(log, content);
    assertEquals(await look([known], [], entry(log)), {
      found: [],
      unread: [log],
    });
  }
  // What is open is that file, whatever was read of it.
  assertEquals((await look([known], [], entry(log), [1])).found, [[1, log]]);
});

Deno.test("survey tells a file from a longer one with the same first bytes", async () => {
  using dir = new TempDir();
  const first = "x".repeat(2 * FINGERPRINT_BYTES) + "\n";
  const log = dir.write("log", `${first}another\nand more\n`);
  const known = checkpoint(1, `${first}one\n`, log);
  assertEquals((await look([known], [], entry(log))).unread, [log]);
});

Deno.test("survey finds a file again as a copy, and compressed", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "");
  const known = checkpoint(1, "one\ntwo\n", log);
  const copy = dir.write("log.1", "one\ntwo\nthree\n");
  const other = dir.write("log.2", "one\n");
  const rotated = [entry(other, 0), entry(copy)];
  assertEquals(await look([known], rotated, entry(log)), {
    found: [[1, copy]],
    unread: [log],
  });
  const archive = dir.write("log.3.gz", await gzip("one\ntwo\nthree\n"));
  assertEquals((await look([known], [entry(archive)])).found, [[1, archive]]);
  const short = dir.write("log.4.gz", await gzip("one\n"));
  assertEquals((await look([known], [entry(short)])).unread, [short]);
});

Deno.test("survey takes for unread what came after the last look, the oldest first, and the file itself", async () => {
  using dir = new TempDir();
  const names = ["log.3", "log.2", "log.1", "log"];
  const [old, second, first, log] = names.map((name) => dir.write(name, name));
  const rotated = [entry(old, NOW - 1000), entry(second), entry(first)];
  assertEquals(await look([], rotated, entry(log, 0)), {
    found: [],
    unread: [second, first, log],
  });
});

Deno.test("survey takes nothing that was read to its end for unread, but a file that was never read", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "");
  const empty = { head: fingerprint(new Uint8Array(), 0), offset: 0 };
  const done = checkpoint(1, "", log, { ...empty, done: true });
  // The inode of an empty file that is gone was given to a new one.
  assertEquals((await look([done], [], entry(log))).unread, [log]);
  // One of which nothing was read keeps its place, unless that is the last.
  const begun = { ...done, done: false };
  assertEquals((await look([begun], [entry(log, 0)])).found, [[1, log]]);
  assertEquals((await look([begun], [], entry(log))).unread, [log]);
  const archive = dir.write("log.1.gz", await gzip("one\n"));
  const read = checkpoint(2, "one\n", undefined, { done: true });
  assertEquals((await look([read], [entry(archive)])).unread, []);
});

Deno.test("survey takes no copy for unread of a file that is there or open itself", async () => {
  using dir = new TempDir();
  const content = "one\ntwo\n";
  const log = dir.write("log", content);
  const known = checkpoint(1, content, log);
  const copy = dir.write("log.1", content);
  const archive = dir.write("log.2.gz", await gzip(content));
  const both = [entry(archive), entry(copy)];
  assertEquals(await look([known], both, entry(log)), {
    found: [[1, log]],
    unread: [],
  });
  Deno.removeSync(log);
  assertEquals((await look([known], both, undefined, [1])).unread, []);
  // By its time, though more was read of the file than is in the archive yet.
  const longer = checkpoint(1, `${content}three\n`);
  longer.head = known.head;
  const sameTime = entry(archive, NOW + 5);
  assertEquals((await look([longer], [sameTime], undefined, [1])).unread, []);
  const unread =
    (await look([longer], [entry(archive)], undefined, [1])).unread;
  assertEquals(unread, [archive]);
});

Deno.test("survey takes no copy for unread that is not finished, nor one of a file that was longer before it was emptied", async () => {
  using dir = new TempDir();
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join("");
  const log = dir.write("log", lines);
  const known = checkpoint(1, lines, log);
  for (const size of [1, 700, 2000]) {
    const copy = entry(dir.write("log.1", lines.slice(0, size)));
    assertEquals((await look([known], [copy], entry(log), [1])).unread, []);
  }
  const other = entry(dir.write("log.1", `${lines.slice(0, 700)}other\n`));
  assertEquals((await look([known], [other], entry(log))).unread, [other.path]);

  const copy = entry(dir.write("log.1", lines.slice(0, 2000)));
  Deno.writeTextFileSync(log, "");
  const unread = async (copy: Entry, ...copies: Entry[]) =>
    (await look([known], [copy], entry(log), [], copies)).unread;
  assertEquals(await unread(copy, copy), [log]);
  // What is not as it was then may be another file by now.
  const later = entry(copy.path, copy.modifiedMs + 1);
  assertEquals(await unread(later, copy), [copy.path, log]);
});

Deno.test("survey takes a file for unread that begins as others do of which only that was read", async () => {
  using dir = new TempDir();
  const header = `${"header ".repeat(100)}\n`;
  const content = `${header}of its own\n`;
  const log = dir.write("log", `${header}one\n`);
  const begun = checkpoint(1, header, log);
  const whole = checkpoint(1, `${header}one\n`, log);
  const ended = checkpoint(1, header, undefined, { done: true });
  const other = dir.write("log.1", content);
  const packed = dir.write("log.2.gz", await gzip(content));
  const both = [entry(packed), entry(other)];
  for (const known of [begun, whole, ended]) {
    const current = known === ended ? undefined : entry(log);
    const open = known === ended ? [] : [1];
    const { unread } = await look([known], both, current, open);
    assertEquals(unread, [packed, other]);
  }
  // A copy has only what is in the file itself.
  const copy = dir.write("log.3", `${header}on`);
  assertEquals(
    (await look([begun], [entry(copy)], entry(log))).unread,
    [],
  );
});

Deno.test("survey takes an empty file for a copy that has just been begun, if the log is still the one that was read", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "one\ntwo\n");
  const empty = dir.write("log.1", "");
  const known = checkpoint(1, "one\n", log);
  assertEquals(await look([known], [entry(empty)], entry(log)), {
    found: [[1, log]],
    unread: [],
  });
  // It may be what the log was before, to be written to by those who are late.
  for (const content of ["", "three\n"]) {
    Deno.writeTextFileSync(log, content);
    assertEquals(
      (await look([known], [entry(empty)], entry(log))).unread,
      [empty, log],
    );
  }
  assertEquals((await look([known], [entry(empty)])).unread, [empty]);
});
