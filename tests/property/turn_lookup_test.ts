import { assert, assertEquals } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { TurnLookup } from "../../src/turns/turn_lookup.ts";
import { TempDir } from "../support/temp.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";

Deno.test("SPEC 6: TurnLookup finds a turn by the rule of section 3, whatever is cached", async () => {
  await forSeeds(20, (random) => {
    using dir = new TempDir();
    using store = new SqliteStore(dir.file("db"), { synchronous: "off" });
    const tracker = new Tracker(store);
    const lookup = new TurnLookup(tracker);
    const log = random.chance(0.5) ? anyEvents : agentEvents;
    const events = log(random, 150);
    for (const [i, event] of events.entries()) {
      const tag = lookup.applied(event.sid, tracker.apply(event));
      assertEquals(tag?.id, tracker.apply(event).turns.at(-1)?.id);
      // Other events of any session, before and after their turns began.
      for (let n = 0; n < 5; n++) {
        const like = events[random.below(Math.min(events.length, i + 10))];
        const owner = { ...like, at: like.at + random.between(-3000, 3000) };
        const { turn } = tracker.find(owner);
        const found = lookup.find(owner);
        assertEquals(found?.id, turn?.id);
        assertEquals(found?.status, turn?.status);
        assertEquals(found?.sessionTurn, turn?.sessionTurn);
        assertEquals(found?.sessionPidTurn, turn?.sessionPidTurn);
      }
    }
  });
});

Deno.test("SPEC 6: TurnLookup sees the changes of another program when it reads the same events", async () => {
  await forSeeds(10, (random) => {
    using dir = new TempDir();
    using store = new SqliteStore(dir.file("db"), { synchronous: "off" });
    const tracker = new Tracker(store);
    const lookup = new TurnLookup(tracker);
    const events = agentEvents(random, 100);
    for (const event of events) {
      const owners = events.filter(({ sid }) => sid === event.sid);
      for (const owner of owners) lookup.find(owner);
      // The other program is faster, so that the event is known here.
      tracker.apply(event);
      lookup.applied(event.sid, tracker.apply(event));
      for (const owner of owners) {
        const { turn } = tracker.find(owner);
        const found = lookup.find(owner);
        assertEquals([found?.id, found?.status], [turn?.id, turn?.status]);
      }
    }
  });
});

Deno.test("SPEC 6: TurnLookup finds the turn of most events without the database", async () => {
  await forSeeds(5, (random) => {
    using dir = new TempDir();
    using store = new SqliteStore(dir.file("db"), { synchronous: "off" });
    const tracker = new Tracker(store);
    const lookup = new TurnLookup(tracker);
    let queries = 0;
    const find = tracker.find.bind(tracker);
    tracker.find = (owner) => {
      queries++;
      return find(owner);
    };
    const events = agentEvents(random, 100);
    let lookUps = 0;
    for (const event of events) {
      lookup.applied(event.sid, tracker.apply(event));
      queries = 0;
      for (let n = 0; n < 50; n++) {
        lookup.find({ ...event, at: event.at + n });
        lookUps++;
      }
      assert(queries <= 2, `${queries} queries for 50 events`);
    }
    assert(lookUps > 1000);
  });
});
