import { assertEquals } from "@std/assert";
import { claude } from "../../src/dialect/claude/claude.ts";
import { copilot } from "../../src/dialect/copilot/copilot.ts";
import {
  type Dialect,
  type Prefilter,
  Verdict,
} from "../../src/dialect/dialect.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import { anyChunks } from "../support/random_log.ts";
import {
  claudeLines,
  copilotLines,
  respaced,
} from "../support/random_sessions.ts";
import { forSeeds } from "../support/seeds.ts";
import { decodeLog, trackLogs } from "../support/session_logs.ts";
import { anyTranscripts } from "../support/any_transcripts.ts";
import { logOf as jsonLines } from "../support/rollouts.ts";

const AGENTS: [Dialect, (random: Random, count: number) => string[]][] = [
  [claude, claudeLines],
  [copilot, copilotLines],
];
const SEEDS = 300;
const LINES = 40;
const encoder = new TextEncoder();

const logOf = (lines: string[]) => lines.map((line) => line + "\n").join("");

/** The verdict on a line that comes in pieces. */
function judgeInPieces(
  prefilter: Prefilter,
  random: Random,
  bytes: Uint8Array,
): Verdict {
  const judge = prefilter.begin();
  for (const piece of anyChunks(random, bytes)) {
    const verdict = judge.push(piece);
    if (verdict !== Verdict.Unsure) return verdict;
  }
  return judge.end();
}

for (const [dialect, linesOf] of AGENTS) {
  const { name } = dialect;

  Deno.test(`${name}: a filtered log gives what an unfiltered one does`, () =>
    forSeeds(SEEDS, (random) => {
      const log = logOf(linesOf(random, LINES));
      const all = decodeLog(dialect, log);
      assertEquals(decodeLog(dialect, log, { isFiltered: true }), all);
    }));

  Deno.test(`${name}: a log gives the same events however its JSON is spaced`, () =>
    forSeeds(SEEDS, (random) => {
      const lines = linesOf(random, LINES);
      const { events } = decodeLog(dialect, logOf(lines), { isFiltered: true });
      const other = decodeLog(dialect, logOf(lines.map(respaced)));
      assertEquals(other.events, events);
    }));

  Deno.test(`${name}: a decoder that is saved and resumed anywhere gives the same`, () =>
    forSeeds(SEEDS, (random) => {
      const log = logOf(linesOf(random, LINES));
      const all = decodeLog(dialect, log);
      const cut = random.below(LINES);
      for (const isCut of [(line: number) => line === cut, () => true]) {
        let line = 0;
        const resumed = decodeLog(dialect, log, {
          afterLine: (decoder) =>
            isCut(line++) ? dialect.decoder(decoder.save()) : decoder,
        });
        assertEquals(resumed, all);
      }
    }));

  Deno.test(`${name}: the prefilter judges a line in pieces as it does the whole`, () =>
    forSeeds(SEEDS / 6, (random) => {
      const { prefilter } = dialect;
      for (const line of linesOf(random, LINES)) {
        const bytes = encoder.encode(line);
        const around = encoder.encode(`{\n${line}\n{"type":"user"}`);
        const whole = prefilter.judge(around, 2, 2 + bytes.length);
        assertEquals(judgeInPieces(prefilter, random, bytes), whole, line);
      }
    }));
}

Deno.test("claude: any window of a log that is read again changes nothing", () =>
  forSeeds(60, (random) => {
    const files = anyTranscripts.files(random, true);
    const logs = files.map((lines) => jsonLines(lines));
    const lines = random.pick(files);
    const start = random.below(lines.length);
    const window = lines.slice(start, random.between(start, lines.length));
    assertEquals(
      trackLogs(claude, [...logs, jsonLines(window)]).turns,
      trackLogs(claude, logs).turns,
    );
  }));
