import { assertEquals } from "@std/assert";
import { openStore } from "../../../src/store/open.ts";
import type { NewTurn, Store } from "../../../src/turns/store.ts";
import type { Turn } from "../../../src/turns/turn.ts";
import { answer, at, prompt } from "../../support/envelope.ts";
import { contract, type Place } from "./engines.ts";

const P1 = { sid: "s", pid: 1 };
const P2 = { sid: "s", pid: 2 };
const OTHER = { sid: "u", pid: 1 };

function open(place: Place): Promise<Store> {
  return openStore(place.address, { synchronous: "off" });
}

let hashes = 0;

/** Mints a turn whose prompt has the timestamp `at(second)`. */
function mint(
  store: Store,
  owner: { sid: string; pid: number },
  second: number,
  fields: Partial<NewTurn> & { turnId?: string; text?: string; cwd?: string } =
    {},
): Turn {
  const { turnId = null, text = "hello", cwd = null, ...rest } = fields;
  return store.transaction(() =>
    store.mint({
      prompt: prompt({ ...owner, t: at(second), turnId, text, cwd }),
      hash: `${hashes++}`,
      status: "waiting_response",
      orphanedBy: null,
      ...rest,
    })
  );
}

/** Completes a turn by an answer. */
function complete(store: Store, turn: Turn, text: string): Turn {
  const { t, at: instant } = answer({ t: at(9) });
  const completion = { text, t, at: instant, durationMs: 5, pidMismatch: true };
  return store.transaction(() => store.complete(turn, completion));
}

contract(
  "mints consecutive ids from 1, and counts turns per session and process",
  async (place) => {
    using store = await open(place);
    const counts = [P1, P1, P2, OTHER, P1].map((owner) => {
      const { id, sessionTurn, sessionPidTurn } = mint(store, owner, 0);
      return [id, sessionTurn, sessionPidTurn];
    });
    assertEquals(counts, [[1, 1, 1], [2, 2, 2], [3, 3, 1], [4, 1, 1], [
      5,
      4,
      3,
    ]]);
    const rows = place.rows(
      "SELECT sid, pid, turn_count FROM session_counters ORDER BY sid, pid",
    );
    assertEquals(rows, [["s", 1, 3], ["s", 2, 1], ["u", 1, 1]]);
  },
);

contract("returns a new turn as it is stored", async (place) => {
  using store = await open(place);
  const fields = { hash: "h", turnId: "t", text: "q", cwd: "/w" };
  const turn = mint(store, P1, 1.5, fields);
  assertEquals(turn, {
    ...{ id: 1, ...P1, sessionTurn: 1, sessionPidTurn: 1 },
    ...{ status: "waiting_response", userText: "q", assistantText: null },
    ...{ startTime: at(1.5), endTime: null, durationMs: null, turnId: "t" },
    ...{ pidMismatch: false, startMs: prompt({ t: at(1.5) }).at, endMs: null },
    ...{ agent: "codex", cwd: "/w", outcome: null },
    ...{ outcomeReason: null, outcomeTime: null, forgottenMs: null },
  });
  assertEquals(store.turnOfPrompt("h"), turn);
  assertEquals(store.turnOfPrompt("g"), undefined);
});

contract("orders turns by start instant, then id", async (place) => {
  using store = await open(place);
  // In the order of their ids; the second and the fourth began at the same instant.
  for (const second of [3, 1, 2, 1]) mint(store, P1, second);
  mint(store, P2, 2.5);
  const instant = (second: number) => prompt({ t: at(second) }).at;
  const newest = (second: number) => store.newestTurn(P1, instant(second))?.id;
  const next = (second: number) => store.nextTurn(P1, instant(second))?.id;
  assertEquals([0, 1, 2, 3, 4].map(newest), [undefined, 4, 3, 1, 1]);
  assertEquals([0, 1, 2, 3, 4].map(next), [2, 3, 1, undefined, undefined]);
  const newestOfSession = (second: number) =>
    store.newestSessionTurn("s", instant(second))?.id;
  const nextOfSession = (second: number) =>
    store.nextSessionTurn("s", instant(second))?.id;
  assertEquals([0, 1, 2.4, 2.5, 9].map(newestOfSession), [
    ...[undefined, 4, 3, 5, 1],
  ]);
  assertEquals([0, 1, 2, 2.5, 3].map(nextOfSession), [2, 3, 5, 1, undefined]);
  const neighbours = (second: number) => {
    const { before, after } = store.neighbours(P1, instant(second));
    return [before?.id, after];
  };
  for (const second of [0, 1, 2, 3, 4]) {
    assertEquals(neighbours(second), [newest(second), next(second)]);
  }
  const { before } = store.neighbours(P1, instant(1));
  assertEquals(before?.status, "waiting_response");
  assertEquals(store.neighbours(OTHER, instant(9)), {
    ...{ before: undefined, after: undefined },
  });
  assertEquals(store.newestTurn(OTHER, instant(9)), undefined);
  assertEquals(store.newestSessionTurn("u", instant(9)), undefined);
  assertEquals([P1, P2, OTHER].map((owner) => store.hasTurns(owner)), [
    ...[true, true, false],
  ]);
});

contract("finds turns by the agent's turn id", async (place) => {
  using store = await open(place);
  for (const second of [2, 1, 2, 3]) mint(store, P1, second, { turnId: "a" });
  mint(store, P1, 0, { turnId: "b" });
  mint(store, P2, 0, { turnId: "a" });
  mint(store, P1, 0);
  const newest = (second: number) =>
    store.newestNamedTurn(P1, "a", prompt({ t: at(second) }).at)?.id;
  assertEquals([0, 1, 2, 3].map(newest), [undefined, 2, 3, 4]);
  assertEquals(store.oldestNamedTurn(P1, "a")?.id, 2);
  assertEquals(store.oldestNamedTurn(P1, "c"), undefined);
});

contract(
  "completes a turn, and remembers the turn of an answer",
  async (place) => {
    using store = await open(place);
    const minted = mint(store, P1, 0);
    assertEquals(store.turnOfAnswer("h"), undefined);
    const completed: Turn = {
      ...minted,
      ...{ status: "completed", assistantText: "a", endTime: at(9) },
      ...{ endMs: answer({ t: at(9) }).at, durationMs: 5, pidMismatch: true },
    };
    assertEquals(complete(store, minted, "a"), completed);
    store.transaction(() => store.rememberAnswer("h", 1));
    assertEquals(store.turnOfAnswer("h"), completed);
    assertEquals(complete(store, completed, "b").assistantText, "b");
    assertEquals(store.turnOfAnswer("h")?.assistantText, "b");
  },
);

contract(
  "ends a turn, and changes only what an end sets",
  async (place, engine) => {
    using store = await open(place);
    const [said, next] = [mint(store, P1, 0), mint(store, P1, 1)];
    const answered = complete(store, said, "a");
    const ended: Turn = {
      ...{ ...answered, outcome: "aborted", outcomeTime: at(9) },
      outcomeReason: engine.stored("a\u0000\uFEFF"),
    };
    const { outcome, outcomeReason, outcomeTime } = ended;
    const ending = { outcome, outcomeReason, outcomeTime };
    assertEquals(store.transaction(() => store.end(answered, ending)), ended);
    store.transaction(() => store.rememberAnswer("h", said.id));
    assertEquals(store.turnOfAnswer("h"), ended);
    const completed: Turn = {
      ...{ ...next, status: "completed", endTime: at(9), durationMs: 8000 },
      ...{ endMs: answer({ t: at(9) }).at, outcome: "completed" },
      ...{ outcomeReason: null, outcomeTime: at(9) },
    };
    assertEquals(
      store.transaction(() => store.end(next, completed)),
      completed,
    );
    assertEquals(store.newestTurn(P1, completed.endMs!), completed);
  },
);

contract(
  "forgets which turn orphaned one that an end makes orphaned",
  async (place) => {
    using store = await open(place);
    const [a, b, by] = [1, 2, 3].map((second) => mint(store, P1, second));
    const ending = { outcomeReason: null, outcomeTime: at(9) };
    store.transaction(() => {
      const orphans = [a, b].map(({ id }) => store.orphan(id, by.id));
      store.end(orphans[0], {
        ...ending,
        outcome: "failed",
        status: "orphaned",
      });
      store.end(orphans[1], { ...ending, outcome: "completed" });
    });
    assertEquals(store.orphansOf(by.id).map(({ id }) => id), [b.id]);
    assertEquals(store.newestTurn(P1, a.startMs!)?.outcome, "failed");
  },
);

contract(
  "finds the turns that a turn orphaned, in the order of their ids",
  async (place) => {
    using store = await open(place);
    const [a, b, c] = [1, 2, 3].map((second) => mint(store, P1, second));
    store.transaction(() => {
      store.orphan(b.id, c.id);
      const orphan = store.orphan(a.id, c.id);
      assertEquals(orphan, { ...a, status: "orphaned" });
    });
    const late = mint(store, P1, 0, { status: "orphaned", orphanedBy: c.id });
    const orphans = store.orphansOf(c.id);
    assertEquals(orphans.map(({ id }) => id), [a.id, b.id, late.id]);
    assertEquals(
      orphans.map(({ status }) => status),
      Array(3).fill("orphaned"),
    );
    assertEquals(store.orphansOf(a.id), []);
    // A healed turn is still in the list.
    complete(store, a, "healed");
    assertEquals(store.orphansOf(c.id)[0].status, "completed");
  },
);

const TEXTS: Record<string, string> = {
  "no text": "",
  "U+0000": "\u0000",
  "U+0000 within": "a\u0000b\u0000",
  "a byte order mark": "\uFEFFbom",
  "U+FFFD": "\uFFFD",
  "SQL": "'; DROP TABLE turns; --",
  "emoji and marks": "𝄞 👩‍👩‍👧 \u202e",
  "digits that are not a number": "0012e5",
  "five million characters": "x".repeat(5_000_000),
};

contract(
  "stores any text that the engine can hold unchanged",
  async (place, engine) => {
    {
      using store = await open(place);
      for (const [pid, [name, given]] of Object.entries(TEXTS).entries()) {
        const hash = `hash of ${name}`;
        const sid = `s${given.slice(0, 99)}`;
        const cwd = `/${given.slice(0, 99)}`;
        const fields = {
          hash,
          text: given,
          turnId: `t${given.slice(0, 99)}`,
          cwd,
        };
        const turn = mint(store, { sid, pid }, 0, fields);
        const text = engine.stored(given);
        assertEquals(turn.userText === text, true, name);
        const completed = complete(store, turn, given);
        assertEquals(completed.assistantText === text, true, name);
        assertEquals(store.turnOfPrompt(hash), completed, name);
        const { id } = turn;
        assertEquals(store.newestSessionTurn(sid, Infinity)?.id, id, name);
        assertEquals(
          store.oldestNamedTurn({ sid, pid }, fields.turnId)?.id,
          id,
        );
      }
    }
    const same = "SELECT count(*) FROM turns WHERE assistant_text = user_text";
    assertEquals(place.rows(same), [[Object.keys(TEXTS).length]]);
    using store = await open(place);
    for (const [name, given] of Object.entries(TEXTS)) {
      const turn = store.turnOfPrompt(`hash of ${name}`)!;
      const text = engine.stored(given);
      assertEquals(turn.sid, `s${text.slice(0, 99)}`, name);
      assertEquals(turn.turnId, `t${text.slice(0, 99)}`, name);
      assertEquals(turn.cwd, `/${text.slice(0, 99)}`, name);
      assertEquals([turn.userText === text, turn.assistantText === text], [
        ...[true, true],
      ], name);
    }
  },
);

contract("distinguishes ids of any length", async (place) => {
  using store = await open(place);
  const bytes = crypto.getRandomValues(new Uint8Array(9000)).toHex();
  const turns = ["a", "b"].map((end) =>
    mint(store, { sid: bytes + end, pid: 1 }, 0, { turnId: bytes + end })
  );
  assertEquals(turns.map(({ sessionTurn }) => sessionTurn), [1, 1]);
  const found = ["a", "b", "c"].map((end) => {
    const owner = { sid: bytes + end, pid: 1 };
    return store.oldestNamedTurn(owner, bytes + end);
  });
  assertEquals(found, [...turns, undefined]);
});

contract("stores a lone surrogate as U+FFFD", async (place) => {
  using store = await open(place);
  const turn = mint(store, P1, 0, { text: "a\ud800b", hash: "h" });
  complete(store, turn, "\udc00");
  const { userText, assistantText } = store.turnOfPrompt("h")!;
  assertEquals([userText, assistantText], ["a\uFFFDb", "\uFFFD"]);
});

contract(
  "stores numbers up to 2^53 - 1, and instants before 1970",
  async (place) => {
    const most = Number.MAX_SAFE_INTEGER;
    const owner = { sid: "s", pid: most };
    const [first, last] = [-8.64e15, 8.64e15];
    const asked = (startMs: number, hash: string): NewTurn => ({
      prompt: { ...prompt(owner), at: startMs },
      ...{ hash, status: "waiting_response", orphanedBy: null },
    });
    {
      using store = await open(place);
      store.transaction(() => {
        store.mint(asked(first, "first"));
        const turn = store.mint(asked(last, "last"));
        const { text, t } = answer();
        store.complete(turn, {
          ...{ text, t, at: last, durationMs: most, pidMismatch: false },
        });
      });
    }
    using store = await open(place);
    assertEquals(store.turnOfPrompt("first")?.startMs, first);
    const { pid, startMs, endMs, durationMs } = store.turnOfPrompt("last")!;
    assertEquals([pid, startMs, endMs, durationMs], [most, last, last, most]);
    assertEquals(store.newestTurn(owner, last - 1)?.startMs, first);
    assertEquals(store.nextTurn(owner, first)?.startMs, last);
  },
);
