import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../../src/store/open.ts";
import {
  type Checkpoint,
  NOTHING,
  type Position,
} from "../../../src/turns/checkpoint.ts";
import type { Store } from "../../../src/turns/store.ts";
import { contract, type Place } from "./engines.ts";

const FILE = { device: 1, inode: 2 };

function open(place: Place): Promise<Store> {
  return openStore(place.address, { synchronous: "off" });
}

/** Adds a file to a path. */
function add(store: Store, path: string, inode = FILE.inode): Checkpoint {
  const identity = { device: 1, inode };
  return store.addCheckpoint(path, {
    ...{ identity, head: NOTHING, seenMs: 0, name: null },
  });
}

contract(
  "adds a checkpoint at the beginning of a file",
  async (place, engine) => {
    const head = { end: 3, length: 3, hash: "abc" };
    using store = await open(place);
    const name = engine.stored("/below/the/log\0 é");
    const file = { identity: FILE, head, seenMs: 1234, name };
    const added = store.addCheckpoint("log", file);
    assertEquals(added, {
      ...{ id: 1, offset: 0, line: 0, last: NOTHING, done: false },
      ...{ dialect: null, decoder: null, movedMs: 1234, ...file },
    });
    assertEquals(store.checkpointsOf("log"), [added]);
  },
);

contract("moves a checkpoint with all fields of a position", async (place) => {
  const most = Number.MAX_SAFE_INTEGER;
  const position = (id: number): Position => ({
    ...{ id, offset: most, line: most, done: true },
    head: { end: 512, length: 512, hash: "head" },
    last: { end: most, length: 7, hash: "last" },
    ...{ dialect: "sse", decoder: '{"a":"\u0000 é 👋"}' },
  });
  {
    using store = await open(place);
    const { id } = add(store, "log");
    add(store, "log", 3);
    store.moveCheckpoint(position(id));
  }
  using store = await open(place);
  const [{ movedMs, ...moved }, other] = store.checkpointsOf("log");
  assert(movedMs > Date.now() - 60_000 && movedMs <= Date.now());
  assertEquals(moved, {
    ...position(moved.id),
    ...{ identity: FILE, name: null, seenMs: 0 },
  });
  assertEquals([other.offset, other.dialect, other.decoder], [0, null, null]);
  store.moveCheckpoint({ ...moved, dialect: null, decoder: null });
  const [cleared] = store.checkpointsOf("log");
  assertEquals([cleared.dialect, cleared.decoder], [null, null]);
});

contract(
  "lists the files of one path in the order in which they are read",
  async (place) => {
    using store = await open(place);
    const [a, b, c] = ["log", "other log", "log"].map((path) =>
      add(store, path)
    );
    assertEquals(store.checkpointsOf("log").map(({ id }) => id), [a.id, c.id]);
    assertEquals(store.checkpointsOf("other log").map(({ id }) => id), [b.id]);
    assertEquals(store.checkpointsOf("no log"), []);
  },
);

contract("changes the place of a checkpoint, and deletes it", async (place) => {
  using store = await open(place);
  const { id } = add(store, "log");
  const placed = () => {
    const [{ identity, name }] = store.checkpointsOf("log");
    return { identity, name };
  };
  for (
    const place of [
      { identity: null, name: "/a" },
      { identity: { device: 2 ** 53 - 1, inode: 2 ** 53 - 1 }, name: null },
    ]
  ) {
    store.locateCheckpoint(id, place);
    assertEquals(placed(), place);
  }
  store.dropCheckpoint(id);
  assertEquals(store.checkpointsOf("log"), []);
  assertEquals(add(store, "log").offset, 0);
});

contract(
  "prunes old checkpoints whose files were read or are missing",
  async (place) => {
    using store = await open(place);
    const files = store.transaction(() =>
      Array.from({ length: 70 }, (_, i) => add(store, "log", i))
    );
    add(store, "other log");
    const [read, gone, unread] = files;
    store.moveCheckpoint({ ...read, done: true });
    store.locateCheckpoint(gone.id, { identity: null, name: null });
    store.pruneCheckpoints("log");
    assertEquals(store.checkpointsOf("log").map(({ id }) => id), [
      unread.id,
      ...files.slice(3).map(({ id }) => id),
    ]);
    assertEquals(store.checkpointsOf("other log").length, 1);
  },
);

contract("rolls back the checkpoints of a failed savepoint", async (place) => {
  using store = await open(place);
  const begun = add(store, "log");
  store.transaction(() => {
    store.moveCheckpoint({ ...begun, offset: 1 });
    try {
      store.transaction(() => {
        store.moveCheckpoint({ ...begun, offset: 2 });
        throw new Error("no");
      });
    } catch {
      // The outer transaction continues.
    }
  });
  assertEquals(store.checkpointsOf("log")[0].offset, 1);
});
