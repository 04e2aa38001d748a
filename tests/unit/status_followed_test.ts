import { assertEquals } from "@std/assert";
import {
  type FollowedRow,
  lookUp,
  type OlderRow,
} from "../../src/status/followed.ts";
import { identityOf } from "../../src/source/follow/scan.ts";
import { TempDir } from "../support/temp.ts";

const MOVED = Date.UTC(2025, 10, 18);

/** The row of a checkpoint at which 10 bytes of the file had been read. */
function row(path: string): FollowedRow {
  const { device, inode } = identityOf(Deno.statSync(path));
  return [path, device, inode, 10, 1, MOVED];
}

function standing(row: FollowedRow): unknown[] {
  const { standing, sizeBytes, lagBytes } = lookUp(row, []);
  return [standing, sizeBytes, lagBytes];
}

Deno.test("a followed file lags by what is behind the place up to which it was read", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789abc");
  assertEquals(lookUp(row(path), []), {
    path,
    standing: "current",
    readBytes: 10,
    readLines: 1,
    movedMs: MOVED,
    sizeBytes: 13,
    lagBytes: 3,
  });
  dir.write("log", "0123456789");
  assertEquals(standing(row(path)), ["current", 10, 0]);
});

Deno.test("a followed file that is shorter than what was read of it was truncated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "012345678");
  assertEquals(standing(row(path)), ["truncated", 9, null]);
});

Deno.test("another file at a followed path, or anything else, means that it was rotated", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789");
  const before = row(path);
  Deno.renameSync(path, `${path}.1`);
  assertEquals(standing(before), ["missing", null, null]);
  dir.write("log", "a new one");
  assertEquals(standing(before), ["rotated", 9, null]);
  // The tracker may have seen that the file is gone, and not yet the new one.
  assertEquals(standing([path, null, null, 10, 1, MOVED])[0], "rotated");
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  assertEquals(standing(before)[0], "rotated");
  // Its inode may be that of the file that was there.
  assertEquals(standing(row(path))[0], "rotated");
});

Deno.test("what is unread in files that were rotated before counts as lag too", () => {
  using dir = new TempDir();
  const path = dir.write("log", "0123456789a");
  /** The row of an older file of which `read` bytes had been read. */
  const older = (name: string, size: number, read: number): OlderRow => {
    const file = dir.write(name, "x".repeat(size));
    const { device, inode } = identityOf(Deno.statSync(file));
    return [path, device, inode, read];
  };
  const lag = (rows: OlderRow[]) => lookUp(row(path), rows).lagBytes;
  const rows = [older("log.2", 500, 100), older("log.1", 30, 30)];
  assertEquals(lag(rows), 401);
  // Nobody can say of the one how much it is, and reads the other.
  assertEquals(lag([...rows, older("log.3.gz", 9, 0)]), null);
  Deno.removeSync(dir.file("log.3.gz"));
  dir.write("log.4", "of somebody else");
  const other = older("other.1", 7, 0);
  other[0] = dir.file("other");
  assertEquals(lag([...rows, other]), 401);
});

Deno.test("a followed path that cannot be looked at is told all the same", () => {
  using dir = new TempDir();
  const path = dir.write("log", "");
  const looped = dir.file("loop");
  Deno.symlinkSync(looped, looped);
  for (const out of [`${path}/below`, looped]) {
    assertEquals(standing([out, 1, 1, 10, 1, MOVED]), [
      ...["unreadable", null, null],
    ]);
  }
});
