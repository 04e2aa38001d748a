/**
 * Runs logs of a dialect through its decoder and the rules.
 *
 * @module
 */

import {
  type Decoder,
  type Dialect,
  Verdict,
} from "../../src/dialect/dialect.ts";
import { SqliteStore } from "../../src/store/sqlite/store.ts";
import type { TurnEvent } from "../../src/turns/event.ts";
import { Tracker } from "../../src/turns/tracker.ts";
import { query } from "./database.ts";
import { TempDir } from "./temp.ts";

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();
const NEWLINE = 10;

/** What the lines of a log are decoded to. */
export interface DecodedLog {
  events: TurnEvent[];
  rejected: { line: number; reason: string; text: string | null }[];
}

/** How a log is decoded. */
export interface DecodeOptions {
  /** Whether lines that the prefilter skips are left out. */
  isFiltered?: boolean;
  /** Is called after each line; a decoder that it returns decodes the next. */
  afterLine?: (decoder: Decoder) => Decoder | void;
}

/** The lines of a log, with their newlines. */
export function linesOf(log: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < log.length;) {
    const end = log.indexOf(NEWLINE, start);
    lines.push(
      end < 0
        ? Uint8Array.of(...log.subarray(start), NEWLINE)
        : log.slice(start, end + 1),
    );
    start = end < 0 ? log.length : end + 1;
  }
  return lines;
}

/** Decodes a log with one decoder, from its first line on. */
export function decodeLog(
  dialect: Dialect,
  log: string | Uint8Array,
  { isFiltered = false, afterLine }: DecodeOptions = {},
): DecodedLog {
  const bytes = typeof log === "string" ? encoder.encode(log) : log;
  const { prefilter } = dialect;
  let decoder = dialect.decoder(null);
  const decoded: DecodedLog = { events: [], rejected: [] };
  for (const [i, line] of linesOf(bytes).entries()) {
    const isSkipped = isFiltered &&
      prefilter.judge(line, 0, line.length - 1) === Verdict.Skip;
    if (!isSkipped) {
      const text = utf8.decode(line.subarray(0, -1));
      const { events, rejection } = decoder.decode(text, line);
      decoded.events.push(...events);
      if (rejection !== null) {
        const { reason, bytes } = rejection;
        const lost = bytes && utf8.decode(bytes);
        decoded.rejected.push({ line: i + 1, reason, text: lost });
      }
    }
    decoder = afterLine?.(decoder) ?? decoder;
  }
  return decoded;
}

/** A turn, as the database holds it. */
export interface TurnRow {
  sid: string;
  sessionTurn: number;
  status: string;
  user: string | null;
  assistant: string | null;
  start: string;
  end: string | null;
  turnId: string | null;
  agent: string;
  cwd: string | null;
  outcome: string | null;
  reason: string | null;
}

/** What applying the events of logs results in. */
export interface Tracked {
  turns: TurnRow[];
  /** How many events changed what, such as `answer completed`. */
  changes: Record<string, number>;
}

/** Applies the events of logs, each read by a decoder of its own, in order. */
export function trackLogs(dialect: Dialect, logs: string[]): Tracked {
  using dir = new TempDir();
  const db = dir.file("turns.db");
  const changes: Record<string, number> = {};
  {
    using store = new SqliteStore(db, { synchronous: "off" });
    const tracker = new Tracker(store);
    for (const log of logs) {
      const { events } = decodeLog(dialect, log);
      store.transaction(() => {
        for (const event of events) {
          const name = `${event.kind} ${tracker.apply(event).change}`;
          changes[name] = (changes[name] ?? 0) + 1;
        }
      });
    }
  }
  const rows = query<unknown[]>(
    db,
    `SELECT sid, session_turn, status, user_text, assistant_text, start_time,
      end_time, original_turn_id, agent, cwd, outcome, outcome_reason
      FROM turns ORDER BY turn_id_glob`,
  );
  const names: (keyof TurnRow)[] = [
    ...["sid", "sessionTurn", "status", "user", "assistant", "start"] as const,
    ...["end", "turnId", "agent", "cwd", "outcome", "reason"] as const,
  ];
  const turns = rows.map((row) =>
    Object.fromEntries(names.map((name, i) => [name, row[i]]))
  ) as unknown as TurnRow[];
  return { turns, changes };
}
