import { assertEquals } from "@std/assert";
import { KnownFile } from "../../src/source/follow/known_files.ts";
import { ReadingOrder } from "../../src/source/follow/reading_order.ts";
import type { ScannedFile } from "../../src/source/follow/scanned_file.ts";
import { NOTHING } from "../../src/turns/checkpoint.ts";

function known(id: number, isResumed = false, read = 1): KnownFile {
  const checkpoint = {
    ...{ id, offset: 1, line: 1, head: NOTHING, done: false },
    last: { ...NOTHING, end: read },
    ...{ dialect: null, decoder: null, seenMs: 0, movedMs: 0 },
    ...{ identity: null, name: null },
  };
  return new KnownFile(checkpoint, "log", isResumed);
}

function file(path: string, inode: number): ScannedFile {
  return { path, identity: { device: 1, inode }, modifiedMs: 0, size: 1 };
}

/** The ids of known files in the order of two scans, each with its places. */
function sorted(
  ...scans: {
    places: [KnownFile, ScannedFile][];
    gone?: KnownFile[];
    copies?: [file: ScannedFile, of: KnownFile, bytes: number][];
    waiting?: ScannedFile[];
    files: ScannedFile[];
  }[]
): number[] {
  const order = new ReadingOrder("log");
  let all: KnownFile[] = [];
  for (const { places, gone = [], copies = [], waiting = [], files } of scans) {
    all = order.sorted([...places.map(([known]) => known), ...gone], {
      ...{ files, waiting, places: new Map(places) },
      copies: copies.map(([file, of, bytes]) => ({ file, of, bytes })),
    });
  }
  return all.map(({ log }) => log.id);
}

Deno.test("ReadingOrder has present files as the scan has them, whatever their ids are", () => {
  const files = [file("log.2", 1), file("log.1", 2), file("log", 3)];
  const [a, b, c] = [known(7), known(9, true), known(4)];
  assertEquals(
    sorted({ files, places: [[a, files[0]], [b, files[1]], [c, files[2]]] }),
    [7, 9, 4],
  );
});

Deno.test("ReadingOrder has a missing file after those that preceded it", () => {
  const [older, log] = [file("log.1", 1), file("log", 2)];
  const [a, b, c] = [known(1), known(2), known(3)];
  const next = file("log", 3);
  const ids = sorted(
    { files: [older, log], places: [[a, older], [b, log]] },
    { files: [older, next], places: [[a, older], [c, next]], gone: [b] },
  );
  assertEquals(ids, [1, 2, 3]);
});

for (const name of ["copy", "log"]) {
  Deno.test(
    `ReadingOrder has a missing file ${
      name === "copy"
        ? "after one that was its copy until now"
        : "before the log, though that has the inode of its copy"
    }`,
    () => {
      const [copy, log] = [file("log.1", 1), file("log", 2)];
      const [a, b] = [known(1), known(2)];
      const after = file(name === "copy" ? "log.1" : "log", 1);
      const ids = sorted(
        { files: [copy, log], places: [[a, log]], copies: [[copy, a, 1]] },
        { files: [after], places: [[b, after]], gone: [a] },
      );
      assertEquals(ids, name === "copy" ? [2, 1] : [1, 2]);
    },
  );
}

Deno.test("ReadingOrder has a missing file in the place of its longest copy", () => {
  const files = ["log.4", "log.3", "log.2", "log.1"].map(file);
  const [a, b, c] = [known(1), known(2), known(3)];
  const ids = sorted({
    ...{ files, gone: [a], places: [[b, files[0]], [c, files[2]]] },
    copies: [[files[1], a, 9], [files[3], a, 1]],
  });
  assertEquals(ids, [2, 1, 3]);
});

Deno.test("ReadingOrder has a missing file before new ones, though one begins as it does", () => {
  const [before, rotated, alike, log] = ["log", "log.2", "log.1", "log"]
    .map(file);
  const [a, b, c] = [known(1, false, 9), known(2), known(3)];
  const ids = sorted(
    { files: [before], places: [[a, before]] },
    {
      ...{ files: [rotated, alike, log], copies: [[alike, a, 5]] },
      ...{ places: [[b, rotated], [c, log]], gone: [a] },
    },
  );
  assertEquals(ids, [1, 2, 3]);
});
