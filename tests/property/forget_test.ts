import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../src/store/open.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { contents, query } from "../support/database.ts";
import { agentEvents, anyEvents } from "../support/random_log.ts";
import { forSeeds } from "../support/seeds.ts";
import { TempDir } from "../support/temp.ts";

async function apply(path: string, events: TurnEvent[]): Promise<void> {
  using store = await openStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  store.transaction(() => events.forEach((event) => tracker.apply(event)));
}

/** Forgets some of the turns, and returns their ids. */
async function forgetSome(path: string, random: Random): Promise<number[]> {
  const ids = query<[number]>(path, "SELECT turn_id_glob FROM turns ORDER BY 1")
    .flat().filter(() => random.chance(0.4));
  using store = await openStore(path, { synchronous: "off" });
  store.transaction(() => store.forget(ids, 1));
  return ids;
}

/** The tables without texts; of a text, whether there is an answer. */
function withoutTexts(path: string): unknown[] {
  const { turns: _, ...others } = contents(path);
  const rows = query(
    path,
    `SELECT turn_id_glob, sid, pid, start_time, end_time, duration_ms, status,
      dedup_hash, session_turn, session_pid_turn, original_turn_id, pid_mismatch,
      start_ms, end_ms, orphaned_by, agent, outcome, outcome_time,
      assistant_text IS NULL FROM turns ORDER BY 1`,
  );
  return [rows, others];
}

const TEXTS = `SELECT turn_id_glob FROM turns
  WHERE coalesce(user_text, '') || coalesce(assistant_text, '') ||
    coalesce(cwd, '') || coalesce(outcome_reason, '') <> ''
    AND forgotten_ms IS NOT NULL`;

Deno.test("A forgotten turn gets no text again, and all else as if it were not forgotten", async () => {
  await forSeeds(40, async (random) => {
    using dir = new TempDir();
    const [path, plain] = [dir.file("turns.db"), dir.file("plain.db")];
    const events = random.chance(0.5)
      ? agentEvents(random, 200)
      : anyEvents(random, 120);
    await apply(plain, events);
    const half = random.below(events.length);
    await apply(path, events.slice(0, half));
    const ids = await forgetSome(path, random);
    const before = contents(path);
    // Reading the log again changes nothing, apart from what was unmatched.
    await apply(path, events.slice(0, half));
    await apply(path, events.slice(0, half));
    const known = contents(path);
    if (known.answers.length === before.answers.length) {
      assertEquals(known, before);
    }
    await apply(path, events.slice(half));
    assertEquals(query(path, TEXTS), []);
    const forgotten = query<[number]>(
      path,
      "SELECT turn_id_glob FROM turns WHERE forgotten_ms IS NOT NULL ORDER BY 1",
    ).flat();
    assertEquals(forgotten, ids);
    // Only a replay may find the turn of what was unmatched.
    if (known.answers.length > before.answers.length) return;
    assertEquals(withoutTexts(path), withoutTexts(plain));
  });
});

Deno.test("No file of a database has the text of a forgotten turn, however often it changed", async () => {
  await forSeeds(6, async (random) => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    using store = await openStore(path, { synchronous: "off" });
    const mark = (n: number) => `mark${n}of${random.below(1e9)}.`;
    const text = (n: number) =>
      mark(n).repeat(1 + random.below(random.chance(0.2) ? 2000 : 60));
    const turns = 300;
    let updates = 0;
    for (let n = 1; n <= turns; n++) {
      store.transaction(() =>
        store.mint({
          prompt: {
            ...{ kind: "prompt", sid: `${n % 7}`, pid: 1, at: n, turnId: null },
            ...{ key: "", t: "2025-11-18", agent: null, cwd: `/${mark(n)}` },
            text: text(n),
          },
          ...{ hash: `${n}`, status: "waiting_response", orphanedBy: null },
        })
      );
      for (let i = random.below(5); i > 0; i--) {
        const turn = store.turnOfPrompt(`${1 + random.below(n)}`)!;
        updates++;
        store.transaction(() =>
          store.complete(turn, {
            ...{ text: text(turn.id), t: "", at: 0, durationMs: 0 },
            pidMismatch: false,
          })
        );
      }
    }
    assert(updates > turns);
    const ids = Array.from({ length: turns }, (_, i) => i + 1)
      .filter(() => random.chance(0.5));
    const forgotten = store.transaction(() => store.forget(ids, 1));
    assertEquals(forgotten, ids.length);
    assertEquals(await store.eraseTraces(), true);
    const erased = new Set(ids);
    for (const suffix of ["", "-wal", "-shm"]) {
      const bytes = Deno.readTextFileSync(path + suffix);
      for (const [found, n] of bytes.matchAll(/mark(\d+)of/g)) {
        assert(!erased.has(+n), `${found} in turns.db${suffix}`);
      }
      if (suffix === "") assert(/mark\d+of/.test(bytes));
    }
  });
});
