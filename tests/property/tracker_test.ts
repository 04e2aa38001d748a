import { assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { openStore } from "../../src/store/open.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { contents, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

/** Applies events to a database, which is created if it is missing. */
function apply(path: string, events: TurnEvent[]): number[][] {
  using store = openStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  return events.map((event) => tracker.apply(event).turns.map(({ id }) => id));
}

/** Each turn without its id. */
function outcomes(path: string, sid?: string): unknown[] {
  const ofSession = records(path).filter((row) =>
    sid === undefined || row.sid === sid
  );
  return ofSession.map(({ turn_id_glob: _, ...row }) => row);
}

/** Compares the records of each event, and the table, with the oracle's. */
function assertAsOracle(events: TurnEvent[]): void {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const oracle = new Oracle();
  const expected = events.map((event) =>
    oracle.apply(event).map((record) => record.turn_id_glob)
  );
  assertEquals(apply(path, events), expected);
  assertEquals(records(path), oracle.records());
}

Deno.test("SPEC 2, 3: Tracker turns any events in any order into the oracle's turns", async () => {
  await forSeeds(60, (random) => assertAsOracle(anyEvents(random, 120)));
});

Deno.test("SPEC 2, 3: Tracker turns an agent's log into the oracle's turns", async () => {
  await forSeeds(20, (random) => assertAsOracle(agentEvents(random, 300)));
});

Deno.test("SPEC 4: Tracker changes nothing when any window of a log is replayed", async () => {
  await forSeeds(20, (random) => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    const events = agentEvents(random, 200);
    apply(path, events);
    const before = contents(path);
    for (let i = 0; i < 5; i++) {
      const start = random.below(events.length);
      apply(path, events.slice(start, start + random.below(events.length)));
    }
    assertEquals(contents(path), before);
  });
});

Deno.test("SPEC 4: Tracker stopped at any event and restarted anywhere before loses nothing", async () => {
  await forSeeds(20, (random) => {
    using dir = new TempDir();
    const events = agentEvents(random, 200);
    apply(dir.file("once.db"), events);
    let done = 0;
    while (done < events.length) {
      const next = random.between(done, events.length);
      apply(dir.file("stopped.db"), events.slice(random.below(done + 1), next));
      done = next;
    }
    assertEquals(
      contents(dir.file("stopped.db")),
      contents(dir.file("once.db")),
    );
  });
});

Deno.test("SPEC 2: Tracker keeps a session independent of the lines of other sessions", async () => {
  await forSeeds(20, (random) => {
    using dir = new TempDir();
    const events = agentEvents(random, 200);
    apply(dir.file("interleaved.db"), events);
    for (const sid of new Set(events.map((event) => event.sid))) {
      const alone = dir.file(`${sid}.db`);
      apply(alone, events.filter((event) => event.sid === sid));
      assertEquals(outcomes(dir.file("interleaved.db"), sid), outcomes(alone));
    }
  });
});

Deno.test("SPEC 3: Tracker makes the same turns of lines that are slightly out of order", async () => {
  await forSeeds(40, (random) => {
    using dir = new TempDir();
    // Answers of other processes are matched by time, and of two ends the first
    // counts: these depend on the order.
    const events = agentEvents(random, 200).filter(({ kind, pid }) =>
      pid !== 77 && kind !== "session end"
    );
    apply(dir.file("ordered.db"), events);
    apply(dir.file("shuffled.db"), shuffleWithinSkew(random, events));
    const key = (row: unknown) => {
      const { session_turn: _, session_pid_turn: __, ...rest } = row as Record<
        string,
        unknown
      >;
      return JSON.stringify(rest);
    };
    assertEquals(
      outcomes(dir.file("shuffled.db")).map(key).sort(),
      outcomes(dir.file("ordered.db")).map(key).sort(),
    );
  });
});

/** Swaps neighbouring events, but never those of one turn. */
function shuffleWithinSkew(random: Random, ordered: TurnEvent[]): TurnEvent[] {
  const events = [...ordered];
  for (let i = 0; i < 4 * events.length; i++) {
    const at = random.below(events.length - 1);
    const [a, b] = [events[at], events[at + 1]];
    const sameTurn = a.sid === b.sid && a.turnId === b.turnId;
    if (!sameTurn) [events[at], events[at + 1]] = [b, a];
  }
  return events;
}
