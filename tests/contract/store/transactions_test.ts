import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openStore } from "../../../src/store/open.ts";
import { NOTHING } from "../../../src/turns/checkpoint.ts";
import type { Store } from "../../../src/turns/store.ts";
import { prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

function open(place: Place): Promise<Store> {
  return openStore(place.address, { synchronous: "off" });
}

/** Mints a turn with a text, and returns its id and its counts. */
function mint(store: Store, text: string): (number | null)[] {
  const turn = store.mint({
    prompt: prompt({ sid: "s", pid: 1, text }),
    hash: text,
    status: "waiting_response",
    orphanedBy: null,
  });
  return [turn.id, turn.sessionTurn, turn.sessionPidTurn];
}

/** The prompts that are committed. */
function committed(place: Place): unknown[] {
  return place.rows("SELECT user_text FROM turns ORDER BY turn_id_glob").flat();
}

function fail(): never {
  throw new Error("no");
}

contract("commits a transaction only when its work is done", async (place) => {
  using store = await open(place);
  store.transaction(() => {
    mint(store, "a");
    assertEquals(committed(place), []);
  });
  assertEquals(committed(place), ["a"]);
});

contract(
  "rolls back a transaction that fails, with its ids and counts",
  async (place) => {
    using store = await open(place);
    const failing = () => {
      mint(store, "a");
      store.addCheckpoint("log", {
        ...{ identity: { device: 1, inode: 2 }, head: NOTHING },
        ...{ seenMs: 0, name: null },
      });
      fail();
    };
    assertThrows(() => store.transaction(failing), Error, "no");
    assertEquals(store.checkpointsOf("log"), []);
    assertEquals(store.transaction(() => mint(store, "b")), [1, 1, 1]);
    assertEquals(committed(place), ["b"]);
  },
);

contract(
  "rolls back only a failed savepoint, and commits the rest",
  async (place) => {
    using store = await open(place);
    const ids = store.transaction(() => {
      const before = mint(store, "a");
      assertThrows(
        () =>
          store.transaction(() => {
            mint(store, "b");
            store.transaction(() => mint(store, "c"));
            fail();
          }),
        Error,
        "no",
      );
      const after = store.transaction(() => {
        assertThrows(
          () =>
            store.transaction(() => {
              mint(store, "d");
              fail();
            }),
        );
        return mint(store, "e");
      });
      return [before, after];
    });
    assertEquals(ids, [[1, 1, 1], [2, 2, 2]]);
    assertEquals(committed(place), ["a", "e"]);
  },
);

contract(
  "rolls back the savepoints of a transaction that fails",
  async (place) => {
    using store = await open(place);
    assertThrows(() =>
      store.transaction(() => {
        store.transaction(() => mint(store, "a"));
        fail();
      })
    );
    assertEquals(committed(place), []);
  },
);

contract(
  "commits a write as one transaction, with savepoints in it",
  async (place) => {
    using store = await open(place);
    const result = await store.write(() => {
      mint(store, "a");
      assertThrows(() =>
        store.transaction(() => {
          mint(store, "b");
          fail();
        })
      );
      store.transaction(() => mint(store, "c"));
      assertEquals(committed(place), []);
      return "value";
    });
    assertEquals(result, "value");
    assertEquals(committed(place), ["a", "c"]);
  },
);

contract(
  "rolls back a write that fails, and runs the next",
  async (place) => {
    using store = await open(place);
    const failing = store.write(() => {
      mint(store, "a");
      fail();
    });
    const next = store.write(() => mint(store, "b"));
    await assertRejects(() => failing, Error, "no");
    assertEquals(await next, [1, 1, 1]);
    assertEquals(committed(place), ["b"]);
  },
);

contract("keeps committed changes when it is opened again", async (place) => {
  {
    using store = await open(place);
    await store.write(() => mint(store, "a"));
  }
  using store = await open(place);
  assertEquals(await store.write(() => mint(store, "b")), [2, 2, 2]);
  assertEquals(committed(place), ["a", "b"]);
});

contract(
  "shares ids and counts between two stores that write at once",
  async (place) => {
    using one = await open(place);
    using other = await open(place);
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const store = i % 2 === 0 ? one : other;
        return store.write(() => mint(store, `${i}`));
      }),
    );
    assertEquals(
      ids.sort(([a], [b]) => a! - b!),
      Array.from({ length: 20 }, (_, i) => Array(3).fill(i + 1)),
    );
  },
);
