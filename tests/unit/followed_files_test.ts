import { assertEquals } from "@std/assert";
import { codex } from "../../src/dialect/sse/sse.ts";
import { isMark } from "../../src/source/lines.ts";
import { SYSTEM_CLOCK } from "../../src/source/follow/clock.ts";
import { FollowedFiles } from "../../src/source/follow/followed_files.ts";
import type { CheckpointStore } from "../../src/turns/checkpoint.ts";
import { Tail } from "../../src/source/follow/tail.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

const READING = { shape: codex.shape, options: { maxLineBytes: 10_000 } };

/** The log of prompts from one second to another. */
function log(from: number, to: number): string {
  const seconds = Array.from({ length: to - from }, (_, i) => from + i);
  return logOf(seconds.map((second) => prompt({ t: at(second) })));
}

/**
 * What a life reads of a path, and remembers.
 *
 * @param found Is called between its look and its opening of what it found.
 */
async function read(
  path: string,
  checkpoints: CheckpointStore,
  found = () => {},
): Promise<string> {
  const store: CheckpointStore = {
    transaction: (work) => checkpoints.transaction(work),
    checkpointsOf: (path) => checkpoints.checkpointsOf(path),
    addCheckpoint: (...begin) => checkpoints.addCheckpoint(...begin),
    locateCheckpoint: (...place) => checkpoints.locateCheckpoint(...place),
    dropCheckpoint: (id) => checkpoints.dropCheckpoint(id),
    moveCheckpoint: (position) => checkpoints.moveCheckpoint(position),
    pruneCheckpoints(path) {
      checkpoints.pruneCheckpoints(path);
      found();
    },
  };
  const watch = { renew() {}, wait: () => Promise.resolve() };
  const parts = {
    ...{ checkpoints: store, tell: () => {} },
    ...{ clock: SYSTEM_CLOCK, watch },
  };
  const files = new FollowedFiles(path, READING, parts);
  await files.look();
  let text = "";
  for (const source of files.open) {
    if (!(source instanceof Tail)) throw new Error("an archive");
    const items = (await Array.fromAsync(source.available())).flat();
    for (const item of items) {
      if (isMark(item)) continue;
      text += new TextDecoder().decode(item.bytes!);
    }
    const position = source.mark()?.position;
    if (position) checkpoints.moveCheckpoint(position());
    files.forget(source);
  }
  return text;
}

for (const isRead of [true, false]) {
  Deno.test({
    name:
      `FollowedFiles loses nothing of a log that is copied and emptied between its look and its opening, ${
        isRead ? "which was read before" : "which is new"
      }`,
    async fn() {
      using dir = new TempDir();
      using store = new SqliteStore(dir.file("turns.db"));
      const path = dir.write("log", log(0, 3));
      if (isRead) {
        assertEquals(await read(path, store.checkpoints), log(0, 3));
        Deno.writeTextFileSync(path, log(3, 5), { append: true });
      }
      let isMoved = false;
      const lines = await read(path, store.checkpoints, () => {
        if (isMoved) return;
        isMoved = true;
        Deno.copyFileSync(path, dir.file("log.1"));
        Deno.writeTextFileSync(path, log(9, 10));
      });
      assertEquals(lines, (isRead ? log(3, 5) : log(0, 3)) + log(9, 10));
      Deno.writeTextFileSync(path, log(10, 20), { append: true });
      assertEquals(await read(path, store.checkpoints), log(10, 20));
    },
  });
}
