import { assertEquals } from "@std/assert";
import { lookUp, lookUpTree } from "../../src/status/followed.ts";
import type { FollowedPath, OlderFile } from "../../src/store/open.ts";
import { identityOf } from "../../src/source/follow/scanned_file.ts";
import { TempDir } from "../support/temp.ts";

const MOVED = Date.UTC(2025, 10, 18);

/** A followed file of which 10 bytes were read. */
function followed(path: string, older: OlderFile[] = []): FollowedPath {
  const identity = identityOf(Deno.statSync(path));
  return {
    ...{ host: null, path, identity, readBytes: 10, readLines: 1 },
    ...{ movedMs: MOVED, older },
  };
}

function stateOf(path: FollowedPath): unknown[] {
  const { state, sizeBytes, lagBytes } = lookUp(path);
  return [state, sizeBytes, lagBytes];
}

Deno.test("lookUp reports the unread bytes of a followed file as its lag", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789abc");
  assertEquals(lookUp(followed(path)), {
    host: null,
    path,
    state: "current",
    readBytes: 10,
    readLines: 1,
    movedMs: MOVED,
    sizeBytes: 13,
    lagBytes: 3,
  });
  dir.write("log", "0123456789");
  assertEquals(stateOf(followed(path)), ["current", 10, 0]);
});

Deno.test("lookUp reports a followed file shorter than its read bytes as truncated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "012345678");
  assertEquals(stateOf(followed(path)), ["truncated", 9, null]);
});

Deno.test("lookUp reports a followed path with another file or a directory as rotated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789");
  const before = followed(path);
  Deno.renameSync(path, `${path}.1`);
  assertEquals(stateOf(before), ["missing", null, null]);
  dir.write("log", "a new one");
  assertEquals(stateOf(before), ["rotated", 9, null]);
  // The follower may have seen that the file is gone, but not the new one.
  assertEquals(stateOf({ ...before, identity: null })[0], "rotated");
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assertEquals(stateOf(before)[0], "rotated");
  // The directory may have reused the file's inode.
  assertEquals(stateOf(followed(path))[0], "rotated");
});

Deno.test("lookUp adds the unread bytes of rotated files to the lag", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789a");
  /** An older file of which `readBytes` bytes were read. */
  const older = (name: string, size: number, readBytes: number): OlderFile => {
    const file = dir.write(name, "x".repeat(size));
    return { identity: identityOf(Deno.statSync(file)), readBytes };
  };
  const lag = (files: OlderFile[]) => lookUp(followed(path, files)).lagBytes;
  const files = [older("log.2", 500, 100), older("log.1", 30, 30)];
  assertEquals(lag(files), 401);
  // The uncompressed size is not known before the file is read.
  assertEquals(lag([...files, older("log.3.gz", 9, 0)]), null);
  Deno.removeSync(dir.file("log.3.gz"));
  // It was not followed.
  dir.write("log.4", "of another program");
  assertEquals(lag(files), 401);
});

Deno.test("lookUp reports a followed path that cannot be examined as unreadable", () => {
  using dir = new TempDir();
  const path = dir.write("log", "");
  const looped = dir.file("loop");
  Deno.symlinkSync(looped, looped);
  for (const out of [`${path}/below`, looped]) {
    assertEquals(stateOf({ ...followed(path), path: out }), [
      ...["unreadable", null, null],
    ]);
  }
});

Deno.test("lookUpTree adds up the files below a followed directory", () => {
  using dir = new TempDir();
  const below = (
    name: string,
    text: string,
    readBytes: number,
    done = false,
  ) => ({
    ...{ name: dir.write(name, text), readBytes, readLines: 1, done },
    movedMs: MOVED + readBytes,
  });
  const files = [
    below("a", "0123456789abc", 10),
    below("shrunk", "01234", 10),
    // Its bytes are those of the text in it.
    below("packed", "zstd", 100, true),
    { ...below("gone", "", 1000), name: dir.file("nothing") },
  ];
  assertEquals(lookUpTree({ host: null, path: dir.path, files }), {
    ...{ host: null, path: dir.path, state: "current" },
    ...{ files: 4, readBytes: 1120 },
    ...{ readLines: 4, movedMs: MOVED + 1000, sizeBytes: 22, lagBytes: 3 },
  });
  const path = dir.file("no directory");
  assertEquals(lookUpTree({ host: null, path, files }).state, "missing");
});

Deno.test("lookUp and lookUpTree look at no files of another machine", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789abc");
  assertEquals(stateOf({ ...followed(path), host: "other" }), [
    ...["elsewhere", null, null],
  ]);
  const read = { readBytes: 10, readLines: 1, movedMs: MOVED, done: false };
  const files = [{ ...read, name: path }];
  assertEquals(lookUpTree({ host: "other", path: dir.path, files }), {
    ...{ host: "other", path: dir.path, state: "elsewhere", files: 1 },
    ...{ readBytes: 10, readLines: 1, movedMs: MOVED },
    ...{ sizeBytes: null, lagBytes: null },
  });
});
