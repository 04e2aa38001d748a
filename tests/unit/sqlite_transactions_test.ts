import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { NOTHING } from "../../src/turns/checkpoint.ts";
import type { Store } from "../../src/turns/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "../support/database.ts";
import { at, prompt } from "../support/envelope.ts";
import { execute } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

/** Prompts with these texts fail: alone, or with the whole transaction. */
const TRIGGERS =
  ["ABORT", "ROLLBACK"].map((kind) =>
    `CREATE TRIGGER t${kind} BEFORE INSERT ON turns WHEN NEW.user_text = '${kind}'
    BEGIN SELECT RAISE(${kind}, 'no ${kind}'); END;`
  ).join("") +
  `CREATE TRIGGER tCheckpoint BEFORE INSERT ON checkpoints
    WHEN NEW.path = 'ROLLBACK'
    BEGIN SELECT RAISE(ROLLBACK, 'no checkpoint'); END;`;

/** A store whose engine rolls transactions back, as on a full disk. */
class Scene implements Disposable {
  #dir = new TempDir();
  #path = this.#dir.file("turns.db");
  #second = 0;
  readonly store: Store;
  #tracker: Tracker;

  constructor() {
    new SqliteStore(this.#path)[Symbol.dispose]();
    execute(this.#path, TRIGGERS);
    this.store = new SqliteStore(this.#path, { synchronous: "off" });
    this.#tracker = new Tracker(this.store);
  }

  /** Applies a prompt. */
  ask = (text: string): void => {
    this.#tracker.apply(prompt({ text, t: at(this.#second++) }));
  };

  /** The prompts that are committed. */
  get committed(): string {
    const sql = "SELECT user_text FROM turns ORDER BY turn_id_glob";
    return query(this.#path, sql).join();
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}

Deno.test("a savepoint that fails leaves the transaction open", async () => {
  using scene = new Scene();
  await scene.store.write(() => {
    scene.ask("a");
    assertThrows(() => scene.ask("ABORT"), Error, "no ABORT");
    scene.ask("b");
  });
  assertEquals(scene.committed, "a,b");
});

Deno.test("a transaction that SQLite rolled back fails with the first error", async () => {
  using scene = new Scene();
  const { ask, store } = scene;
  let runs = 0;
  await assertRejects(
    () =>
      store.write(() => {
        ask("a");
        assertThrows(() => ask("ROLLBACK"), Error, "no ROLLBACK");
        // Outside the transaction, each of these would commit by itself.
        assertThrows(() => ask("b"), Error, "no ROLLBACK");
        const add = () => store.addCheckpoint("log", FILE);
        assertThrows(add, Error, "no ROLLBACK");
        assertThrows(() => ask("ABORT"), Error, "no ROLLBACK");
        assertThrows(() => store.transaction(() => runs++));
      }),
    Error,
    "no ROLLBACK",
  );
  assertEquals([scene.committed, store.checkpointsOf("log"), runs], [
    ...["", [], 0],
  ]);
  await store.write(() => ask("c"));
  assertEquals(scene.committed, "c");
});

Deno.test("a savepoint around a rollback by SQLite fails too", async () => {
  using scene = new Scene();
  const { ask, store } = scene;
  const inner = () => {
    ask("a");
    assertThrows(() => ask("ROLLBACK"), Error, "no ROLLBACK");
  };
  const outer = () => {
    assertThrows(() => store.transaction(inner), Error, "no ROLLBACK");
  };
  await assertRejects(() => store.write(outer), Error, "no ROLLBACK");
  assertEquals(scene.committed, "");
});

Deno.test("a checkpoint whose insertion rolled back fails the transaction", async () => {
  using scene = new Scene();
  const { ask, store } = scene;
  const add = (path: string) => store.addCheckpoint(path, FILE);
  await assertRejects(
    () =>
      store.write(() => {
        ask("a");
        assertThrows(() => add("ROLLBACK"), Error, "no checkpoint");
        assertThrows(() => add("log"), Error, "no checkpoint");
      }),
    Error,
    "no checkpoint",
  );
  assertEquals([scene.committed, store.checkpointsOf("log")], ["", []]);
});

const FILE = {
  ...{ identity: { device: 1, inode: 1 }, head: NOTHING },
  ...{ seenMs: 0, name: null },
};
