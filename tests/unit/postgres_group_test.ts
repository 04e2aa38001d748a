import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Failure, Stopped } from "../../src/error.ts";
import { openStore } from "../../src/store/open.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import type { Store } from "../../src/turns/store.ts";
import { type Applied, Tracker } from "../../src/turns/tracker.ts";
import { answer, at, end, prompt } from "../support/envelope.ts";
import { testSchema } from "../support/places.ts";

/** Applies events as one group; a failed one is left out. */
async function applyGroup(
  store: Store,
  events: TurnEvent[],
): Promise<(Applied | null)[]> {
  const tracker = new Tracker(store);
  const work = () =>
    events.map((event) => {
      try {
        return tracker.apply(event);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return null;
      }
    });
  return await store.write(work, { events, owners: [] });
}

testSchema(
  "SPEC 4: a failed event undoes no other event of its group",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    schema.change(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'no %', new.user_text; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON turns FOR EACH ROW
      WHEN (new.user_text = 'bad') EXECUTE FUNCTION refuse()`);
    const results = await applyGroup(store, [
      prompt({ text: "a", t: at(1) }),
      prompt({ text: "bad", t: at(2) }),
      answer({ text: "b", t: at(3) }),
      prompt({ text: "c", t: at(4) }),
    ]);
    assertEquals(results.map((it) => it?.turns.map(({ id }) => id)), [
      ...[[1], undefined, [1], [2]],
    ]);
    assertEquals(
      schema.rows("SELECT turn_id_glob, status, session_turn FROM turns"),
      [[1, "completed", 1], [2, "waiting_response", 2]],
    );
    schema.change("DROP TRIGGER refuse ON turns; DROP FUNCTION refuse");
  },
);

testSchema(
  "SPEC 2: a trigger that leaves a row out is reported",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    schema.change(`CREATE FUNCTION ignore() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RETURN NULL; END $$;
    CREATE TRIGGER ignore BEFORE INSERT ON turns FOR EACH ROW
      EXECUTE FUNCTION ignore()`);
    const events = [prompt()];
    await assertRejects(
      () =>
        store.write(() => new Tracker(store).apply(events[0]), {
          events,
          owners: [],
        }),
      Error,
      "ignores changes",
    );
    assertEquals(schema.rows("SELECT * FROM minted"), []);
    schema.change("DROP TRIGGER ignore ON turns; DROP FUNCTION ignore");
  },
);

testSchema(
  "SPEC 2: an old log that is filled in between many turns is applied as ever",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    const later = Array.from(
      { length: 1500 },
      (_, i) => prompt({ t: at(100 + i) }),
    );
    await applyGroup(store, later);
    const events = [
      prompt({ t: at(1), turnId: "x" }),
      answer({ t: at(2), turnId: "x" }),
      prompt({ t: at(50) }),
      end({ t: at(51), turnId: "x" }),
      answer({ t: at(3), pid: 99 }),
    ];
    const results = await applyGroup(store, events);
    assertEquals(
      results.map((it) => it!.turns.map(({ id, status }) => [id, status])),
      [
        [[1501, "orphaned"]],
        [[1501, "completed"]],
        [[1502, "orphaned"]],
        [[1501, "completed"]],
        [[1501, "completed"]],
      ],
    );
    assertEquals(
      await applyGroup(store, events),
      results.map((applied) => ({
        ...{ ...applied!, change: "known" },
        turns: applied!.turns.map(({ id }) =>
          store.turnOfPrompt(
            (schema.rows(
              `SELECT dedup_hash FROM turns WHERE turn_id_glob = ${id}`,
            ))[0][0] as string,
          )!
        ),
      })),
    );
  },
);

testSchema(
  "SPEC 11: a store whose connection is lost applies the group again",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    let runs = 0;
    const event = prompt();
    const tracker = new Tracker(store);
    const { change, turns } = await store.write(() => {
      if (++runs === 1) {
        schema.change(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE state = 'idle in transaction'`);
      }
      return tracker.apply(event);
    });
    assertEquals([runs, change, turns[0].id], [2, "minted", 1]);
    const found = await store.read(() => store.newestTurn(event, event.at));
    assertEquals(found, turns[0]);
  },
);

testSchema(
  "SPEC 11: a group whose connection is lost at any event is applied again",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    await applyGroup(store, [prompt({ t: at(0) })]);
    const events = [
      prompt({ t: at(1) }),
      // Its turn is not read with the group.
      answer({ t: at(2), pid: 99 }),
      prompt({ t: at(3), text: "last" }),
    ];
    for (let lost = 0; lost <= events.length; lost++) {
      let runs = 0;
      const tracker = new Tracker(store);
      const changes = await store.write(() => {
        runs++;
        return events.map((event, i) => {
          if (runs === 1 && lost === i) {
            schema.change(
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE state = 'idle in transaction'`,
            );
          }
          try {
            return tracker.apply(event).change;
          } catch {
            return "failed";
          }
        });
      }, { events, owners: [] });
      assertEquals(
        changes,
        lost === 0
          ? ["minted", "completed", "minted"]
          : ["known", "known", "known"],
      );
      assertEquals(schema.rows("SELECT count(*) FROM turns"), [[3]]);
    }
  },
);

testSchema(
  "SPEC 11: a store that only reads connects again",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    new Tracker(store).apply(prompt());
    schema.change(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'turn-counter'`);
    assertThrows(() => store.hasTurns(prompt()), Failure);
    assertEquals(await store.read(() => store.hasTurns(prompt())), true);
  },
);

Deno.test("SPEC 11: a server that cannot be reached is given up in time", async () => {
  const address = "host=/nowhere user=u dbname=d";
  const messages: string[] = [];
  const { message } = await assertRejects(
    () =>
      openStore(address, {
        outageLimitMs: 3000,
        warn: (it) => messages.push(it),
      }),
    Failure,
    "is not reachable",
  );
  assertEquals(message.includes("\n"), false);
  assertEquals(messages.map((it) => it.split(":")[0]), [
    `waiting for database "${address}"`,
  ]);
});

Deno.test("SPEC 11: a signal ends the wait for a server", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  setTimeout(() => controller.abort(), 100);
  const address = "host=/nowhere user=u dbname=d";
  await assertRejects(
    () => openStore(address, { outageLimitMs: Infinity, signal }),
    Stopped,
  );
});

testSchema(
  "SPEC 7: a group counts the rejected lines of each move of a checkpoint",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    const events = [prompt()];
    const file = await store.write(() =>
      store.addCheckpoint("/log", {
        ...{ identity: { device: 1, inode: 2 }, name: null, seenMs: 0 },
        head: { end: 0, length: 0, hash: "" },
      })
    );
    await store.write(() => {
      new Tracker(store).apply(events[0]);
      store.moveCheckpoint(file, 2);
      store.moveCheckpoint({ ...file, line: 7 }, 1);
    }, { events, owners: [] });
    assertEquals(
      schema.rows("SELECT read_lines, rejected_lines FROM checkpoints"),
      [[7, 3]],
    );
  },
);

testSchema(
  "SPEC 11: turns of the same group can be forgotten",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    const events = [prompt({ t: at(1) }), answer({ t: at(2), text: "b" })];
    await store.write(() => {
      const tracker = new Tracker(store);
      tracker.apply(events[0]);
      store.forget([1], 5);
      tracker.apply(events[1]);
    }, { events, owners: [] });
    assertEquals(
      schema.rows("SELECT user_text, assistant_text, forgotten_ms FROM turns"),
      [[null, "", 5]],
    );
  },
);

testSchema(
  "SPEC 6: a group with a lone surrogate is applied at once",
  async (schema) => {
    using store = await openStore(schema.address, { synchronous: "off" });
    const events = [prompt({ text: "a\ud800b", sid: "s\udc00" })];
    let runs = 0;
    const { turns } = await store.write(() => {
      runs++;
      return new Tracker(store).apply(events[0]);
    }, { events, owners: [] });
    assertEquals([runs, turns[0].userText], [1, "a\ufffdb"]);
    assertEquals(schema.rows("SELECT sid, user_text FROM turns"), [
      ["s\ufffd", "a\ufffdb"],
    ]);
  },
);

testSchema(
  "SPEC 5: the plans of statements are dropped before the tables grow much",
  async (schema) => {
    const { now } = performance;
    let nowMs = now.call(performance);
    performance.now = () => nowMs;
    try {
      using store = await openStore(schema.address, { synchronous: "off" });
      const isDropped = () =>
        store.read(() => {
          const [[sql]] = schema.rows(`SELECT query FROM pg_stat_activity
            WHERE application_name = 'turn-counter'`);
          store.hasTurns(prompt());
          return sql === "DISCARD PLANS";
        });
      const dropped = [];
      const hour = 3600_000;
      for (const passedMs of [0, 0, 999, 1, 999, 1, 1999, 1, hour, 59_999, 1]) {
        nowMs += passedMs;
        dropped.push(await isDropped());
      }
      assertEquals(dropped, [
        ...[true, false, false, true, false, true, false, true],
        ...[true, false, true],
      ]);
    } finally {
      performance.now = now;
    }
  },
);
