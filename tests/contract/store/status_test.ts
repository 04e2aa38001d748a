import { assert, assertEquals } from "@std/assert";
import { openStore, readStatus } from "../../../src/store/open.ts";
import { MOST_DURATIONS } from "../../../src/store/status.ts";
import { NOTHING } from "../../../src/turns/checkpoint.ts";
import type { TurnEvent } from "../../../src/turns/event.ts";
import type { Store } from "../../../src/turns/store.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import { answer, at, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

function open(place: Place): Store {
  return openStore(place.address, { synchronous: "off" });
}

/** Applies events to the store. */
function apply(place: Place, events: TurnEvent[]): void {
  using store = open(place);
  const tracker = new Tracker(store);
  store.transaction(() => events.forEach((event) => tracker.apply(event)));
}

contract("has a status of zeros and empty lists while it is empty", (place) => {
  apply(place, []);
  const before = Date.now();
  const { readMs, ...status } = readStatus(place.address);
  assert(readMs >= before && readMs <= Date.now());
  assertEquals(status, {
    turns: 0,
    byStatus: { completed: 0, orphaned: 0, waiting_response: 0 },
    sessions: 0,
    durations: null,
    days: [],
    lastTurns: [],
    followed: [],
  });
});

contract("counts turns by their status, and sessions", (place) => {
  apply(place, [
    prompt({ sid: "a", t: at(0) }),
    answer({ sid: "a", t: at(10) }),
    prompt({ sid: "a", t: at(20) }),
    prompt({ sid: "a", t: at(30) }),
    answer({ sid: "a", t: at(31) }),
    prompt({ sid: "b", pid: 1, t: at(40) }),
    prompt({ sid: "b", pid: 2, t: at(50) }),
    prompt({ sid: "c", t: at(60) }),
  ]);
  const { turns, byStatus, sessions, durations } = readStatus(place.address);
  assertEquals([turns, sessions], [6, 3]);
  assertEquals(byStatus, { completed: 2, orphaned: 1, waiting_response: 3 });
  assertEquals(durations, {
    turns: 2,
    median: 1000,
    p95: 10_000,
    longest: 10_000,
  });
});

contract("reports the durations of the last completed turns only", (place) => {
  using store = open(place);
  store.transaction(() => {
    // The first took longest, and every second one is not completed.
    for (let i = 0; i < 2 * MOST_DURATIONS + 2; i++) {
      const turn = store.mint({
        prompt: prompt({ t: at(i) }),
        hash: `${i}`,
        ...{ status: "orphaned", orphanedBy: null },
      });
      if (i % 2 === 1) continue;
      const durationMs = MOST_DURATIONS - i / 2;
      store.complete(turn, { ...answer(), durationMs, pidMismatch: false });
    }
  });
  const { durations, byStatus } = readStatus(place.address);
  assertEquals(byStatus.completed, MOST_DURATIONS + 1);
  assertEquals(durations, {
    turns: MOST_DURATIONS,
    median: MOST_DURATIONS / 2 - 1,
    p95: 0.95 * MOST_DURATIONS - 1,
    longest: MOST_DURATIONS - 1,
  });
});

contract("counts the turns of the last 14 days with turns", (place) => {
  const day = 86_400;
  // Twenty days with a gap, and the first and the last instant of one of them.
  const days = Array.from({ length: 20 }, (_, i) => i < 15 ? i : i + 100);
  const noon = day / 2;
  apply(place, [
    ...days.map((n) => prompt({ sid: `s${n}`, t: at(n * day) })),
    prompt({ sid: "first", t: at(10 * day - noon) }),
    prompt({ sid: "last", t: at(11 * day - noon - 0.001) }),
    // The day is the one in the text.
    prompt({ sid: "zone", t: "2025-11-28 23:59:59-05:00" }),
  ]);
  const expected = days.slice(-14).map((n) => ({
    day: at(n * day).slice(0, 10),
    turns: n === 10 ? 4 : 1,
  }));
  assertEquals(readStatus(place.address).days, expected);
});

contract("reports the turns minted last, the newest first", (place) => {
  apply(place, [
    ...Array.from({ length: 12 }, (_, i) => prompt({ sid: `s${i}`, t: at(i) })),
    // Older, but minted later.
    prompt({ sid: "s\0old", text: "\ufeffa\0b", t: at(-100) }),
  ]);
  const { lastTurns } = readStatus(place.address);
  assertEquals(lastTurns.map(({ id }) => id), [
    ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4],
  ]);
  assertEquals(lastTurns[0], {
    id: 13,
    sid: "s\0old",
    status: "waiting_response",
    startTime: at(-100),
    startMs: prompt({ t: at(-100) }).at,
    userText: "\ufeffa\0b",
  });
});

contract(
  "truncates a long prompt between characters",
  (place) => {
    apply(place, [prompt({ text: "ab" + "語".repeat(1e6) })]);
    const { lastTurns: [{ userText }] } = readStatus(place.address);
    assertEquals(userText, "ab" + "語".repeat(332));
  },
);

contract(
  "reports the newest file of each path, and older ones with unread bytes",
  (place) => {
    using store = open(place);
    const add = (path: string, inode: number) =>
      store.addCheckpoint(path, { device: 9, inode }, NOTHING, 0);
    const [done, gone, older, newest] = [1, 2, 3, 4].map((n) =>
      add("b.log", n)
    );
    const other = add("a.log", 5);
    add("b.log.1", 6);
    add("b.log.1", 7);
    store.moveCheckpoint({ ...done, offset: 3, line: 1, done: true });
    store.locateCheckpoint(gone.id, null);
    store.moveCheckpoint({ ...older, offset: 600, line: 9 });
    store.moveCheckpoint({ ...newest, offset: 7, line: 3 });
    store.locateCheckpoint(other.id, null);
    const { followed } = readStatus(place.address);
    assertEquals(
      followed.map(({ movedMs: _, ...path }) => path),
      [{
        ...{ path: "a.log", identity: null, readBytes: 0, readLines: 0 },
        older: [],
      }, {
        path: "b.log",
        ...{ identity: { device: 9, inode: 4 }, readBytes: 7, readLines: 3 },
        older: [{ identity: { device: 9, inode: 3 }, readBytes: 600 }],
      }, {
        path: "b.log.1",
        ...{ identity: { device: 9, inode: 7 }, readBytes: 0, readLines: 0 },
        older: [{ identity: { device: 9, inode: 6 }, readBytes: 0 }],
      }],
    );
    // The last read of any of its files counts.
    assertEquals(followed[0].movedMs, 0);
    assert(followed[1].movedMs > Date.now() - 60_000);
  },
);
