import { assertEquals, assertStringIncludes } from "@std/assert";
import { findForgettable, openStore } from "../../../src/store/open.ts";
import { NOTHING } from "../../../src/turns/checkpoint.ts";
import type { TurnEvent } from "../../../src/turns/event.ts";
import type { Store } from "../../../src/turns/store.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import type { Turn } from "../../../src/turns/turn.ts";
import { answer, at, end, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

const ALL = { ids: null, sid: null, beforeMs: null };

/** Applies events, and returns the turns of the last one. */
async function apply(store: Store, ...events: TurnEvent[]): Promise<Turn[]> {
  const tracker = new Tracker(store);
  return await store.write(() =>
    events.map((event) => tracker.apply(event).turns).at(-1)!
  );
}

async function open(place: Place): Promise<Store> {
  return await openStore(place.address, { synchronous: "off" });
}

contract(
  "forgets the texts of turns, and nothing else of them",
  async (place) => {
    using store = await open(place);
    const own = { turnId: "7", cwd: "/private" };
    const [turn] = await apply(
      store,
      prompt({ ...own, t: at(0), text: "secret" }),
      answer({ ...own, t: at(1), text: "answer" }),
      end({ ...own, t: at(2), outcome: "failed", reason: "no" }),
    );
    await apply(store, prompt({ sid: "other", t: at(0), cwd: "/w" }));
    assertEquals(await store.write(() => store.forget([1, 9], 1234)), 1);
    assertEquals(await store.write(() => store.forget([1], 5678)), 0);
    const [forgotten] = await apply(
      store,
      prompt({ ...own, t: at(0), text: "secret" }),
    );
    assertEquals(forgotten, {
      ...{ ...turn, userText: null, assistantText: "", cwd: null },
      ...{ outcomeReason: null, forgottenMs: 1234 },
    });
    const [other] = await apply(store, prompt({ sid: "other", t: at(0) }));
    assertEquals([other.id, other.userText, other.cwd], [2, "hello", "/w"]);
  },
);

contract(
  "takes no text for a forgotten turn, but what became of it",
  async (place) => {
    using store = await open(place);
    await apply(store, prompt({ t: at(0), turnId: "1" }));
    await store.write(() => store.forget([1], 1));
    const own = { turnId: "1", cwd: "/private" };
    const [answered] = await apply(
      store,
      answer({ ...own, t: at(10), text: "secret" }),
    );
    assertEquals([answered.status, answered.assistantText, answered.endTime], [
      ...["completed", "", at(10)],
    ]);
    const late = answer({ ...own, t: at(5), text: "before" });
    assertEquals((await apply(store, late))[0].endTime, at(10));
    const [ended] = await apply(
      store,
      end({ ...own, t: at(12), outcome: "failed", reason: "why" }),
    );
    assertEquals([ended.outcome, ended.outcomeReason], ["failed", null]);
    const row = { ...ended, id: 2, userText: "hello" };
    const [, next] = await apply(
      store,
      prompt({ t: at(20) }),
      prompt({ t: at(21) }),
    );
    assertEquals([next.id, next.sessionTurn, row.sessionTurn], [3, 3, 1]);
  },
);

contract(
  "finds the turns that can be forgotten, by all that is asked",
  async (place) => {
    using store = await open(place);
    await apply(
      store,
      prompt({ sid: "a", t: at(0) }),
      prompt({ sid: "a", t: at(10) }),
      prompt({ sid: "b", t: at(20) }),
      // The day after, as it is spelled.
      prompt({ sid: "b", t: "2025-11-19T01:00:00+14:00" }),
    );
    await store.write(() => store.forget([2], 1));
    const find = async (
      which: Partial<Parameters<typeof findForgettable>[1]>,
    ) => {
      const found = await findForgettable(place.address, { ...ALL, ...which });
      return [found.ids.toSorted(), found.turns];
    };
    assertEquals(await find({ sid: "a" }), [[1], 2]);
    assertEquals(await find({ sid: "no" }), [[], 0]);
    assertEquals(await find({ ids: [1, 2, 3, 99] }), [[1, 3], 3]);
    const beforeMs = prompt({ t: at(20) }).at;
    assertEquals(await find({ beforeMs }), [[1, 4], 3]);
    assertEquals(await find({ beforeMs, sid: "b" }), [[4], 1]);
    assertEquals(await find({ beforeMs, ids: [3, 4] }), [[4], 1]);
  },
);

contract("forgets what a decoder saved of a forgotten turn", async (place) => {
  using store = await open(place);
  const events = ["a", "b"].map((sid) =>
    prompt({ sid: `session ${sid}`, text: `the secret of ${sid}`, t: at(0) })
  );
  await apply(store, ...events);
  const saved = (sid: string) => ({
    ...{ sid: `session ${sid}`, id: "secret" },
    messages: [{ text: `the secret of ${sid}` }, { text: "its" }, { text: "" }],
  });
  const files = await store.write(() =>
    ["a", "b"].map((sid, inode) => {
      const file = store.addCheckpoint("log", {
        ...{ identity: { device: 1, inode }, head: NOTHING, seenMs: 0 },
        name: null,
      });
      store.moveCheckpoint({ ...file, decoder: JSON.stringify(saved(sid)) });
      return file;
    })
  );
  await store.write(() => store.forget([1], 1));
  const [a, b] = store.checkpointsOf("log");
  assertEquals(JSON.parse(a.decoder!), {
    ...saved("a"),
    messages: [{ text: "" }, { text: "its" }, { text: "" }],
  });
  assertStringIncludes(b.decoder!, "the secret of b");
  assertEquals([a.id, b.id], files.map(({ id }) => id));
});

contract(
  "forgets what a decoder saved of any session and any text",
  async (place) => {
    using store = await open(place);
    const odd = [
      ...[`a\0b "quoted" \\`, `…\n`, "x".repeat(5000), "\0"],
    ];
    await apply(
      store,
      ...odd.map((sid) => prompt({ sid, text: `${sid} secret\0` })),
    );
    await store.write(() =>
      odd.forEach((sid, inode) => {
        const file = store.addCheckpoint("log", {
          ...{ identity: { device: 1, inode }, head: NOTHING, seenMs: 0 },
          name: null,
        });
        const saved = { sid, text: `${sid} secret\0` };
        store.moveCheckpoint({ ...file, decoder: JSON.stringify(saved) });
      })
    );
    await store.write(() => store.forget([1, 2, 3, 4], 1));
    assertEquals(
      store.checkpointsOf("log").map(({ decoder }) => JSON.parse(decoder!)),
      odd.map((sid) => ({ sid, text: "" })),
    );
  },
);

contract("erases the traces of what was forgotten", async (place) => {
  using store = await open(place);
  await apply(store, prompt());
  await store.write(() => store.forget([1], 1));
  assertEquals(await store.eraseTraces(), true);
});
