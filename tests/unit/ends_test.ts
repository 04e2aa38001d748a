import { assertEquals } from "@std/assert";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { answer, at, end, prompt, sessionEnd } from "../support/envelope.ts";
import { execute, SEED_SCHEMA } from "../support/seed.ts";
import { TempDir } from "../support/temp.ts";

/** Runs `test` with a function that applies events to a new database. */
function withTracker(test: (apply: Tracker["apply"]) => void) {
  using dir = new TempDir();
  using store = new SqliteStore(dir.file("turns.db"), { synchronous: "off" });
  const tracker = new Tracker(store);
  test((event) => tracker.apply(event));
}

/** Applies an event and describes its own turn: `id status outcome`. */
function emitted(apply: Tracker["apply"], event: TurnEvent): string[] {
  return apply(event).turns.map(({ id, status, outcome }) =>
    `${id} ${status} ${outcome}`
  );
}

const ask = (seconds: number, fields = {}) =>
  prompt({ t: at(seconds), text: `q${seconds}`, ...fields });
const reply = (seconds: number, fields = {}) =>
  answer({ t: at(seconds), text: `a${seconds}`, ...fields });
const stop = (seconds: number, fields = {}) =>
  end({ t: at(seconds), ...fields });
const aborted = (seconds: number, fields = {}) =>
  stop(seconds, { outcome: "aborted", ...fields });
const quit = (seconds: number, fields = {}) =>
  sessionEnd({ t: at(seconds), ...fields });

Deno.test("SPEC 3b: an end sets the outcome, the agent's reason and the time", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(1));
    const { change, turns: [turn] } = apply(stop(2, { reason: "stop" }));
    assertEquals([change, turn.outcome, turn.outcomeReason, turn.outcomeTime], [
      ...["ended", "completed", "stop", at(2)],
    ]);
    assertEquals([turn.status, turn.assistantText, turn.endTime], [
      ...["completed", "a1", at(1)],
    ]);
  });
});

Deno.test("SPEC 3b: an outcome without a reason has none", () => {
  withTracker((apply) => {
    apply(ask(0));
    assertEquals(apply(stop(2)).turns[0].outcomeReason, null);
  });
});

Deno.test("SPEC 3b: a turn's first end decides its outcome", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(aborted(2, { reason: "interrupted" }));
    const { change, turns: [turn] } = apply(stop(1, { reason: "stop" }));
    assertEquals([change, turn.outcome, turn.outcomeReason, turn.outcomeTime], [
      ...["ended", "aborted", "interrupted", at(2)],
    ]);
    assertEquals([turn.status, turn.endTime], ["orphaned", null]);
  });
});

Deno.test("SPEC 3b: a known end changes nothing and emits its current turn", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(aborted(2));
    apply(reply(3));
    assertEquals(apply(aborted(2)).change, "known");
    assertEquals(emitted(apply, aborted(2)), ["1 completed aborted"]);
  });
});

Deno.test("SPEC 3b: a known end keeps its turn even if a newer one would match now", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(stop(10));
    apply(ask(5));
    assertEquals(emitted(apply, stop(10)), ["1 completed completed"]);
  });
});

Deno.test("SPEC 3b: ends that differ in t, event or turn_id are different ends", () => {
  withTracker((apply) => {
    apply(ask(0));
    const ends = [
      ...[stop(2), stop(3), aborted(2), quit(2), stop(2, { turnId: "7" })],
    ];
    const changes = ends.map((event) => apply(event).change);
    assertEquals(changes, ["completed", ...Array(4).fill("ended")]);
    for (const event of ends) assertEquals(apply(event).change, "known");
  });
});

Deno.test("SPEC 3b: an end completes a turn without an answer, whose text stays null", () => {
  withTracker((apply) => {
    apply(ask(0));
    const { change, turns: [turn] } = apply(stop(2.5));
    assertEquals(change, "completed");
    assertEquals([turn.status, turn.endTime, turn.durationMs], [
      ...["completed", at(2.5), 2500],
    ]);
    assertEquals([turn.assistantText, turn.outcome], [null, "completed"]);
    // The next prompt does not orphan it.
    assertEquals(emitted(apply, ask(3)), ["2 waiting_response null"]);
  });
});

Deno.test("SPEC 3b: an end before its prompt gives no negative duration", () => {
  withTracker((apply) => {
    apply(ask(5, { turnId: "1" }));
    assertEquals(apply(stop(4, { turnId: "1" })).turns[0].durationMs, 0);
  });
});

for (const outcome of ["aborted", "failed"] as const) {
  Deno.test(`SPEC 3b: a turn without an answer that ${outcome} is orphaned, by no other`, () => {
    withTracker((apply) => {
      apply(ask(0, { turnId: "1" }));
      apply(ask(1, { turnId: "2" }));
      const [turn] = apply(stop(2, { turnId: "1", outcome })).turns;
      assertEquals([turn.status, turn.outcome], ["orphaned", outcome]);
      assertEquals([turn.endTime, turn.durationMs], [null, null]);
      assertEquals(emitted(apply, ask(1)), ["2 waiting_response null"]);
    });
  });

  Deno.test(`SPEC 3b: a later answer heals a turn that ${outcome}`, () => {
    withTracker((apply) => {
      apply(ask(0));
      apply(stop(2, { outcome }));
      const [turn] = apply(reply(3)).turns;
      assertEquals([turn.status, turn.outcome, turn.endTime], [
        ...["completed", outcome, at(3)],
      ]);
    });
  });

  Deno.test(`SPEC 3b: a turn with an answer that ${outcome} stays completed`, () => {
    withTracker((apply) => {
      apply(ask(0));
      apply(reply(1));
      const [turn] = apply(stop(2, { outcome })).turns;
      assertEquals([turn.status, turn.outcome, turn.endTime], [
        ...["completed", outcome, at(1)],
      ]);
    });
  });
}

Deno.test("SPEC 3b: a turn of version 0 that is completed stays so, even without a text", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  execute(
    path,
    `${SEED_SCHEMA} INSERT INTO turns VALUES (1, 's', 1, 'q', NULL, '${at(0)}',
      '${at(1)}', 1000, 'completed', 'h')`,
  );
  using store = new SqliteStore(path, { synchronous: "off" });
  const [turn] =
    new Tracker(store).apply(aborted(2, { sid: "s", pid: 1 })).turns;
  assertEquals([turn.status, turn.outcome, turn.endTime], [
    ...["completed", "aborted", at(1)],
  ]);
});

Deno.test("SPEC 3b: an answer with an empty text is an answer", () => {
  withTracker((apply) => {
    apply(ask(0));
    assertEquals(apply(reply(1, { text: "" })).turns[0].assistantText, "");
    assertEquals(emitted(apply, aborted(2)), ["1 completed aborted"]);
  });
});

Deno.test("SPEC 3b: an answer logged after the end of its turn gives the same turn", () => {
  for (const ending of [stop(2), aborted(2)]) {
    const [inOrder, late] = [[reply(1), ending], [ending, reply(1)]].map(
      (events) => {
        let last;
        withTracker((apply) => {
          apply(ask(0));
          for (const event of events) last = apply(event).turns;
        });
        return last;
      },
    );
    assertEquals(late, inOrder);
  }
});

Deno.test("SPEC 3b: an end goes to the turn with its turn_id, even if a newer one began", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "2" }));
    assertEquals(emitted(apply, stop(2, { turnId: "1" })), [
      "1 completed completed",
    ]);
  });
});

Deno.test("SPEC 3b: without a turn_id, the newest turn that began until the end gets it", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(ask(10));
    assertEquals(emitted(apply, aborted(9)), ["1 orphaned aborted"]);
    assertEquals(emitted(apply, aborted(10)), ["2 orphaned aborted"]);
  });
});

Deno.test("SPEC 3b: of a steered turn only the newest prompt gets the outcome", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "1" }));
    assertEquals(emitted(apply, stop(2, { turnId: "1" })), [
      "2 completed completed",
    ]);
    assertEquals(emitted(apply, ask(1)), [
      "1 orphaned null",
      "2 completed completed",
    ]);
  });
});

Deno.test("SPEC 3b: an end from another process is no answer from there", () => {
  withTracker((apply) => {
    apply(ask(0, { pid: 1 }));
    const [turn] = apply(stop(1, { pid: 2 })).turns;
    assertEquals([turn.id, turn.outcome, turn.pidMismatch], [
      ...[1, "completed", false],
    ]);
  });
});

Deno.test("SPEC 3b: an end without a turn is unmatched and not remembered", () => {
  withTracker((apply) => {
    for (const event of [stop(1), quit(1)]) {
      assertEquals(apply(event), { change: "unmatched", turns: [] });
    }
    apply(ask(0));
    assertEquals(emitted(apply, stop(1)), ["1 completed completed"]);
  });
});

Deno.test("SPEC 3b: a session end aborts the newest turn of its process", () => {
  withTracker((apply) => {
    apply(ask(0, { pid: 1 }));
    apply(ask(1, { pid: 2 }));
    apply(ask(9, { pid: 1 }));
    const [turn] = apply(quit(5, { pid: 1, reason: "quit" })).turns;
    assertEquals([turn.id, turn.status, turn.outcome, turn.outcomeReason], [
      ...[1, "orphaned", "aborted", "quit"],
    ]);
    assertEquals(emitted(apply, quit(5, { pid: 3 })), []);
  });
});

Deno.test("SPEC 3b: a session end goes by the time, not by its turn_id", () => {
  withTracker((apply) => {
    apply(ask(0, { turnId: "1" }));
    apply(ask(1, { turnId: "2" }));
    assertEquals(emitted(apply, quit(2, { turnId: "1" })), [
      "2 orphaned aborted",
    ]);
  });
});

Deno.test("SPEC 3b: a session end leaves an outcome as it is", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(1));
    apply(stop(2));
    assertEquals(emitted(apply, quit(3)), ["1 completed completed"]);
    // It does not look for an older turn.
    apply(ask(-1));
    assertEquals(emitted(apply, quit(4)), ["1 completed completed"]);
  });
});

Deno.test("SPEC 3b: a session end after an answer tells that the turn was not ended", () => {
  withTracker((apply) => {
    apply(ask(0));
    apply(reply(1));
    assertEquals(emitted(apply, quit(3)), ["1 completed aborted"]);
  });
});

Deno.test("SPEC 3.1: an answer and an end go to the turn of the prompt that the decoder names", () => {
  withTracker((apply) => {
    const asked = ask(0, { sid: "copied from", turnId: "1" });
    apply(asked);
    apply(ask(1, { turnId: "1" }));
    const own = { turnId: "1" };
    const named = { promptKey: asked.key };
    const [turn] = apply({ ...reply(2, own), ...named }).turns;
    assertEquals([turn.id, turn.assistantText, turn.pidMismatch], [
      ...[1, "a2", false],
    ]);
    assertEquals(emitted(apply, { ...stop(3, own), ...named }), [
      "1 completed completed",
    ]);
    // A prompt that was not read does not count.
    const other = { promptKey: "not there" };
    assertEquals(emitted(apply, { ...stop(4, own), ...other }), [
      "2 completed completed",
    ]);
  });
});
