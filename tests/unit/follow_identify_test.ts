import { assertEquals } from "@std/assert";
import { SYSTEM_CLOCK } from "../../src/source/follow/change_watcher.ts";
import { Content } from "../../src/source/follow/content.ts";
import { Contents } from "../../src/source/follow/contents.ts";
import { PlainReader } from "../../src/source/follow/plain_reader.ts";
import type { Copy } from "../../src/source/follow/copies.ts";
import { identify } from "../../src/source/follow/identify.ts";
import { KnownFile } from "../../src/source/follow/known_files.ts";
import {
  fileAt,
  type ScannedFile,
} from "../../src/source/follow/scanned_file.ts";
import { WarnOnce } from "../../src/source/follow/warn_once.ts";
import {
  type Checkpoint,
  fingerprint,
  FINGERPRINT_BYTES,
} from "../../src/turns/checkpoint.ts";
import { hasZstd, storedZstd } from "../support/stored_zstd.ts";
import { TempDir } from "../support/temp.ts";

const encoder = new TextEncoder();
const NOW = 1_000_000;
const WITHOUT = hasZstd ? "" : " (left out: there is no zstd library)";

/** A file that is known to the end of a content, as of the file at a path. */
function known(
  id: number,
  content: string,
  path?: string,
  fields: Partial<Checkpoint> = {},
): KnownFile {
  const bytes = encoder.encode(content);
  const head = bytes.slice(0, FINGERPRINT_BYTES);
  const checkpoint = {
    ...{ id, offset: bytes.length, line: 1, done: false, seenMs: 0 },
    movedMs: 0,
    ...{ dialect: null, decoder: null, name: null },
    head: fingerprint(head, head.length),
    last: fingerprint(bytes.slice(-FINGERPRINT_BYTES), bytes.length),
    identity: path === undefined ? null : fileAt(path)!.identity,
    ...fields,
  };
  return new KnownFile(checkpoint, path ?? "log", true);
}

/** Opens a file where it was read to. */
function open(known: KnownFile, path: string): KnownFile {
  known.reader = new PlainReader(
    known.log,
    Deno.openSync(path),
    known.position,
    {
      ...{ clock: SYSTEM_CLOCK, damaged: () => {} },
      reading: { maxLineBytes: 1000 },
    },
  );
  return known;
}

/** The file at a path, as if last written at a time. */
function file(path: string, modifiedMs = NOW + 1): ScannedFile {
  return { ...fileAt(path)!, modifiedMs };
}

async function look(
  known: KnownFile[],
  rotated: ScannedFile[],
  current?: ScannedFile,
  copies: Copy[] = [],
) {
  const contents = new Contents(SYSTEM_CLOCK, new WarnOnce(() => {}));
  const findings = await identify({
    files: current === undefined ? rotated : [...rotated, current],
    ...{
      known,
      current,
      contents,
      lookedMs: NOW,
      last: { copies, waiting: [] },
    },
  });
  contents.clear();
  for (const one of known) one.close();
  return {
    found: [...findings.places].map(([{ log }, { path }]) => [log.id, path]),
    unread: findings.fresh.map(({ path }) => path),
    copies: findings.copies,
    mistaken: findings.mistaken.map(({ log }) => log.id),
  };
}

async function gzip(content: string): Promise<Uint8Array> {
  const stream = new Blob([content]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("identify knows a file by its inode as long as it holds what was read", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "one\ntwo\n");
  const one = known(1, "one\n", log);
  assertEquals(await look([one], [], file(log)), {
    ...{ found: [[1, log]], unread: [], copies: [], mistaken: [] },
  });
  // The inode was given to another file, or the file was written anew.
  for (const content of ["", "on", "two\none\ntwo\n"]) {
    Deno.writeTextFileSync(log, content);
    assertEquals(await look([one], [], file(log)), {
      ...{ found: [], unread: [log], copies: [], mistaken: [] },
    });
  }
  // What is open is that file, whatever was read of it.
  open(one, log);
  assertEquals((await look([one], [], file(log))).found, [[1, log]]);
});

Deno.test("identify tells a file from a longer one with the same first bytes", async () => {
  using dir = new TempDir();
  const first = "x".repeat(2 * FINGERPRINT_BYTES) + "\n";
  const log = dir.write("log", `${first}another\nand more\n`);
  const one = known(1, `${first}one\n`, log);
  assertEquals((await look([one], [], file(log))).unread, [log]);
});

Deno.test("identify finds a file again as a copy, and compressed", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "");
  const one = known(1, "one\ntwo\n", log);
  const copy = dir.write("log.1", "one\ntwo\nthree\n");
  const other = dir.write("log.2", "one\n");
  const rotated = [file(other, 0), file(copy)];
  const { found, unread } = await look([one], rotated, file(log));
  assertEquals([found, unread], [[[1, copy]], [log]]);
  const archive = dir.write("log.3.gz", await gzip("one\ntwo\nthree\n"));
  assertEquals((await look([one], [file(archive)])).found, [[1, archive]]);
  const short = dir.write("log.4.gz", await gzip("one\n"));
  assertEquals((await look([one], [file(short)])).unread, [short]);
});

Deno.test({
  name: `identify finds a file again that was compressed with zstd${WITHOUT}`,
  ignore: !hasZstd,
  fn: async () => {
    using dir = new TempDir();
    const header = "x".repeat(2 * FINGERPRINT_BYTES);
    const zstd = (name: string, content: string) =>
      file(dir.write(name, storedZstd(encoder.encode(content))));
    const whole = zstd("log.3.zst", `${header}one\ntwo\n`);
    const copy = zstd("log.2.zst", `${header}one\n`);
    const other = zstd("log.1.zst", `${header}two\n`);
    const done = known(1, `${header}one\n`, undefined, { done: true });
    const one = known(2, `${header}one\ntwo\n`);
    const { found, unread, copies } = await look(
      [done, one],
      [whole, copy, other],
    );
    assertEquals(found, [[2, whole.path], [1, copy.path]]);
    assertEquals([unread, copies], [[other.path], []]);
    // What was read to its end has no more bytes.
    assertEquals((await look([done], [whole])).unread, [whole.path]);
    // Its beginning may not have been written yet.
    const begun = dir.write("log.4.zst", Uint8Array.of(0x28, 0xb5));
    const content = new Content(file(begun));
    assertEquals(content.isCompressed, true);
    content.close();
  },
});

Deno.test("identify knows a compressed file of the same size and first bytes for another", async () => {
  using dir = new TempDir();
  const header = "x".repeat(FINGERPRINT_BYTES);
  const one = known(1, `${header}one\n`);
  const other = dir.write("log.1.gz", await gzip(`${header}two\n`));
  assertEquals((await look([one], [file(other)])).unread, [other]);
});

Deno.test("identify takes files after the last scan for new, the oldest first, and the log", async () => {
  using dir = new TempDir();
  const names = ["log.3", "log.2", "log.1", "log"];
  const [old, second, first, log] = names.map((name) => dir.write(name, name));
  const rotated = [file(old, NOW - 1000), file(second), file(first)];
  assertEquals(await look([], rotated, file(log, 0)), {
    ...{ found: [], unread: [second, first, log], copies: [], mistaken: [] },
  });
});

Deno.test("identify takes nothing that was read to its end for new, but a file that was never read", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "one\n");
  const empty = { head: fingerprint(new Uint8Array(), 0), offset: 0 };
  const done = known(1, "", log, { ...empty, done: true });
  // The inode of an empty file that is gone was given to a new one.
  assertEquals((await look([done], [], file(log))).unread, [log]);
  // One of which nothing was read is to be read, whatever is in it now.
  const begun = known(1, "", log, empty);
  assertEquals((await look([begun], [file(log, 0)])).found, [[1, log]]);
  assertEquals((await look([begun], [], file(log))).found, [[1, log]]);
  const archive = dir.write("log.1.gz", await gzip("two\n"));
  const read = known(2, "two\n", undefined, { done: true });
  assertEquals((await look([read], [file(archive)])).unread, []);
});

Deno.test("identify keeps the files of which nothing was read, whatever their order is", async () => {
  using dir = new TempDir();
  const [second, first, log] = ["log.2", "log.1", "log"].map((name) =>
    dir.write(name, name)
  );
  const empty = { head: fingerprint(new Uint8Array(), 0), offset: 0 };
  // The log was known, then copied to a new file and truncated.
  const current = open(known(1, "", log, empty), log);
  const rotated = [file(second), file(first)];
  assertEquals(await look([current], rotated, file(log)), {
    ...{ found: [[1, log]], unread: [second, first], copies: [], mistaken: [] },
  });
  // An inode was given to a newer file.
  const both = [known(1, "", log, empty), known(2, "", first, empty)];
  assertEquals(await look(both, [file(first)], file(log)), {
    ...{ found: [[1, log], [2, first]], unread: [], copies: [], mistaken: [] },
  });
});

Deno.test("identify seeks a file of which nothing was read by its first bytes, not by its inode alone", async () => {
  using dir = new TempDir();
  const archive = dir.write("log.1.gz", await gzip("one\n"));
  // The file is gone, and the log has its inode.
  const log = dir.write("log", "two\n");
  const one = known(1, "one\n", log, { offset: 0 });
  const older = file(archive, 0);
  assertEquals(await look([one], [older], file(log)), {
    ...{ found: [[1, archive]], unread: [log], copies: [], mistaken: [] },
  });
  assertEquals((await look([one], [], file(log))).unread, [log]);
});

Deno.test("identify takes no copy for new of a file that is there or open itself", async () => {
  using dir = new TempDir();
  const content = "one\ntwo\n";
  const log = dir.write("log", content);
  const one = known(1, content, log);
  const copy = dir.write("log.1", content);
  const archive = dir.write("log.2.gz", await gzip(content));
  const both = [file(archive), file(copy)];
  const { found, unread } = await look([one], both, file(log));
  assertEquals([found, unread], [[[1, log]], []]);
  const longer = dir.write("log.3", `${content}three\n`);
  open(one, log);
  const another = open(known(2, `${content}three\n`), longer);
  for (const path of [log, longer]) Deno.removeSync(path);
  assertEquals((await look([one], both)).unread, []);
  // It is a copy that is not finished.
  assertEquals((await look([another], both)).unread, []);
});

Deno.test("identify knows what a program compressed by its time and its first bytes", async () => {
  using dir = new TempDir();
  const first = "x".repeat(FINGERPRINT_BYTES);
  const log = dir.write("log", `${first}one\n`);
  // Not all of it is in the archive yet.
  const archive = dir.write("log.1.gz", await gzip(`${first}two\n`));
  const { modifiedMs } = fileAt(log)!;
  for (
    const [time, isCopy] of [[modifiedMs, true], [NOW + 1, false]] as const
  ) {
    const one = open(known(1, `${first}one\n`, log), log);
    const { unread } = await look([one], [file(archive, time)]);
    assertEquals(unread, isCopy ? [] : [archive]);
  }
});

Deno.test("identify takes no incomplete copy for new, nor one of a file that was truncated", async () => {
  using dir = new TempDir();
  const lines = Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join("");
  const log = dir.write("log", lines);
  const one = known(1, lines, log);
  for (const size of [1, 700, 2000]) {
    const copy = file(dir.write("log.1", lines.slice(0, size)));
    open(one, log);
    assertEquals((await look([one], [copy], file(log))).unread, []);
  }
  const other = file(dir.write("log.1", `${lines.slice(0, 700)}other\n`));
  assertEquals((await look([one], [other], file(log))).unread, [other.path]);

  const copy = file(dir.write("log.1", lines.slice(0, 2000)));
  const { copies } = await look([one], [copy], file(log));
  Deno.writeTextFileSync(log, "");
  const unread = async (copy: ScannedFile) =>
    (await look([one], [copy], file(log), copies)).unread;
  assertEquals(await unread(copy), [log]);
  // What is not as it was then may be another file by now.
  const later = file(copy.path, copy.modifiedMs + 1);
  assertEquals(await unread(later), [copy.path, log]);
});

Deno.test("identify takes a file for new that begins as others do of which more than that was read", async () => {
  using dir = new TempDir();
  const header = `${"header ".repeat(100)}\n`;
  const content = `${header}of its own\n`;
  const log = dir.write("log", `${header}one\n`);
  const begun = known(1, header, log);
  const whole = known(1, `${header}one\n`, log);
  const ended = known(1, header, undefined, { done: true });
  const other = dir.write("log.1", content);
  const packed = dir.write("log.2.gz", await gzip(content));
  const both = [file(packed), file(other)];
  for (const one of [begun, whole, ended]) {
    const current = one === ended ? undefined : file(log);
    if (one !== ended) open(one, log);
    const { unread } = await look([one], both, current);
    assertEquals(unread, [packed, other]);
  }
  // A copy has only what is in the file itself.
  const copy = dir.write("log.3", `${header}on`);
  assertEquals((await look([begun], [file(copy)], file(log))).unread, []);
});

Deno.test("identify takes an empty file for new until it turns out to be a copy", async () => {
  using dir = new TempDir();
  const log = dir.write("log", "one\ntwo\n");
  const begun = dir.write("log.1", "");
  const one = known(1, "one\n", log);
  assertEquals((await look([one], [file(begun)], file(log))).unread, [begun]);
  const empty = () => open(known(2, "", begun), begun);
  assertEquals((await look([one, empty()], [file(begun)], file(log))).found, [
    ...[[1, log], [2, begun]],
  ]);
  Deno.writeTextFileSync(begun, "one\n");
  const both = [one, empty()];
  const { found, mistaken } = await look(both, [file(begun)], file(log));
  assertEquals([found, mistaken], [[[1, log]], [2]]);
});
