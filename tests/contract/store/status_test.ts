import { assert, assertEquals } from "@std/assert";
import { openStore, readStatus } from "../../../src/store/open.ts";
import { MOST_BROKEN_DOWN, MOST_DURATIONS } from "../../../src/store/status.ts";
import { type Checkpoint, NOTHING } from "../../../src/turns/checkpoint.ts";
import type { TurnEvent } from "../../../src/turns/event.ts";
import type { Store } from "../../../src/turns/store.ts";
import { Tracker } from "../../../src/turns/tracker.ts";
import { answer, at, end, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

function open(place: Place): Promise<Store> {
  return openStore(place.address, { synchronous: "off" });
}

/** Adds a file to a followed path. */
function add(
  store: Store,
  path: string,
  inode: number,
  name: string | null = null,
): Checkpoint {
  const identity = { device: 9, inode };
  return store.addCheckpoint(path, {
    identity,
    head: NOTHING,
    seenMs: 0,
    name,
  });
}

/** Applies events to the store. */
async function apply(place: Place, events: TurnEvent[]): Promise<void> {
  using store = await open(place);
  const tracker = new Tracker(store);
  await store.write(
    () => events.forEach((event) => tracker.apply(event)),
    { events, owners: [] },
  );
}

contract(
  "has a status of zeros and empty lists while it is empty",
  async (place) => {
    await apply(place, []);
    const before = Date.now();
    const { readMs, ...status } = await readStatus(place.address);
    assert(readMs >= before && readMs <= Date.now());
    assertEquals(status, {
      turns: 0,
      byStatus: { completed: 0, orphaned: 0, waiting_response: 0 },
      sessions: 0,
      sinceMs: null,
      durations: null,
      breakdown: { turns: 0, outcomes: [], agents: [], cwds: [] },
      days: [],
      lastTurns: [],
      followed: [],
      trees: [],
    });
  },
);

contract("counts turns by their status, and sessions", async (place) => {
  await apply(place, [
    prompt({ sid: "a", t: at(0) }),
    answer({ sid: "a", t: at(10) }),
    prompt({ sid: "a", t: at(20) }),
    prompt({ sid: "a", t: at(30) }),
    answer({ sid: "a", t: at(31) }),
    prompt({ sid: "b", pid: 1, t: at(40) }),
    prompt({ sid: "b", pid: 2, t: at(50) }),
    prompt({ sid: "c", t: at(60) }),
  ]);
  const { turns, byStatus, sessions, durations } = await readStatus(
    place.address,
  );
  assertEquals([turns, sessions], [6, 3]);
  assertEquals(byStatus, { completed: 2, orphaned: 1, waiting_response: 3 });
  assertEquals(durations, {
    turns: 2,
    median: 1000,
    p95: 10_000,
    longest: 10_000,
  });
});

contract(
  "reports the durations of the last completed turns only",
  async (place) => {
    using store = await open(place);
    const prompts = Array.from(
      { length: 2 * MOST_DURATIONS + 2 },
      (_, i) => prompt({ t: at(i) }),
    );
    await store.write(() => {
      // The first took longest, and every second one is not completed.
      for (const [i, prompt] of prompts.entries()) {
        const turn = store.mint({
          ...{ prompt, hash: `${i}`, status: "orphaned", orphanedBy: null },
        });
        if (i % 2 === 1) continue;
        const durationMs = MOST_DURATIONS - i / 2;
        store.complete(turn, { ...answer(), durationMs, pidMismatch: false });
      }
    }, { events: prompts, owners: [] });
    const { durations, byStatus } = await readStatus(place.address);
    assertEquals(byStatus.completed, MOST_DURATIONS + 1);
    assertEquals(durations, {
      turns: MOST_DURATIONS,
      median: MOST_DURATIONS / 2 - 1,
      p95: 0.95 * MOST_DURATIONS - 1,
      longest: MOST_DURATIONS - 1,
    });
  },
);

contract(
  "counts outcomes by status, and turns by agent and directory",
  async (place, engine) => {
    const ended = [1, 2, 3].map((n) => ({ sid: `${n}`, turnId: `${n}` }));
    const cwd = "/w/" + "語".repeat(1400);
    await apply(place, [
      ...ended.map((own) => prompt({ ...own, t: at(0), cwd })),
      ...ended.slice(1).map((own) => answer({ ...own, t: at(1) })),
      end({ ...ended[0], t: at(2), outcome: "aborted" }),
      end({ ...ended[1], t: at(2), outcome: "completed" }),
      end({ ...ended[2], t: at(2), outcome: "completed" }),
      prompt({ sid: "x", agent: "pi", cwd: "/b\0", t: at(3) }),
      prompt({ sid: "y", agent: null, cwd: "/a", t: at(4) }),
    ]);
    assertEquals((await readStatus(place.address)).breakdown, {
      turns: 5,
      outcomes: [
        { status: "completed", outcome: "completed", turns: 2 },
        { status: "waiting_response", outcome: null, turns: 2 },
        { status: "orphaned", outcome: "aborted", turns: 1 },
      ],
      agents: [
        { name: "codex", turns: 3 },
        { name: null, turns: 1 },
        { name: "pi", turns: 1 },
      ],
      // A long one is truncated between characters, as prompts are.
      cwds: [
        { name: "/w/" + "語".repeat(1364), turns: 3 },
        { name: "/a", turns: 1 },
        { name: engine.stored("/b\0"), turns: 1 },
      ],
    });
  },
);

contract(
  "lists the ten agents and directories with the most turns",
  async (place) => {
    const names = Array.from({ length: 12 }, (_, n) => `/dir ${n}`);
    await apply(
      place,
      names.flatMap((cwd, n) =>
        Array.from(
          { length: n + 1 },
          (_, i) => prompt({ sid: cwd, t: at(i), cwd, agent: cwd }),
        )
      ),
    );
    const { agents, cwds, turns } = (await readStatus(place.address)).breakdown;
    const expected = names.map((name, n) => ({ name, turns: n + 1 })).slice(2);
    assertEquals(cwds, expected.reverse());
    assertEquals([agents, turns], [cwds, 78]);
  },
);

contract(
  "breaks down the last turns only, or all since an instant",
  async (place) => {
    await apply(
      place,
      Array.from(
        { length: MOST_BROKEN_DOWN + 2 },
        (_, i) =>
          prompt({ sid: `s${i}`, t: at(i), cwd: i < 3 ? "/old" : "/new" }),
      ),
    );
    const cwdsOf = async (since?: number) => {
      const { breakdown } = await readStatus(place.address, since);
      return [
        breakdown.turns,
        ...breakdown.cwds.map(({ turns }) => turns),
      ];
    };
    assertEquals(await cwdsOf(), [MOST_BROKEN_DOWN, MOST_BROKEN_DOWN - 1, 1]);
    assertEquals(await cwdsOf(0), [
      MOST_BROKEN_DOWN + 2,
      MOST_BROKEN_DOWN - 1,
      3,
    ]);
  },
);

contract(
  "narrows all but followed paths to turns since an instant",
  async (place) => {
    const { at: since } = prompt({ t: at(100) });
    await apply(place, [
      prompt({ sid: "a", t: at(0), cwd: "/old" }),
      answer({ sid: "a", t: at(50) }),
      prompt({ sid: "a", t: at(99.999), cwd: "/old" }),
      prompt({ sid: "a", t: at(100), cwd: "/new" }),
      answer({ sid: "a", t: at(102) }),
      prompt({ sid: "a", t: at(103), cwd: "/new" }),
      prompt({ sid: "b", t: at(104), cwd: "/new" }),
      // Older, but minted later.
      prompt({ sid: "c", t: at(-1e6), cwd: "/old" }),
    ]);
    using store = await open(place);
    add(store, "/var/log/a", 2);
    const status = await readStatus(place.address, since);
    assertEquals([status.sinceMs, status.turns, status.sessions], [
      since,
      3,
      2,
    ]);
    assertEquals(status.byStatus, {
      ...{ completed: 1, orphaned: 0, waiting_response: 2 },
    });
    assertEquals(status.durations, {
      ...{ turns: 1, median: 2000, p95: 2000, longest: 2000 },
    });
    assertEquals(status.days, [{ day: at(100).slice(0, 10), turns: 3 }]);
    assertEquals(status.lastTurns.map(({ id }) => id), [5, 4, 3]);
    assertEquals(status.breakdown.cwds, [{ name: "/new", turns: 3 }]);
    assertEquals(status.followed.length, 1);
    assertEquals((await readStatus(place.address, since + 1e6)).turns, 0);
  },
);

contract(
  "compares instants since, whatever the zones and spellings of times",
  async (place) => {
    const times = [
      ["2025-11-18T23:30:00-12:00", true],
      ["2025-11-20 01:29:59+14:00", false],
      ["2025-11-19 11:30:00", true],
      ["2025-11-19T11:29:59.999Z", false],
      ["2025-11-20T11:29:00+23:59", true],
      ["2025-11-18T11:31:00-23:59", true],
      ["2025-11-18T11:30:59-23:59", false],
    ] as const;
    await apply(place, times.map(([t], i) => prompt({ sid: `${i}`, t })));
    const { lastTurns } = await readStatus(
      place.address,
      Date.UTC(2025, 10, 19, 11, 30),
    );
    assertEquals(
      lastTurns.map(({ startTime }) => startTime).reverse(),
      times.filter(([, isSince]) => isSince).map(([t]) => t),
    );
  },
);

contract("counts the turns of the last 14 days with turns", async (place) => {
  const day = 86_400;
  // Twenty days with a gap, and the first and the last instant of one of them.
  const days = Array.from({ length: 20 }, (_, i) => i < 15 ? i : i + 100);
  const noon = day / 2;
  await apply(place, [
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
  assertEquals((await readStatus(place.address)).days, expected);
});

contract(
  "reports the turns minted last, the newest first",
  async (place, engine) => {
    await apply(place, [
      ...Array.from(
        { length: 12 },
        (_, i) => prompt({ sid: `s${i}`, t: at(i) }),
      ),
      // Older, but minted later.
      prompt({ sid: "s\0old", text: "\ufeffa\0b", t: at(-100) }),
    ]);
    const { lastTurns } = await readStatus(place.address);
    assertEquals(
      lastTurns.map(({ id }) => id),
      [
        ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4],
      ],
    );
    assertEquals(lastTurns[0], {
      id: 13,
      sid: engine.stored("s\0old"),
      status: "waiting_response",
      startTime: at(-100),
      startMs: prompt({ t: at(-100) }).at,
      userText: engine.stored("\ufeffa\0b"),
    });
  },
);

contract(
  "truncates a long prompt between characters",
  async (place) => {
    await apply(place, [prompt({ text: "ab" + "語".repeat(1e6) })]);
    const { lastTurns: [{ userText }] } = await readStatus(place.address);
    assertEquals(userText, "ab" + "語".repeat(332));
  },
);

contract(
  "reports the files below each followed directory",
  async (place, engine) => {
    using store = await open(place);
    add(store, "log", 1);
    const [done, other] = [2, 3].map((n) => add(store, "b", n, `b/\u0000${n}`));
    add(store, "a", 4, "a/4");
    store.moveCheckpoint({ ...done, offset: 3, line: 1, done: true });
    store.moveCheckpoint({ ...other, offset: 7, line: 2 });
    const { trees, followed } = await readStatus(place.address);
    assertEquals(followed.map(({ path }) => path), ["log"]);
    assertEquals(
      trees.map(({ path, files }) => [
        path,
        files.map(({ movedMs: _, ...file }) => file),
      ]),
      [
        ["a", [{ name: "a/4", readBytes: 0, readLines: 0, done: false }]],
        ["b", [
          {
            name: engine.stored("b/\u00002"),
            readBytes: 3,
            readLines: 1,
            done: true,
          },
          {
            name: engine.stored("b/\u00003"),
            readBytes: 7,
            readLines: 2,
            done: false,
          },
        ]],
      ],
    );
    assert(trees[1].files[0].movedMs > Date.now() - 60_000);
  },
);

contract(
  "reports the newest file of each path, and older ones with unread bytes",
  async (place) => {
    using store = await open(place);
    const [done, gone, older, newest] = [1, 2, 3, 4].map((n) =>
      add(store, "b.log", n)
    );
    const other = add(store, "a.log", 5);
    add(store, "b.log.1", 6);
    add(store, "b.log.1", 7);
    add(store, "directory", 8, "directory/a");
    store.moveCheckpoint({ ...done, offset: 3, line: 1, done: true });
    store.locateCheckpoint(gone.id, { identity: null, name: null });
    store.moveCheckpoint({ ...older, offset: 600, line: 9 });
    store.moveCheckpoint({ ...newest, offset: 7, line: 3 });
    store.locateCheckpoint(other.id, { identity: null, name: null });
    const { followed } = await readStatus(place.address);
    assertEquals(
      followed.map(({ movedMs: _, host: __, ...path }) => path),
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
    assertEquals(followed.map(({ host }) => host), [null, null, null]);
    // The last read of any of its files counts.
    assertEquals(followed[0].movedMs, 0);
    assert(followed[1].movedMs > Date.now() - 60_000);
  },
);
