import { assertEquals } from "@std/assert";
import { anyPieces, disguise, mutate } from "../fuzz/damage.ts";
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
import { logOf } from "../support/rollouts.ts";
import { forSeeds } from "../support/seeds.ts";
import {
  decodeLog,
  linesOf,
  trackLogs,
  type TurnRow,
} from "../support/session_logs.ts";

const ALL: AnySessions[] = [
  ...[anyRollouts, anyPiSessions, anyTranscripts, anyCopilotSessions],
];
const encoder = new TextEncoder();

/** The lines of one log, from several files, many of them damaged. */
function anyDamagedLog(random: Random, sessions: AnySessions): Uint8Array {
  const lines = sessions.files(random, true).flat().flatMap((line) => {
    const text = logOf(line);
    const bytes = encoder.encode(text);
    return random.chance(0.8) ? [bytes] : random.pick([
      () => [bytes.subarray(0, random.below(bytes.length))],
      () => [encoder.encode(disguise(random, text.trimEnd()) + "\n")],
      () => [encoder.encode(`\0\0${text.trimEnd()}\0\r\n`)],
      () => [bytes, bytes],
      () => [anyPieces(random, 5, text)],
      () => {
        mutate(random, bytes);
        return [bytes];
      },
    ])();
  });
  return concat(lines);
}

function concat(pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The turns, in an order of their own, without what depends on the order of files. */
function sorted(rows: TurnRow[], leftOut: (keyof TurnRow)[]): string[] {
  const without = (row: TurnRow) =>
    Object.entries(row).filter(([name]) =>
      !leftOut.includes(name as keyof TurnRow)
    );
  return rows.map((row) => JSON.stringify(without(row))).sort();
}

for (const sessions of ALL) {
  const { dialect } = sessions;
  const { name } = dialect;

  Deno.test(`${name} filtered gives what ${name} unfiltered gives`, async () => {
    await forSeeds(400, (random) => {
      const log = anyDamagedLog(random, sessions);
      const filtered = decodeLog(dialect, log, { isFiltered: true });
      assertEquals(filtered, decodeLog(dialect, log));
    });
  });

  Deno.test(`${name} continues exactly from what it saved after any line`, async () => {
    await forSeeds(200, (random) => {
      const log = anyDamagedLog(random, sessions);
      const share = random.pick([0.1, 1]);
      const resumed = decodeLog(dialect, log, {
        afterLine: (decoder) => {
          if (random.chance(share)) return dialect.decoder(decoder.save());
        },
      });
      assertEquals(resumed, decodeLog(dialect, log));
    });
  });

  Deno.test(`${name} decodes joined logs as each by itself`, async () => {
    await forSeeds(200, (random) => {
      const logs = sessions.files(random, true).map((lines) => logOf(lines));
      const each = logs.flatMap((log) => decodeLog(dialect, log).events);
      assertEquals(decodeLog(dialect, logs.join("")).events, each);
    });
  });

  Deno.test(`${name} read again changes nothing`, async () => {
    await forSeeds(25, (random) => {
      const files = sessions.files(random, random.chance(0.5));
      const logs = files.map((lines) => logOf(lines));
      const again = Array.from({ length: 3 }, () => {
        const lines = random.pick(files);
        return logOf(lines.slice(0, random.below(lines.length + 1)));
      });
      assertEquals(
        trackLogs(dialect, [...logs, ...again]).turns,
        trackLogs(dialect, logs).turns,
      );
    });
  });

  Deno.test(`${name} gives the same turns for any order of files`, async () => {
    await forSeeds(25, (random) => {
      const keepsTimes = random.chance(0.5);
      const logs = sessions.files(random, keepsTimes)
        .map((lines) => logOf(lines));
      const other = logs.toSorted(() => random.next() - 0.5);
      // The times of copies that were rewritten are those of what is read first.
      const leftOut: (keyof TurnRow)[] = [
        ...["sessionTurn" as const, ...sessions.dependsOnOrder ?? []],
        ...(keepsTimes ? [] : ["start", "end", "status"] as const),
      ];
      assertEquals(
        sorted(trackLogs(dialect, other).turns, leftOut),
        sorted(trackLogs(dialect, logs).turns, leftOut),
      );
    });
  });
}

Deno.test("linesOf splits a log into its lines", () => {
  const lines = linesOf(encoder.encode("a\n\nb")).map((line) => line.length);
  assertEquals(lines, [2, 1, 2]);
});
