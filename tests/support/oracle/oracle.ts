/**
 * A plain reading of SPEC sections 1 to 4, 3b and 6: a log in, records out, turns in
 * a list that is searched from end to end. The program is compared with it, so
 * it takes nothing from `src/`.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type Bytes, concat, cutLines, utf8 } from "../bytes.ts";
import {
  ABORTED,
  COMPLETED,
  instantOf,
  judge,
  type LogEvent,
  newMemory,
  open,
  type Owner,
  SHUTDOWN,
} from "./line.ts";

/** A row of the table `turns` as its record (SPEC section 6). */
export type TurnRecord = Record<string, unknown> & { turn_id_glob: number };

/** What a run of the program leaves besides its database. */
export interface Run {
  stdout: string;
  /** The place of each rejected line, as stderr names it: `line 7 of log`. */
  rejected: string[];
  /** What is appended to the dead-letter file. */
  deadLetter: Bytes;
}

/** What the program is started with, as far as it matters here. */
export interface OracleOptions {
  /** `--max-line-bytes`; `null` for the default (SPEC section 7). */
  maxLineBytes?: number | null;
  /** The first id that the database will mint. */
  firstId?: number;
}

type Prompt = Extract<LogEvent, { kind: "prompt" }>;
type Answer = Extract<LogEvent, { kind: "answer" }>;
type End = Exclude<LogEvent, Prompt | Answer>;

interface Turn {
  record: TurnRecord;
  prompt: Prompt;
  key: string;
  /** The instant of the prompt. */
  at: number;
  /** The instant of the answer. */
  answeredAt: number | null;
  orphanedBy: Turn | null;
}

const DEFAULT_MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = utf8("\n");

/** A program that never fails, with a database that outlives its runs. */
export class Oracle {
  #turns: Turn[] = [];
  /** By the key of an answer or an end. */
  #turnOf = new Map<string, Turn>();
  #maxLineBytes: number;
  #firstId: number;

  constructor({ maxLineBytes, firstId }: OracleOptions = {}) {
    this.#maxLineBytes = maxLineBytes ?? DEFAULT_MAX_LINE_BYTES;
    this.#firstId = firstId ?? 1;
  }

  /**
   * Reads a log from its beginning to its end.
   *
   * @param file The log's name on stderr.
   * @param emit `--emit`.
   */
  run(log: Bytes, file: string, emit: "turns" | "events" = "turns"): Run {
    const rejected: string[] = [];
    const dead: Bytes[] = [];
    let stdout = "";
    const memory = newMemory();
    for (const [i, whole] of cutLines(log).entries()) {
      const end = whole.at(-1) === NEWLINE[0] ? whole.length - 1 : whole.length;
      // Leading zero bytes are not part of a line.
      const zeros = whole.findIndex((byte) => byte !== 0);
      const line = zeros < 0
        ? whole.subarray(0, 0)
        : whole.subarray(zeros, end);
      const verdict = judge(line, this.#maxLineBytes, memory);
      if (verdict.rejected !== null) {
        rejected.push(`line ${i + 1} of ${file}`);
        dead.push(verdict.rejected, NEWLINE);
      }
      const isTooLong = verdict.rejected !== null &&
        line.length > this.#maxLineBytes;
      if (emit === "events" && !isTooLong) {
        stdout += this.#pass(line, verdict.event);
      } else if (emit === "turns" && verdict.event !== null) {
        stdout += this.emit(verdict.event);
      }
    }
    return { stdout, rejected, deadLetter: concat(dead) };
  }

  /** Applies an event and gives what stdout gets of it. */
  emit(event: LogEvent): string {
    return this.apply(event).map((it) => JSON.stringify(it) + "\n").join("");
  }

  /** What `--emit events` writes of a line. */
  #pass(line: Bytes, event: LogEvent | null): string {
    const opened = open(line);
    if (opened === null) return "";
    const { text, owner } = opened;
    const found = owner === null ? undefined : this.#find(owner);
    const turns = event !== null
      ? this.apply(event)
      : found
      ? [found.record]
      : [];
    const turn = turns.pop();
    if (turn === undefined) return `${text}\n`;
    const members = JSON.stringify({
      turn_id_glob: turn.turn_id_glob,
      session_turn: turn.session_turn,
      session_pid_turn: turn.session_pid_turn,
      turn_status: turn.status,
      orphaned_turn_ids: turns.length > 0
        ? turns.map((orphan) => orphan.turn_id_glob)
        : undefined,
    }).slice(1, -1);
    const end = text.lastIndexOf("}");
    return `${text.slice(0, end)},${members}${text.slice(end)}\n`;
  }

  /** Applies an event and gives the records to emit. */
  apply(event: LogEvent): TurnRecord[] {
    const turns = event.kind === "prompt"
      ? this.#prompt(event)
      : this.#answerOrEnd(event);
    return turns.map(({ record }) => ({ ...record }));
  }

  /** The table `turns`, by id. */
  records(): TurnRecord[] {
    return this.#turns.map(({ record }) => ({ ...record }));
  }

  /** The column `dedup_hash`, by id. */
  hashes(): string[] {
    return this.#turns.map(({ key }) =>
      createHash("sha256").update(utf8(key)).digest("hex")
    );
  }

  /** SPEC section 2. */
  #prompt(prompt: Prompt): Turn[] {
    const key = keyOf(prompt);
    const turn = this.#turns.find((it) => it.key === key) ??
      this.#mint(prompt, key);
    return [...this.#turns.filter((it) => it.orphanedBy === turn), turn];
  }

  #mint(prompt: Prompt, key: string): Turn {
    const session = this.#turns.filter((it) => it.prompt.sid === prompt.sid);
    const process = session.filter((it) => it.prompt.pid === prompt.pid);
    const turn: Turn = {
      prompt,
      key,
      at: instantOf(prompt.t)!,
      answeredAt: null,
      orphanedBy: null,
      record: {
        turn_id_glob: this.#firstId + this.#turns.length,
        sid: prompt.sid,
        pid: prompt.pid,
        session_turn: session.length + 1,
        session_pid_turn: process.length + 1,
        status: "waiting_response",
        user_text: prompt.text,
        assistant_text: null,
        start_time: prompt.t,
        end_time: null,
        duration_ms: null,
        original_turn_id: prompt.turnId,
        pid_mismatch: false,
        agent: prompt.agent,
        cwd: prompt.cwd,
        outcome: null,
        outcome_reason: null,
        outcome_time: null,
      },
    };
    this.#turns.push(turn);
    const ordered = byStart([...process, turn]);
    const place = ordered.indexOf(turn);
    const before = ordered[place - 1];
    const after = ordered[place + 1];
    if (before?.record.status === "waiting_response") orphan(before, turn);
    if (after !== undefined) orphan(turn, after);
    return turn;
  }

  /** SPEC sections 3 and 3b. */
  #answerOrEnd(event: Answer | End): Turn[] {
    const key = keyOf(event);
    const known = this.#turnOf.get(key);
    if (known !== undefined) return [known];
    const turn = event.kind === "session end"
      ? this.#newest(event)
      : this.#find(event);
    if (turn === undefined) return [];
    this.#turnOf.set(key, turn);
    if (event.kind === "answer") this.#answer(event, turn);
    else if (turn.record.outcome === null) this.#end(event, turn);
    return [turn];
  }

  /** SPEC section 3, step 2. */
  #answer(answer: Answer, turn: Turn): void {
    const at = instantOf(answer.t)!;
    if (turn.answeredAt !== null && at < turn.answeredAt) return;
    turn.answeredAt = at;
    const { record } = turn;
    record.status = "completed";
    // An empty text leaves the text that is there.
    record.assistant_text = answer.text || (record.assistant_text ?? "");
    record.end_time = answer.t;
    record.duration_ms = Math.max(0, at - turn.at);
    record.pid_mismatch = !this.#turns.some(({ prompt }) =>
      prompt.sid === answer.sid && prompt.pid === answer.pid
    );
  }

  /** SPEC section 3b. */
  #end(end: End, turn: Turn): void {
    const { record } = turn;
    record.outcome = end.kind === "end" ? end.outcome : "aborted";
    record.outcome_reason = end.reason;
    record.outcome_time = end.t;
    if (turn.answeredAt !== null) return;
    if (record.outcome === "completed") {
      record.status = "completed";
      record.end_time = end.t;
      record.duration_ms = Math.max(0, instantOf(end.t)! - turn.at);
    } else {
      record.status = "orphaned";
      turn.orphanedBy = null;
    }
  }

  /** The newest turn of a process that started at or before an event. */
  #newest({ sid, pid, t }: Owner): Turn | undefined {
    const process = this.#turns.filter(({ prompt }) =>
      prompt.sid === sid && prompt.pid === pid
    );
    return byStart(process).findLast((turn) => turn.at <= instantOf(t)!);
  }

  /** SPEC section 3, step 1. */
  #find({ sid, pid, t, turnId }: Owner): Turn | undefined {
    const at = instantOf(t)!;
    const hasBegun = (turn: Turn) => turn.at <= at;
    const session = byStart(this.#turns.filter((it) => it.prompt.sid === sid));
    const process = session.filter((it) => it.prompt.pid === pid);
    const named = process.filter((it) =>
      turnId !== null && it.prompt.turnId === turnId
    );
    if (named.length > 0) return named.findLast(hasBegun) ?? named[0];
    const turn = (process.length > 0 ? process : session).findLast(hasBegun);
    const other = turn?.prompt.turnId ?? null;
    const differs = turnId !== null && other !== null && other !== turnId;
    return differs ? undefined : turn;
  }
}

/** An event's identity. */
function keyOf(event: LogEvent): string {
  const { sid, pid, t, turnId } = event;
  const key = `${sid}|${pid}|${t}|`;
  if (event.kind === "prompt" || event.kind === "answer") {
    return key + event.text;
  }
  const isSession = event.kind === "session end";
  if (event.agent === "claude") {
    return `${key}claude.${isSession ? "session_end" : "stop"}|${turnId ?? ""}`;
  }
  const name = isSession
    ? SHUTDOWN
    : event.outcome === "completed"
    ? COMPLETED
    : ABORTED;
  return `${key}${name}|${turnId ?? ""}`;
}

function orphan(turn: Turn, by: Turn): void {
  turn.record.status = "orphaned";
  turn.orphanedBy = by;
}

function byStart(turns: Turn[]): Turn[] {
  return turns.sort((a, b) =>
    a.at - b.at || a.record.turn_id_glob - b.record.turn_id_glob
  );
}
