import { assertEquals } from "@std/assert";
import { openStore, readReportData } from "../../../src/store/open.ts";
import type { TurnEvent } from "../../../src/turns/event.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import { answer, at, end, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

async function apply(place: Place, events: TurnEvent[]): Promise<void> {
  using store = await openStore(place.address, { synchronous: "off" });
  const tracker = new Tracker(store);
  await store.write(() => events.forEach((event) => tracker.apply(event)));
}

contract("has a report of empty lists while it is empty", async (place) => {
  await apply(place, []);
  const { readMs: _, ...data } = await readReportData(place.address, null);
  assertEquals(data, {
    ...{ sinceMs: null, hasOlder: false, turns: 0, sessions: 0, days: [] },
    ...{ durations: [], lastTurns: [], longest: [], unfinished: [], cwds: [] },
  });
});

const day = 86_400;
const EVENTS: TurnEvent[] = [
  prompt({ sid: "a", t: at(0), cwd: "/w", text: "語".repeat(200) }),
  answer({ sid: "a", t: at(30), turnId: null }),
  prompt({ sid: "a", t: at(40), cwd: "/w" }),
  prompt({ sid: "a", t: at(50), cwd: "/w" }),
  prompt({ sid: "b\0", t: at(day), agent: "pi", text: "x\0", turnId: "1" }),
  end({ sid: "b\0", t: at(day + 1), outcome: "failed", turnId: "1" }),
  prompt({ sid: "b\0", t: at(day + 9), agent: "pi", turnId: "2" }),
  answer({ sid: "b\0", t: at(day + 10), turnId: "2" }),
];

contract(
  "reports days, durations, directories and turns",
  async (place, { stored }) => {
    await apply(place, EVENTS);
    const data = await readReportData(place.address, null);
    assertEquals([data.turns, data.sessions], [5, 2]);
    const first = Date.UTC(2025, 10, 18) / 1000 / day;
    const counts = data.days.map(({ day, agent, fate, turns }) =>
      [day - first, agent, fate, turns].join(" ")
    );
    assertEquals(counts.sort(), [
      ...["0 codex completed 1", "0 codex orphaned 1", "0 codex waiting 1"],
      ...["1 pi completed 1", "1 pi failed 1"],
    ]);
    const durations = data.durations.map(({ agent, durations }) => [
      ...[agent, durations.toSorted()],
    ]);
    assertEquals(durations.sort(), [["codex", [30_000]], ["pi", [1000]]]);
    assertEquals(data.cwds.map(({ cwd, turns }) => [cwd, turns]), [
      ...[["/w", 3], [null, 2]],
    ]);
    assertEquals(data.cwds[0], {
      ...{ cwd: "/w", turns: 3, completed: 1, durationMs: 30_000 },
    });
    assertEquals(data.longest.map(({ id }) => id), [1, 5]);
    assertEquals(data.unfinished.map(({ id }) => id), [4, 2]);
    assertEquals(data.lastTurns.map(({ id }) => id), [1, 2, 3, 4, 5]);
    assertEquals(data.lastTurns[3], {
      ...{ id: 4, sid: stored("b\0"), fate: "failed", status: "orphaned" },
      ...{ startMs: prompt({ t: at(day) }).at, durationMs: null, agent: "pi" },
      ...{ cwd: null, userText: stored("x\0") },
    });
    // Of a prompt there are whole characters.
    assertEquals(data.lastTurns[0].userText, "語".repeat(100));
  },
);

contract("reports the turns since an instant only", async (place) => {
  await apply(place, EVENTS);
  const { at: since } = prompt({ t: at(day) });
  const data = await readReportData(place.address, since);
  assertEquals([data.sinceMs, data.turns, data.sessions], [since, 2, 1]);
  assertEquals(data.lastTurns.map(({ id }) => id), [4, 5]);
});
