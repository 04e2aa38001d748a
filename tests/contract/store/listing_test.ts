import { assertEquals } from "@std/assert";
import {
  findSessions,
  findTurns,
  MOST_SESSIONS,
  openStore,
  readTurns,
  type TurnFilter,
} from "../../../src/store/open.ts";
import type { TurnEvent } from "../../../src/turns/event.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import type { Turn } from "../../../src/turns/turn.ts";
import { answer, at, end, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

const ALL: TurnFilter = {
  ...{ sid: null, status: null, agent: null, cwd: null, sinceMs: null },
};

/** Applies events, and returns their turns as they are then, by id. */
async function apply(place: Place, events: TurnEvent[]): Promise<Turn[]> {
  using store = await openStore(place.address, { synchronous: "off" });
  const tracker = new Tracker(store);
  const turns = new Map<number, Turn>();
  await store.write(() =>
    events.flatMap((event) => tracker.apply(event).turns)
      .forEach((turn) => turns.set(turn.id, turn))
  );
  return [...turns.values()].sort((a, b) => a.id - b.id);
}

/** The ids that a filter leaves. */
async function find(place: Place, filter: Partial<TurnFilter>, limit = 100) {
  return (await findTurns(place.address, { ...ALL, ...filter }, limit)).ids;
}

contract("finds turns by session, status, agent and instant", async (place) => {
  await apply(place, [
    prompt({ sid: "a", t: at(0), agent: "codex" }),
    answer({ sid: "a", t: at(1) }),
    prompt({ sid: "a", t: at(20), agent: "codex" }),
    prompt({ sid: "b\0", t: at(30), agent: "claude" }),
    prompt({ sid: "a", t: at(40), agent: null }),
    // Older, but minted later.
    prompt({ sid: "c", t: at(10), agent: "claude" }),
  ]);
  const { at: sinceMs } = prompt({ t: at(20) });
  assertEquals(await find(place, {}), [5, 4, 3, 2, 1]);
  assertEquals(await find(place, {}, 2), [5, 4]);
  assertEquals(await find(place, { sid: "a" }), [4, 2, 1]);
  assertEquals(await find(place, { sid: "b\0" }), [3]);
  assertEquals(await find(place, { sid: "no" }), []);
  assertEquals(await find(place, { status: "orphaned" }), [2]);
  assertEquals(await find(place, { status: "waiting_response" }, 2), [5, 4]);
  assertEquals(await find(place, { agent: "claude" }), [5, 3]);
  assertEquals(await find(place, { sinceMs }), [4, 3, 2]);
  assertEquals(await find(place, { sinceMs, status: "orphaned" }), [2]);
  const combined = { sid: "a", sinceMs, agent: "codex" };
  assertEquals(await find(place, combined), [2]);
  assertEquals(await find(place, { ...combined, status: "completed" }), []);
});

contract("finds turns of a directory and those below it", async (place) => {
  const cwds = ["/w", "/w/a", "/w/", "/wx", "/w.a", "/w0", "/", "rel", null];
  await apply(place, cwds.map((cwd, i) => prompt({ sid: `${i}`, cwd })));
  assertEquals(await find(place, { cwd: "/w" }), [3, 2, 1]);
  assertEquals(await find(place, { cwd: "/w/a" }), [2]);
  assertEquals(await find(place, { cwd: "" }), [7, 6, 5, 4, 3, 2, 1]);
  assertEquals(await find(place, { cwd: "/w", sid: "1" }), [2]);
});

contract(
  "searches the last turns by agent, and all since an instant",
  async (place) => {
    const most = 20;
    const count = most + 2;
    await apply(
      place,
      Array.from(
        { length: count },
        (_, i) =>
          prompt({ sid: `${i % 9}`, t: at(i), cwd: i < 3 ? "/old" : null }),
      ),
    );
    const search = (filter: Partial<TurnFilter>, limit = 100) =>
      findTurns(place.address, { ...ALL, ...filter }, limit, most);
    assertEquals(await search({ cwd: "/old" }), {
      ...{ ids: [3], searched: most },
    });
    // All that was asked for was found.
    assertEquals(await search({ cwd: "/old" }, 1), {
      ...{ ids: [3], searched: null },
    });
    assertEquals(await search({ cwd: "/old", sid: "0" }), {
      ...{ ids: [1], searched: null },
    });
    const { at: sinceMs } = prompt({ t: at(1) });
    assertEquals(await search({ cwd: "/old", sinceMs }), {
      ...{ ids: [3, 2], searched: null },
    });
    assertEquals(await search({ cwd: "/old", sinceMs }, 2), {
      ...{ ids: [3, 2], searched: null },
    });
    const { ids } = await search({ sinceMs }, count);
    assertEquals([ids.length, ids[0], ids.at(-1)], [count - 1, count, 2]);
  },
);

contract(
  "reads whole turns by their ids, in the order given",
  async (place) => {
    const own = { sid: "s\0", turnId: "t\0", cwd: "/a\0b" };
    const turns = await apply(place, [
      prompt({ ...own, text: "\ufeffa\0b", t: at(0) }),
      answer({ ...own, text: "", t: at(1) }),
      end({ ...own, t: at(2), outcome: "failed", reason: "no\0" }),
      prompt({ ...own, text: "語".repeat(1e5), t: at(3), agent: null }),
    ]);
    assertEquals(await readTurns(place.address, [2, 7, 1]), turns.reverse());
    assertEquals(await readTurns(place.address, []), []);
  },
);

contract("reads the beginnings of prompts, whole characters", async (place) => {
  const [turn] = await apply(place, [
    prompt({ text: "ab" + "語".repeat(1e5), t: at(0) }),
    answer({ text: "long", t: at(1) }),
  ]);
  assertEquals(await readTurns(place.address, [1], 1000), [
    { ...turn, userText: "ab" + "語".repeat(332), assistantText: null },
  ]);
});

contract(
  "finds sessions by their ids' beginning or end",
  async (place, { stored }) => {
    const sids = ["ab", "abc", "abcd", "xbc", "é1", "z\0é1"];
    await apply(place, sids.map((sid) => prompt({ sid })));
    const named = (part: string) => findSessions(place.address, part);
    assertEquals(await named("abc"), ["abc"]);
    assertEquals(await named("ab"), ["ab"]);
    assertEquals(await named("x"), ["xbc"]);
    assertEquals(await named("d"), ["abcd"]);
    assertEquals((await named("bc")).sort(), ["abc", "xbc"]);
    assertEquals(await named("\0é1"), [stored("z\0é1")]);
    assertEquals(await named("b_c"), []);
    const many = Array.from({ length: 20 }, (_, i) => `many ${i} many`);
    await apply(place, many.map((sid) => prompt({ sid })));
    assertEquals((await named("many")).length <= 2 * MOST_SESSIONS, true);
  },
);
