import { Database } from "@db/sqlite";
import { assertEquals, assertThrows } from "@std/assert";
import type { TurnEvent } from "../../src/turns/event.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/turns/store.ts";
import { dedupHash, Tracker } from "../../src/turns/tracker.ts";
import { answer, at, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";

/** Runs `test` with a function that applies events to a new database. */
function withTracker(
  test: (apply: Tracker["apply"], store: Store) => void,
) {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"), { synchronous: "off" });
  const tracker = new Tracker(store);
  test((event) => tracker.apply(event), store);
}

/** Applies an event and describes the emitted turns: `id status text`. */
function emitted(apply: Tracker["apply"], event: TurnEvent): string[] {
  return apply(event).turns.map(({ id, status, assistantText }) =>
    [id, status, assistantText].filter((value) => value !== null).join(" ")
  );
}

const ask = (seconds: number, fields = {}) =>
  prompt({ t: at(seconds), text: `q${seconds}`, ...fields });
const reply = (seconds: number, fields = {}) =>
  answer({ t: at(seconds), text: `a${seconds}`, ...fields });

Deno.test("SPEC 2: a new prompt mints the next id, waits for its response and moves the counters", () => {
  withTracker((apply) => {
    const first = apply(ask(0, { turnId: "30", cwd: "/w" }));
    const hash = dedupHash(ask(0).key);
    assertEquals(hash.length, 64);
    assertEquals(first, {
      change: "minted",
      turns: [{
        id: 1,
        sid: prompt().sid,
        pid: prompt().pid,
        sessionTurn: 1,
        sessionPidTurn: 1,
        status: "waiting_response",
        userText: "q0",
        assistantText: null,
        startTime: at(0),
        endTime: null,
        durationMs: null,
        turnId: "30",
        pidMismatch: false,
        startMs: ask(0).at,
        endMs: null,
        agent: "codex",
        cwd: "/w",
        outcome: null,
        outcomeReason: null,
        outcomeTime: null,
        forgottenMs: null,
      }],
    });
    const counts = [
      ask(1, { pid: 2 }),
      ask(2, { pid: 2 }),
      ask(3, { sid: "other" }),
      ask(4),
    ].map((event) => {
      const { id, sessionTurn, sessionPidTurn } = apply(event).turns.at(-1)!;
      return [id, sessionTurn, sessionPidTurn];
    });
    assertEquals(counts, [[2, 2, 1], [3, 3, 2], [4, 1, 1], [5, 4, 2]]);
  });
});

Deno.test("SPEC 2.1: a known prompt changes nothing, burns no id and emits its current turn", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(1));
    assertEquals(apply(ask(0)).change, "known");
    assertEquals(emitted(apply, ask(0)), ["1 completed a1"]);
    assertEquals(emitted(apply, ask(9)), ["2 waiting_response"]);
  });
});

Deno.test("SPEC 2.2: the waiting turn just before a new one is orphaned by it", () => {
  withTracker((apply) => {
    apply(ask(0));
    assertEquals(emitted(apply, ask(1)), ["1 orphaned", "2 waiting_response"]);
    apply(reply(2));
    assertEquals(emitted(apply, ask(3)), ["3 waiting_response"]);
  });
});

Deno.test("SPEC 2.2: a turn of another process or session is not orphaned", () => {
  withTracker((apply) => {
    apply(ask(0));
    assertEquals(emitted(apply, ask(1, { pid: 2 })), ["2 waiting_response"]);
    assertEquals(emitted(apply, ask(1, { sid: "s" })), ["3 waiting_response"]);
  });
});

Deno.test("SPEC 2.2: a prompt earlier than a known turn is orphaned by it from the start", () => {
  withTracker((apply) => {
    apply(ask(10));
    assertEquals(emitted(apply, ask(5)), ["2 orphaned"]);
    assertEquals(emitted(apply, ask(7)), ["3 orphaned"]);
    // The later prompt orphaned them.
    assertEquals(emitted(apply, ask(10)), [
      "2 orphaned",
      "3 orphaned",
      "1 waiting_response",
    ]);
  });
});

Deno.test("SPEC 2.2: turns of one instant are ordered by id", () => {
  withTracker((apply) => {
    apply(ask(0, { text: "x" }));
    assertEquals(emitted(apply, ask(0, { text: "y" })), [
      "1 orphaned",
      "2 waiting_response",
    ]);
    // Another spelling of the same instant.
    assertEquals(emitted(apply, ask(0, { text: "y", t: at(0) + "Z" })), [
      "2 orphaned",
      "3 waiting_response",
    ]);
  });
});

Deno.test("SPEC 2.3: a known prompt emits the turns it orphaned again, even healed ones", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "2" }));
    apply(reply(2, { turnId: "1" }));
    assertEquals(emitted(apply, ask(1)), [
      "1 completed a2",
      "2 waiting_response",
    ]);
  });
});

Deno.test("SPEC 3: an answer completes its turn and moves no counter", () => {
  withTracker((apply) => {
    apply(ask(0));
    const [turn] = apply(reply(2.5)).turns;
    assertEquals(turn.status, "completed");
    assertEquals(turn.assistantText, "a2.5");
    assertEquals([turn.endTime, turn.durationMs], [at(2.5), 2500]);
    assertEquals([turn.sessionTurn, turn.sessionPidTurn], [1, 1]);
    assertEquals(apply(ask(3)).turns[0].sessionTurn, 2);
  });
});

Deno.test("SPEC 3: a known answer changes nothing and emits its current turn", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(1));
    apply(reply(2));
    assertEquals(apply(reply(1)).change, "known");
    assertEquals(emitted(apply, reply(1)), ["1 completed a2"]);
  });
});

Deno.test("SPEC 3: a known answer keeps its turn even if a newer one would match now", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(10));
    apply(ask(5));
    assertEquals(emitted(apply, reply(10)), ["1 completed a10"]);
  });
});

Deno.test("SPEC 3.1a: an answer goes to the turn with its turn_id, even if a newer one began", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "2" }));
    assertEquals(emitted(apply, reply(2, { turnId: "1" })), ["1 completed a2"]);
  });
});

Deno.test("SPEC 3.1a: of two turns with one turn_id, the newest that began before the answer gets it", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(10, { turnId: "1" }));
    assertEquals(emitted(apply, reply(5, { turnId: "1" })), ["1 completed a5"]);
    assertEquals(emitted(apply, reply(10, { turnId: "1" })), [
      "2 completed a10",
    ]);
  });
});

Deno.test("SPEC 3.1a: the oldest turn with the turn_id gets an answer older than all of them", () => {
  withTracker((apply) => {
    apply(ask(10, { turnId: "1" }));
    apply(ask(20, { turnId: "1" }));
    assertEquals(emitted(apply, reply(5, { turnId: "1" })), ["1 completed a5"]);
    // Never negative.
    assertEquals(apply(reply(5, { turnId: "1" })).turns[0].durationMs, 0);
  });
});

Deno.test("SPEC 3.1b: without a turn_id, the newest turn that began until the answer gets it", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(ask(10));
    assertEquals(emitted(apply, reply(10)), ["2 completed a10"]);
    assertEquals(emitted(apply, reply(9)), ["1 completed a9"]);
    assertEquals(emitted(apply, reply(-1)), []);
  });
});

Deno.test("SPEC 3.1b: an answer with another turn_id than the newest turn is unmatched", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(ask(1, { turnId: "1" }));
    assertEquals(emitted(apply, reply(2, { turnId: "9" })), []);
    assertEquals(emitted(apply, reply(2)), ["2 completed a2"]);
    // A turn without a turn_id matches.
    assertEquals(emitted(apply, reply(0.5, { turnId: "9" })), [
      "1 completed a0.5",
    ]);
  });
});

Deno.test("SPEC 3.1c: an answer of a process without turns goes to the newest turn of the session", () => {
  withTracker((apply) => {
    apply(ask(0, { pid: 1 }));
    apply(ask(1, { pid: 2 }));
    const [turn] = apply(reply(2, { pid: 3 })).turns;
    assertEquals([turn.id, turn.pid, turn.pidMismatch], [2, 2, true]);
    assertEquals(emitted(apply, reply(-1, { pid: 3 })), []);
    assertEquals(emitted(apply, reply(2, { pid: 3, sid: "other" })), []);
  });
});

Deno.test("SPEC 3.1c: a process with only later turns does not fall back to the session", () => {
  withTracker((apply) => {
    apply(ask(0, { pid: 1 }));
    apply(ask(9, { pid: 2 }));
    assertEquals(emitted(apply, reply(5, { pid: 2 })), []);
  });
});

Deno.test("SPEC 3.1c: another turn_id contradicts the session's newest turn too", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    assertEquals(emitted(apply, reply(1, { pid: 2, turnId: "2" })), []);
    assertEquals(emitted(apply, reply(1, { pid: 2, turnId: "1" })), [
      "1 completed a1",
    ]);
  });
});

Deno.test("SPEC 3.1c: pid_mismatch ends when another answer replaces the first", () => {
  withTracker((apply) => {
    apply(ask(0, { pid: 1 }));
    assertEquals(apply(reply(2, { pid: 3 })).turns[0].pidMismatch, true);
    // An earlier answer of the right process does not replace it.
    assertEquals(apply(reply(1, { pid: 1 })).turns[0].pidMismatch, true);
    assertEquals(apply(reply(3, { pid: 1 })).turns[0].pidMismatch, false);
  });
});

Deno.test("SPEC 3.1: an unmatched answer is not remembered", () => {
  withTracker((apply) => {
    assertEquals(apply(reply(1)), {
      turns: [],
      change: "unmatched",
    });
    apply(ask(0));
    assertEquals(apply(reply(1)).change, "completed");
    assertEquals(apply(reply(1)).change, "known");
  });
});

Deno.test("SPEC 3.2: the message with the latest t is the answer, in any order of arrival", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(5));
    assertEquals(emitted(apply, reply(3)), ["1 completed a5"]);
    assertEquals(emitted(apply, reply(5, { text: "same t" })), [
      "1 completed same t",
    ]);
    assertEquals(emitted(apply, reply(6)), ["1 completed a6"]);
  });
});

Deno.test("SPEC 3.2: an answer heals an orphan", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "2" }));
    assertEquals(emitted(apply, reply(2, { turnId: "1" })), ["1 completed a2"]);
  });
});

Deno.test("Tracker continues to count beyond 2^31 turns", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  new SqliteStore(path)[Symbol.dispose]();
  const before = 2 ** 31 + 5;
  const db = new Database(path);
  db.exec(`INSERT INTO sqlite_sequence VALUES ('turns', ${before})`);
  db.close();
  {
    using store = new SqliteStore(path);
    const tracker = new Tracker(store);
    const apply: Tracker["apply"] = (event) => tracker.apply(event);
    const ids = [1, 2, 3].map((s) => apply(ask(s)).turns.at(-1)!.id);
    assertEquals(ids, [before + 1, before + 2, before + 3]);
    assertEquals(emitted(apply, ask(4)), [
      `${before + 3} orphaned`,
      `${before + 4} waiting_response`,
    ]);
  }
});

Deno.test("Tracker rolls the whole event back if a step of it fails", () => {
  withTracker((apply, store) => {
    apply(ask(0));
    store.orphan = () => {
      throw new Error("no");
    };
    assertThrows(() => apply(ask(1)));
    delete (store as Partial<Store>).orphan;
    assertEquals(emitted(apply, ask(1)), ["1 orphaned", "2 waiting_response"]);
    assertEquals(apply(ask(1)).turns.at(-1)!.sessionTurn, 2);
  });
});

Deno.test("SPEC 3.2: an empty text is stored if there is no text, and replaces none", () => {
  withTracker((apply) => {
    apply(ask(0));
    assertEquals(apply(reply(1, { text: "" })).turns[0].assistantText, "");
    assertEquals(apply(reply(2)).turns[0].assistantText, "a2");
    const [turn] = apply(reply(3, { text: "" })).turns;
    assertEquals([turn.assistantText, turn.endTime], ["a2", at(3)]);
  });
});

Deno.test("Tracker returns what an event changed", () => {
  withTracker((apply) => {
    const changes = [
      reply(1),
      ask(0),
      ask(0),
      reply(2),
      reply(2),
      reply(1),
      reply(3),
    ].map((event) => apply(event).change);
    assertEquals(changes, [
      ...["unmatched", "minted", "known", "completed", "known"],
      ...["updated", "updated"],
    ]);
  });
});
