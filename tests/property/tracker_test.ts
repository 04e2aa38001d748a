import { assertEquals } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { openStore } from "../../src/store/open.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { Oracle } from "../support/oracle/oracle.ts";
import { type Engine, type Place, testEngines } from "../support/places.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

/** Applies events to a database, which is created if it is missing. */
async function apply(
  { address }: Place,
  events: TurnEvent[],
): Promise<number[][]> {
  using store = await openStore(address, { synchronous: "off" });
  const tracker = new Tracker(store);
  return events.map((event) => tracker.apply(event).turns.map(({ id }) => id));
}

/** Each turn without its id. */
function outcomes(place: Place, sid?: string): unknown[] {
  const ofSession = place.records().filter((row) =>
    sid === undefined || row.sid === sid
  );
  return ofSession.map(({ turn_id_glob: _, ...row }) => row);
}

/** Compares the records of each event, and the table, with the oracle's. */
async function assertAsOracle(
  engine: Engine,
  events: TurnEvent[],
): Promise<void> {
  using place = engine.place();
  const oracle = new Oracle();
  const expected = events.map((event) =>
    oracle.apply(event).map((record) => record.turn_id_glob)
  );
  assertEquals(await apply(place, events), expected);
  const stored = oracle.records().map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [
        ...[name, typeof value === "string" ? engine.stored(value) : value],
      ]),
    )
  );
  assertEquals(place.records(), stored);
}

/** Tests a property on each engine. */
function property(
  name: string,
  seeds: number,
  check: (random: Random, engine: Engine) => Promise<void>,
): void {
  testEngines(
    (engine) => `${name} (${engine})`,
    (engine) =>
      forSeeds(engine.seeds(seeds), (random) => check(random, engine)),
  );
}

property(
  "SPEC 2, 3: Tracker turns any events in any order into the oracle's turns",
  30,
  (random, engine) => assertAsOracle(engine, anyEvents(random, 120)),
);

property(
  "SPEC 2, 3: Tracker turns an agent's log into the oracle's turns",
  10,
  (random, engine) => assertAsOracle(engine, agentEvents(random, 300)),
);

property(
  "SPEC 4: Tracker changes nothing when any window of a log is replayed",
  10,
  async (random, engine) => {
    using place = engine.place();
    const events = agentEvents(random, 200);
    await apply(place, events);
    const before = place.contents();
    for (let i = 0; i < 5; i++) {
      const start = random.below(events.length);
      const end = start + random.below(events.length);
      await apply(place, events.slice(start, end));
    }
    assertEquals(place.contents(), before);
  },
);

property(
  "SPEC 4: Tracker stopped at any event and restarted anywhere before loses nothing",
  10,
  async (random, engine) => {
    using once = engine.place();
    using stopped = engine.place();
    const events = agentEvents(random, 200);
    await apply(once, events);
    let done = 0;
    while (done < events.length) {
      const next = random.between(done, events.length);
      await apply(stopped, events.slice(random.below(done + 1), next));
      done = next;
    }
    assertEquals(stopped.contents(), once.contents());
  },
);

property(
  "SPEC 2: Tracker keeps a session independent of the lines of other sessions",
  10,
  async (random, engine) => {
    using interleaved = engine.place();
    const events = agentEvents(random, 200);
    await apply(interleaved, events);
    for (const sid of new Set(events.map((event) => event.sid))) {
      using alone = engine.place();
      await apply(alone, events.filter((event) => event.sid === sid));
      assertEquals(outcomes(interleaved, sid), outcomes(alone));
    }
  },
);

property(
  "SPEC 3: Tracker makes the same turns of lines that are slightly out of order",
  20,
  async (random, engine) => {
    using inOrder = engine.place();
    using shuffled = engine.place();
    // Answers of other processes are matched by time, and of two ends the first
    // counts: these depend on the order.
    const events = agentEvents(random, 200).filter(({ kind, pid }) =>
      pid !== 77 && kind !== "session end"
    );
    await apply(inOrder, events);
    await apply(shuffled, shuffleWithinSkew(random, events));
    const key = (row: unknown) => {
      const { session_turn: _, session_pid_turn: __, ...rest } = row as Record<
        string,
        unknown
      >;
      return JSON.stringify(rest);
    };
    assertEquals(
      outcomes(shuffled).map(key).sort(),
      outcomes(inOrder).map(key).sort(),
    );
  },
);

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
