import { assertEquals } from "@std/assert";
import { openStore, readMetrics } from "../../../src/store/open.ts";
import { NOTHING } from "../../../src/turns/checkpoint.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import { answer, at, end, prompt } from "../../support/envelope.ts";
import { contract } from "./engines.ts";

contract(
  "has metrics of all turns, and of what is followed",
  async (place, { stored }) => {
    using store = await openStore(place.address, { synchronous: "off" });
    const empty = await readMetrics(place.address);
    assertEquals([empty.sessions, empty.turns, empty.lastStartMs], [
      0,
      [],
      null,
    ]);
    const tracker = new Tracker(store);
    const events = [
      prompt({ sid: "a", t: at(0) }),
      answer({ sid: "a", t: at(2) }),
      prompt({ sid: "a", t: at(10) }),
      answer({ sid: "a", t: at(100) }),
      prompt({ sid: "a", t: at(200) }),
      end({ sid: "a", t: at(201), outcome: "failed" }),
      prompt({ sid: "b", t: at(300), agent: "x\0" }),
    ];
    await store.write(() => events.forEach((event) => tracker.apply(event)));
    const identity = { device: 1, inode: 2 };
    const file = { identity, head: NOTHING, seenMs: 0, name: null };
    await store.write(() => {
      const checkpoint = store.addCheckpoint("/log", file);
      store.moveCheckpoint(checkpoint, 2);
      store.moveCheckpoint(checkpoint);
      store.moveCheckpoint(checkpoint, 1);
    });
    const metrics = await readMetrics(place.address);
    assertEquals(metrics.sessions, 2);
    assertEquals(metrics.lastStartMs, prompt({ t: at(300) }).at);
    assertEquals(metrics.rejected, [
      { host: null, path: "/log", lines: 3 },
    ]);
    assertEquals(metrics.followed.map(({ path }) => path), ["/log"]);
    const group = { timed: 0, durationMs: 0, upTo: new Array(11).fill(0) };
    const turns = metrics.turns.toSorted((a, b) =>
      b.turns - a.turns || (a.status < b.status ? -1 : 1)
    );
    assertEquals(turns, [
      {
        ...{ agent: "codex", status: "completed", outcome: null, turns: 2 },
        ...{ timed: 2, durationMs: 92_000 },
        upTo: [0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
      },
      {
        ...{ agent: "codex", status: "orphaned", outcome: "failed", turns: 1 },
        ...group,
      },
      {
        ...{ agent: stored("x\0"), status: "waiting_response", outcome: null },
        turns: 1,
        ...group,
      },
    ]);
  },
);
