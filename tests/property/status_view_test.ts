import { assert, assertEquals } from "@std/assert";
import { unicodeWidth } from "@std/cli";
import type { FileState } from "../../src/status/followed.ts";
import type { Report } from "../../src/status/report.ts";
import { view } from "../../src/status/view.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { anyText } from "../support/any_text.ts";
import { forSeeds } from "../support/seeds.ts";

function anyCount(random: Random): number {
  return random.below(10 ** random.below(9));
}

function anyStatus(random: Random): Report {
  const count = () => anyCount(random);
  const text = () => anyText(random);
  const some = <T>(make: () => T) =>
    Array.from({ length: random.below(5) }, make);
  const statuses = ["completed", "orphaned", "waiting_response"] as const;
  const states: FileState[] = ["current", "rotated", "missing"];
  return {
    database: text(),
    readMs: 0,
    turns: count(),
    byStatus: {
      completed: count(),
      orphaned: count(),
      waiting_response: count(),
    },
    sessions: count(),
    durations: random.chance(0.2) ? null : {
      turns: count(),
      median: count(),
      p95: count(),
      longest: count(),
    },
    sinceMs: random.chance(0.5) ? null : count(),
    breakdown: {
      turns: count(),
      outcomes: some(() => ({
        status: random.pick(statuses),
        outcome: random.pick([null, "completed", "aborted", "failed"] as const),
        turns: count(),
      })),
      agents: some(() => ({
        name: random.pick([null, text()]),
        turns: count(),
      })),
      cwds: some(() => ({ name: random.pick([null, text()]), turns: count() })),
    },
    directories: some(() => ({
      ...{ host: random.pick([null, text()]), path: text(), files: count() },
      readBytes: count(),
      ...{ readLines: count(), movedMs: -count(), sizeBytes: count() },
      ...{ lagBytes: count(), state: random.pick(["current", "missing"]) },
    })),
    days: some(() => ({ day: text(), turns: count() })),
    lastTurns: some(() => ({
      id: count(),
      sid: text(),
      status: random.pick(statuses),
      startTime: text(),
      startMs: random.chance(0.1) ? null : -count(),
      userText: text(),
    })),
    files: some(() => ({
      host: random.pick([null, text()]),
      path: text(),
      state: random.pick(states),
      readBytes: count(),
      readLines: count(),
      movedMs: -count(),
      sizeBytes: count(),
      lagBytes: random.chance(0.3) ? null : count(),
    })),
  };
}

Deno.test("view fits the terminal and cannot control it, whatever a log contains", async () => {
  await forSeeds(300, (random) => {
    const status = anyStatus(random);
    const width = random.below(140);
    const text = view(status, { width, color: false, now: 0 });
    for (const line of text.split("\n")) {
      assert(unicodeWidth(line) <= width, JSON.stringify(line));
      const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
      assertEquals(hidden.exec(line), null, JSON.stringify(line));
    }
    const full = view(status, { width: Infinity, color: false, now: 0 });
    assertEquals(text.split("\n").length, full.split("\n").length);
    const colored = view(status, { width, color: true, now: 0 });
    // deno-lint-ignore no-control-regex
    assertEquals(colored.replace(/\x1b\[(0|32|33|35)m/g, ""), text);
  });
});
