import { assert, assertEquals } from "@std/assert";
import { identityOf } from "../../src/source/follow/scanned_file.ts";
import { readReport } from "../../src/status/report.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import {
  type Identity,
  type NewFile,
  NOTHING,
} from "../../src/turns/checkpoint.ts";
import { TempDir } from "../support/temp.ts";

function fileOf(identity: Identity): NewFile {
  return { identity, head: NOTHING, seenMs: 0, name: null };
}

Deno.test("status reports the newest file of each followed path", async () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const log = dir.write("log", "0123456789");
  using store = new SqliteStore(path);
  const begin = (path: string, device = 0, inode = 0) =>
    store.addCheckpoint(path, fileOf({ device, inode }));
  const { device, inode } = identityOf(Deno.statSync(log));
  begin(log);
  const newest = begin(log, device, inode);
  begin("/gone/log");
  store.moveCheckpoint({ ...newest, offset: 7, line: 3 });
  const { files } = await readReport(path);
  assertEquals(
    files.map(({ path, state, readBytes, readLines, lagBytes }) => [
      ...[path, state, readBytes, readLines, lagBytes],
    ]),
    [
      ["/gone/log", "missing", 0, 0, null],
      [log, "current", 7, 3, 3],
    ],
  );
  assert(files[1].movedMs > Date.now() - 60_000);
});

Deno.test("status adds the unread bytes of rotated files, and shows the last read of any file", async () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const log = dir.write("log", "0123456789");
  using store = new SqliteStore(path);
  const begin = (file: string) =>
    store.addCheckpoint(log, fileOf(identityOf(Deno.statSync(file))));
  const done = begin(dir.write("log.2", "all read"));
  store.moveCheckpoint({ ...done, offset: 3, line: 1, done: true });
  const older = begin(dir.write("log.1", "x".repeat(1000)));
  begin(log);
  const lag = async () =>
    (await readReport(path)).files.map(({ lagBytes }) => lagBytes);
  assertEquals(await lag(), [1010]);
  store.moveCheckpoint({ ...older, offset: 600, line: 9 });
  assertEquals(await lag(), [410]);
  assert((await readReport(path)).files[0].movedMs > Date.now() - 60_000);
});
