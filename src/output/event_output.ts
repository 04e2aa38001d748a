/**
 * `--emit events`: the log's own lines with their turn added (SPEC section 6).
 *
 * @module
 */

import { joinBytes } from "../bytes.ts";
import type { Dialect } from "../dialect/dialect.ts";
import type { Line } from "../source/lines.ts";
import type { TurnLookup, TurnTag } from "../turns/turn_lookup.ts";
import {
  isSkipped,
  type Outcome,
  type Output,
  type OutputOptions,
} from "./output.ts";
import type { Sink } from "./sink.ts";

const CLOSING_BRACE = 125;
/** How much is kept back while more lines are at hand. */
const PIECE_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** What the output works with. */
export interface EventOutputParts {
  sink: Sink;
  dialect: Dialect;
  lookup: TurnLookup;
}

/** Writes each line that is a JSON object, with members behind its own. */
export class EventOutput implements Output {
  readonly wantsEveryLine = true;
  #parts: EventOutputParts;
  #options: OutputOptions;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(parts: EventOutputParts, options: OutputOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async take(line: Line, outcome: Outcome | null): Promise<void> {
    const { bytes, text } = line;
    const { dialect, lookup } = this.#parts;
    let tag = outcome
      ? lookup.applied(outcome.event.sid, outcome.applied)
      : undefined;
    if (bytes === null || text === null) return;
    const envelope = dialect.open(bytes, text);
    if (envelope === null) return;
    if (isSkipped(line, outcome, this.#options)) return;
    if (outcome === null && envelope.owner !== null) {
      tag = lookup.find(envelope.owner);
    }
    if (tag === undefined) this.#keep(envelope.bytes);
    else {
      const orphans = outcome?.applied.turns.slice(0, -1) ?? [];
      const members = formatTag(tag, orphans.map(({ id }) => id));
      this.#keep(...withMembers(envelope.bytes, members));
    }
    if (this.#keptBytes >= PIECE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#keptBytes === 0) return;
    const all = joinBytes(this.#kept);
    this.#kept = [];
    this.#keptBytes = 0;
    await this.#parts.sink.write(all);
  }

  #keep(...pieces: Uint8Array[]): void {
    for (const piece of pieces) {
      this.#kept.push(piece);
      this.#keptBytes += piece.length;
    }
  }
}

/** The members that an event is given, as JSON text without braces. */
function formatTag(tag: TurnTag, orphans: number[]): string {
  const members = {
    turn_id_glob: tag.id,
    session_turn: tag.sessionTurn,
    session_pid_turn: tag.sessionPidTurn,
    turn_status: tag.status,
    ...(orphans.length > 0 ? { orphaned_turn_ids: orphans } : {}),
  };
  return JSON.stringify(members).slice(1, -1);
}

/** An object with members put before its closing brace; it has some already. */
function withMembers(object: Uint8Array, members: string): Uint8Array[] {
  const end = object.lastIndexOf(CLOSING_BRACE);
  const added = encoder.encode(`,${members}`);
  return [object.subarray(0, end), added, object.subarray(end)];
}
