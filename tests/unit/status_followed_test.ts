import { assertEquals } from "@std/assert";
import { lookUp } from "../../src/status/followed.ts";
import type { FollowedPath, OlderFile } from "../../src/store/open.ts";
import { identityOf } from "../../src/source/follow/files.ts";
import { TempDir } from "../support/temp.ts";

const MOVED = Date.UTC(2025, 10, 18);

/** A followed file of which 10 bytes had been read. */
function followed(path: string, older: OlderFile[] = []): FollowedPath {
  const identity = identityOf(Deno.statSync(path));
  return { path, identity, readBytes: 10, readLines: 1, movedMs: MOVED, older };
}

function stateOf(path: FollowedPath): unknown[] {
  const { state, sizeBytes, lagBytes } = lookUp(path);
  return [state, sizeBytes, lagBytes];
}

Deno.test("a followed file lags by what is behind the place up to which it was read", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789abc");
  assertEquals(lookUp(followed(path)), {
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

Deno.test("a followed file that is shorter than what was read of it was truncated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "012345678");
  assertEquals(stateOf(followed(path)), ["truncated", 9, null]);
});

Deno.test("another file at a followed path, or anything else, means that it was rotated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789");
  const before = followed(path);
  Deno.renameSync(path, `${path}.1`);
  assertEquals(stateOf(before), ["missing", null, null]);
  dir.write("log", "a new one");
  assertEquals(stateOf(before), ["rotated", 9, null]);
  // The tracker may have seen that the file is gone, and not yet the new one.
  assertEquals(stateOf({ ...before, identity: null })[0], "rotated");
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assertEquals(stateOf(before)[0], "rotated");
  // Its inode may be that of the file that was there.
  assertEquals(stateOf(followed(path))[0], "rotated");
});

Deno.test("what is unread in files that were rotated before counts as lag too", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789a");
  /** An older file of which `read` bytes had been read. */
  const older = (name: string, size: number, readBytes: number): OlderFile => {
    const file = dir.write(name, "x".repeat(size));
    return { identity: identityOf(Deno.statSync(file)), readBytes };
  };
  const lag = (files: OlderFile[]) => lookUp(followed(path, files)).lagBytes;
  const files = [older("log.2", 500, 100), older("log.1", 30, 30)];
  assertEquals(lag(files), 401);
  // How much is compressed in it is not known before it is read.
  assertEquals(lag([...files, older("log.3.gz", 9, 0)]), null);
  Deno.removeSync(dir.file("log.3.gz"));
  // It was not followed.
  dir.write("log.4", "of another program");
  assertEquals(lag(files), 401);
});

Deno.test("a followed path that cannot be looked at is told all the same", () => {
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
