import { assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { openStore } from "../../src/store/open.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { Random } from "../../tools/gen_log/random.ts";
import { contents, records } from "../support/database.ts";
import { TempDir } from "../support/temp.ts";
import { Model } from "../support/oracle/model.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

/** Applies events to a database, which is made where it is missing. */
function apply(path: string, events: TurnEvent[]): number[][] {
  using store = openStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  return events.map((event) => tracker.apply(event).turns.map(({ id }) => id));
}

/** What became of each turn, whatever id it was given. */
function outcomes(path: string, sid?: string): unknown[] {
  const ofSession = records(path).filter((row) =>
    sid === undefined || row.sid === sid
  );
  return ofSession.map(({ turn_id_glob: _, ...row }) => row);
}

/** Holds what the events come to against the model, event for event. */
function assertFollowsModel(events: TurnEvent[]): void {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  const model = new Model();
  assertEquals(apply(path, events), events.map((event) => model.apply(event)));
  assertEquals(records(path), model.records());
}

Deno.test("SPEC 2 and 3: any events in any order come to what the plain model says", async () => {
  await forSeeds(60, (random) => assertFollowsModel(anyEvents(random, 120)));
});

Deno.test("SPEC 2 and 3: an agent's log comes to what the plain model says", async () => {
  await forSeeds(20, (random) => assertFollowsModel(agentEvents(random, 300)));
});

Deno.test("SPEC 4: any window of the log, replayed any number of times, changes nothing", async () => {
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

Deno.test("SPEC 4: a program stopped between any two events and started anywhere before ends as if never stopped", async () => {
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

Deno.test("SPEC 2: what becomes of a session does not depend on what stands between its lines", async () => {
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

Deno.test("SPEC 3: lines shuffled within the skew of their writers come to the same turns", async () => {
  await forSeeds(40, (random) => {
    using dir = new TempDir();
    // Answers of other processes go by time, and time is what is shuffled.
    const events = agentEvents(random, 200).filter(({ pid }) => pid !== 77);
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

/** Moves lines past their neighbours, but no answer before a prompt of its turn. */
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
