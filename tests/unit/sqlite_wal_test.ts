import { Database } from "@db/sqlite";
import { assert, assertEquals } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/turns/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "../support/database.ts";
import { at, prompt } from "../support/envelope.ts";
import { until } from "../support/process.ts";
import { TempDir } from "../support/temp.ts";

/** Some 1000 pages. */
const LONG = "x".repeat(4_000_000);
/** More than a log ever has without a reader in the way, in bytes. */
const MUCH = 50_000_000;

/** A store that is written, and what became of its files. */
class Scene implements Disposable {
  #dir = new TempDir();
  #path = this.#dir.file("turns.db");
  #count = 0;
  readonly store: Store = new SqliteStore(this.#path, { synchronous: "off" });

  /** Mints turns, each in a transaction of its own. */
  write(turns: number, text = LONG): void {
    const tracker = new Tracker(this.store);
    for (let i = 0; i < turns; i++) {
      tracker.apply(prompt({ t: at(this.#count++), text }));
    }
  }

  /** Reads in a transaction that stays open. */
  read(): Database {
    const reader = new Database(this.#path, { readonly: true });
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM turns").value();
    return reader;
  }

  /** The size of a file of the database, in bytes. */
  size(suffix: string): number {
    return Deno.statSync(this.#path + suffix).size;
  }

  check(): void {
    assertEquals(query(this.#path, "PRAGMA integrity_check"), [["ok"]]);
    const count = query(this.#path, "SELECT count(*) FROM turns");
    assertEquals(count, [[this.#count]]);
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}

Deno.test("WriteAheadLog moves the log into the database each time it is long", () => {
  using scene = new Scene();
  for (let i = 0; i < 10; i++) {
    scene.write(3);
    assert(scene.size("-wal") < MUCH);
  }
  assert(scene.size("") > 20 * LONG.length);
  scene.check();
});

Deno.test("openclaw#112950: a log that grew under a reader is short again after a commit", () => {
  using scene = new Scene();
  scene.write(1);
  const reader = scene.read();
  scene.write(20);
  assert(scene.size("-wal") > MUCH);
  reader.close();
  // As many as make it look again.
  scene.write(5);
  assert(scene.size("-wal") < MUCH, `${scene.size("-wal")} bytes`);
  scene.check();
});

Deno.test("openclaw#112950: a log that grew under a reader is short again without a commit", async () => {
  using scene = new Scene();
  scene.write(1);
  const reader = scene.read();
  scene.write(20);
  assert(scene.size("-wal") > MUCH);
  reader.close();
  await until(() => scene.size("-wal") < MUCH, "a short log");
  scene.check();
});

Deno.test("WriteAheadLog lets no commit wait for a reader", () => {
  using scene = new Scene();
  scene.write(1);
  const reader = scene.read();
  const start = performance.now();
  // Each of several checkpoints would wait for five seconds.
  scene.write(20);
  assert(performance.now() - start < 15_000);
  reader.close();
});
