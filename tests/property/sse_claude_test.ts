import { assert, assertEquals } from "@std/assert";
import { sse } from "../../src/dialect/sse/sse.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { claudeLines } from "../support/claude_log.ts";
import { contents } from "../support/database.ts";
import { judge, newMemory } from "../support/oracle/line.ts";
import { forSeeds } from "../support/seeds.ts";
import { TempDir } from "../support/temp.ts";

const encoder = new TextEncoder();

/** Decodes lines, with a new decoder from the saved state before some of them. */
function decode(lines: string[], isRestart: () => boolean): TurnEvent[] {
  let decoder = sse.decoder(null);
  return lines.flatMap((line) => {
    if (isRestart()) decoder = sse.decoder(decoder.save());
    return decoder.decode(line, encoder.encode(line + "\n")).events;
  });
}

/** An event in the words of the oracle. */
function asJudged(event: TurnEvent): unknown {
  const { at: _, key: __, promptKey: ___, ...rest } = {
    promptKey: null,
    ...event,
  };
  return rest;
}

function apply(path: string, events: TurnEvent[]): void {
  using store = new SqliteStore(path, { synchronous: "off" });
  const tracker = new Tracker(store);
  for (const event of events) tracker.apply(event);
}

Deno.test("sse reads any log of Claude Code, torn lines too, as the oracle does", async () => {
  await forSeeds(60, (random) => {
    const decoder = sse.decoder(null);
    const memory = newMemory();
    for (const whole of claudeLines(random, 200)) {
      const head = whole.slice(0, random.below(whole.length));
      const line = random.pick([
        whole,
        whole,
        whole,
        whole,
        head,
        head + whole,
      ]);
      const bytes = encoder.encode(line + "\n");
      const { events, rejection } = decoder.decode(line, bytes);
      const { event, rejected } = judge(encoder.encode(line), Infinity, memory);
      assertEquals(rejection === null, rejected === null, line);
      assertEquals(events.map(asJudged), event === null ? [] : [event], line);
    }
  });
});

Deno.test("SPEC 4: a log of Claude Code gives the same events, wherever its decoder restarts", async () => {
  await forSeeds(40, (random) => {
    const lines = claudeLines(random, 200);
    const events = decode(lines, () => false);
    assert(events.length > 20);
    assertEquals(decode(lines, () => random.chance(0.3)), events);
  });
});

Deno.test("SPEC 4: a log of Claude Code that is read twice changes nothing", async () => {
  await forSeeds(20, (random) => {
    using dir = new TempDir();
    const path = dir.file("turns.db");
    const lines = claudeLines(random, 150);
    apply(path, decode(lines, () => false));
    // An answer that came before its own prompt finds its turn now.
    apply(path, decode(lines, () => false));
    const before = contents(path);
    apply(path, decode([...lines, ...lines], () => false));
    assertEquals(contents(path), before);
  });
});
