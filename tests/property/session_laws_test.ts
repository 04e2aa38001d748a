import { assertEquals } from "@std/assert";
import { LineSplitter } from "../../src/source/line_splitter.ts";
import type { LogFile } from "../../src/source/lines.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import {
  anyPiSessions,
  anyRollouts,
  type AnySessions,
} from "../support/any_sessions.ts";
import {
  anyCopilotSessions,
  anyTranscripts,
} from "../support/any_transcripts.ts";
import { contents } from "../support/database.ts";
import { anyChunks } from "../support/random_log.ts";
import { logOf } from "../support/rollouts.ts";
import { forSeeds } from "../support/seeds.ts";
import { decodeLog, linesOf, trackLogs } from "../support/session_logs.ts";
import { TempDir } from "../support/temp.ts";

const ALL: AnySessions[] = [
  ...[anyRollouts, anyPiSessions, anyTranscripts, anyCopilotSessions],
];
const MAX_LINE_BYTES = 1 << 20;
const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** One log of several sessions. */
function anyLog({ files }: AnySessions, random: Random): Uint8Array {
  return encoder.encode(logOf(...files(random, true)));
}

/** The events of a log that is read in chunks. */
function eventsOf(
  { dialect }: AnySessions,
  chunks: Uint8Array[],
): TurnEvent[] {
  const file: LogFile = { id: 0, name: "log", isResumed: false };
  const options = { dialect, maxLineBytes: MAX_LINE_BYTES };
  const splitter = new LineSplitter(file, options);
  const lines = chunks.flatMap((chunk) => {
    // The reader reuses its buffer.
    const bytes = chunk.slice();
    const lines = splitter.push(bytes);
    bytes.fill(0);
    return lines;
  });
  return [...lines, ...splitter.end()].flatMap(({ bytes, decoder }) =>
    decoder.decode(utf8.decode(bytes!.subarray(0, -1)), bytes!).events
  );
}

/**
 * What the database holds of a log, where the program is stopped after some
 * lines, repeatedly, and starts again from the last position it stored.
 */
function crashing(
  { dialect }: AnySessions,
  log: Uint8Array,
  random: Random,
): Record<string, unknown> {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const lines = linesOf(log);
  let from = 0;
  let saved: string | null = null;
  while (from < lines.length) {
    using store = new SqliteStore(db, { synchronous: "off" });
    const tracker = new Tracker(store);
    const decoder = dialect.decoder(saved);
    const states: (string | null)[] = [saved];
    const end = random.between(from + 1, lines.length);
    for (const line of lines.slice(from, end)) {
      const { events } = decoder.decode(
        utf8.decode(line.subarray(0, -1)),
        line,
      );
      store.transaction(() => events.forEach((event) => tracker.apply(event)));
      states.push(decoder.save());
    }
    // The last position that it stored may be any of these.
    const isAtEnd = end === lines.length;
    const count = isAtEnd ? end - from : random.below(states.length);
    from += count;
    saved = states[count];
  }
  return contents(db);
}

for (const sessions of ALL) {
  const { dialect } = sessions;
  const { name } = dialect;

  Deno.test(`${name} gives the same events however its bytes are cut into chunks`, async () => {
    await forSeeds(100, (random) => {
      const log = anyLog(sessions, random);
      const { events } = decodeLog(dialect, log);
      assertEquals(eventsOf(sessions, anyChunks(random, log)), events);
    });
  });

  Deno.test(`${name} ends as if never stopped, wherever it is stopped and resumed`, async () => {
    await forSeeds(20, (random) => {
      const log = anyLog(sessions, random);
      using dir = new TempDir();
      const db = dir.file("turns.db");
      {
        using store = new SqliteStore(db, { synchronous: "off" });
        const tracker = new Tracker(store);
        for (const event of decodeLog(dialect, log).events) {
          store.transaction(() => tracker.apply(event));
        }
      }
      assertEquals(crashing(sessions, log, random), contents(db));
    });
  });
}

for (const keepsTimes of [true, false]) {
  const times = keepsTimes ? "kept" : "changed";
  Deno.test(`codex counts the copies of forks once before and after their parents, with ${times} times`, async () => {
    await forSeeds(25, (random) => {
      const logs = anyRollouts.files(random, keepsTimes)
        .map((lines) => logOf(lines));
      const prompts = new Set(
        logs.flatMap((log) => decodeLog(anyRollouts.dialect, log).events)
          .filter(({ kind }) => kind === "prompt").map(({ key }) => key),
      );
      for (const order of [logs, logs.toReversed()]) {
        const { turns } = trackLogs(anyRollouts.dialect, order);
        assertEquals(turns.length, prompts.size);
      }
    });
  });
}
