/**
 * The turns that a group of events concerns, in memory: read at once, and
 * written at once (SPEC section 4, group commit). No other program writes
 * meanwhile.
 *
 * @module
 */

import type { Position } from "../../turns/checkpoint.ts";
import type {
  Completion,
  Ending,
  Expected,
  Neighbours,
  NewTurn,
  Owner,
} from "../../turns/store.ts";
import { dedupHash } from "../../turns/tracker.ts";
import type { Turn } from "../../turns/turn.ts";
import { checkpointRow, type Moved } from "./checkpoints.ts";
import {
  type GroupRow,
  type groupSql,
  MOST_LATER,
} from "./group_statements.ts";
import { readTurn, type TurnRow } from "./statements.ts";
import { storable, storableName } from "./texts.ts";
import { type Held, Timeline } from "./timeline.ts";
import type { LinkTransactions } from "./transactions.ts";
import type { Turns } from "./turn_table.ts";

/** What a group does not know although it should: its events are applied one by one. */
class NotExpected extends Error {}

/** A process in memory. */
interface Process {
  sid: string;
  pid: number;
  turns: number;
  isCounted: boolean;
  /** `undefined` where it has too many turns. */
  timeline: Timeline | undefined;
}

/** The state of the database that matters to a group of events. */
export class Group implements Turns {
  #transactions: LinkTransactions;
  #table: Turns;
  #sql: ReturnType<typeof groupSql>;
  #held = new Map<number, Held>();
  /** By the hash of a prompt, its turn, if there is one. */
  #prompts = new Map<string, Held | null>();
  /** By the hash of an answer, the id of its turn, if it was given to one. */
  #answers = new Map<string, number | null>();
  #processes = new Map<string, Process>();
  #sessions = new Map<string, { turns: number; isCounted: boolean }>();
  #lastId = 0;
  /** What was changed, and is to be written. */
  #dirty = new Set<Held>();
  #remembered = new Map<string, number>();
  #positions = new Map<number, Moved>();
  #isCounted = false;
  #hasFailed = false;

  constructor(
    transactions: LinkTransactions,
    table: Turns,
    sql: ReturnType<typeof groupSql>,
  ) {
    this.#transactions = transactions;
    this.#table = table;
    this.#sql = sql;
  }

  /** Reads what the events need. */
  read({ events, owners }: Expected): void {
    const prompts = new Set<string>();
    const answers = new Set<string>();
    const since = new Map<string, [sid: string, pid: number, since: number]>();
    const add = ({ sid, pid, at }: Owner & { at: number }) => {
      const name = storableName(sid);
      const key = keyOf(name, pid);
      const before = since.get(key)?.[2] ?? Infinity;
      since.set(key, [name, pid, Math.min(at, before)]);
    };
    for (const event of events) {
      add(event);
      const hashes = event.kind === "prompt" ? prompts : answers;
      hashes.add(dedupHash(event.key));
      if ("promptKey" in event && event.promptKey !== null) {
        prompts.add(dedupHash(event.promptKey));
      }
    }
    owners.forEach(add);
    if (since.size === 0) return;
    for (const hash of prompts) this.#prompts.set(hash, null);
    for (const hash of answers) this.#answers.set(hash, null);
    const asked = [...since.values()].map(([sid, pid, at]) => {
      const timeline = new Timeline(at);
      const process = { sid, pid, turns: 0, isCounted: false, timeline };
      this.#processes.set(keyOf(sid, pid), process);
      return { sid, pid, since: at };
    });
    const rows = this.#transactions.find(
      this.#sql.read,
      [[...prompts], [...answers], asked].map((list) => JSON.stringify(list)),
    ) as GroupRow[];
    for (const row of rows) this.#take(row);
  }

  /** Writes what was changed. */
  write(): void {
    if (this.#hasFailed) throw new NotExpected("an event failed");
    const isClean = this.#dirty.size + this.#remembered.size +
            this.#positions.size === 0 && !this.#isCounted;
    if (isClean) return;
    const dirty = [...this.#dirty];
    const [added, changed] = ["new", "changed"].map((kind) =>
      dirty.filter(({ state }) => state === kind).map(turnColumns)
    );
    const counted = [...this.#processes.values()].filter(({ isCounted }) =>
      isCounted
    );
    const sessions = [...this.#sessions].filter(([, { isCounted }]) =>
      isCounted
    );
    const [written] = this.#transactions.change(this.#sql.write, [
      ...[added, changed].map((rows) => JSON.stringify(rows)),
      JSON.stringify(
        sessions.map(([sid, { turns }]) => ({ sid, turn_count: turns })),
      ),
      JSON.stringify(
        counted.map(({ sid, pid, turns }) => ({ sid, pid, turn_count: turns })),
      ),
      JSON.stringify(
        [...this.#remembered].map(([dedup_hash, turn_id_glob]) => ({
          ...{ dedup_hash, turn_id_glob },
        })),
      ),
      this.#isCounted ? this.#lastId : null,
      JSON.stringify([...this.#positions.values()].map(checkpointRow)),
    ]);
    if (written[0] !== added.length || written[1] !== changed.length) {
      throw new NotExpected("a row was left out");
    }
    for (const held of dirty) held.state = "stored";
    for (const process of counted) process.isCounted = false;
    for (const [, session] of sessions) session.isCounted = false;
    this.#dirty.clear();
    this.#remembered.clear();
    this.#positions.clear();
    this.#isCounted = false;
  }

  /** Notes that an event failed, so that some of its changes must be undone. */
  fail(): void {
    this.#hasFailed = true;
  }

  turnOfPrompt(hash: string): Turn | undefined {
    const held = this.#prompts.get(hash);
    if (held === undefined) return this.#stored().turnOfPrompt(hash);
    return held?.turn;
  }

  turnOfAnswer(hash: string): Turn | undefined {
    const id = this.#answers.get(hash);
    if (id === undefined) return this.#stored().turnOfAnswer(hash);
    // It may have been deleted by hand.
    return id === null ? undefined : this.#held.get(id)?.turn;
  }

  newestTurn(owner: Owner, at: number): Turn | undefined {
    const timeline = this.#timeline(owner, at);
    return timeline === undefined
      ? this.#stored().newestTurn(owner, at)
      : timeline.newest(at)?.turn;
  }

  nextTurn(owner: Owner, at: number): Turn | undefined {
    const timeline = this.#timeline(owner, at);
    return timeline === undefined
      ? this.#stored().nextTurn(owner, at)
      : timeline.next(at)?.turn;
  }

  newestNamedTurn(owner: Owner, turnId: string, at: number): Turn | undefined {
    const timeline = this.#timeline(owner, at);
    const held = timeline?.newestNamed(storableName(turnId), at);
    if (held !== undefined || timeline?.length === 0) return held?.turn;
    return this.#stored().newestNamedTurn(owner, turnId, at);
  }

  oldestNamedTurn(owner: Owner, turnId: string): Turn | undefined {
    // All of a process without turns is known.
    if (!this.#mayHaveTurns(owner)) return undefined;
    return this.#stored().oldestNamedTurn(owner, turnId);
  }

  newestSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#stored().newestSessionTurn(sid, at);
  }

  nextSessionTurn(sid: string, at: number): Turn | undefined {
    return this.#stored().nextSessionTurn(sid, at);
  }

  hasTurns(owner: Owner): boolean {
    const timeline = this.#process(owner)?.timeline;
    return timeline === undefined
      ? this.#stored().hasTurns(owner)
      : timeline.length > 0;
  }

  neighbours(owner: Owner, at: number): Neighbours {
    const timeline = this.#timeline(owner, at);
    if (timeline === undefined) return this.#stored().neighbours(owner, at);
    return {
      before: timeline.newest(at)?.turn,
      after: timeline.next(at)?.turn.id,
    };
  }

  mint({ prompt, hash, status, orphanedBy }: NewTurn): Turn {
    const process = this.#process(prompt);
    const session = this.#sessions.get(storableName(prompt.sid));
    if (process === undefined || session === undefined) {
      throw new NotExpected("a session was not expected");
    }
    process.isCounted = session.isCounted = this.#isCounted = true;
    const { sid, pid } = process;
    const turn: Turn = {
      ...{ id: ++this.#lastId, sid, pid, sessionTurn: ++session.turns },
      ...{ sessionPidTurn: ++process.turns, status, assistantText: null },
      ...{ userText: storable(prompt.text), startTime: storable(prompt.t) },
      ...{ endTime: null, durationMs: null, pidMismatch: false },
      ...{ turnId: storableName(prompt.turnId), startMs: prompt.at },
      ...{ endMs: null, agent: storableName(prompt.agent) },
      ...{ cwd: storable(prompt.cwd), outcome: null },
      ...{ outcomeReason: null, outcomeTime: null, forgottenMs: null },
    };
    const held: Held = { turn, state: "new", hash, orphanedBy };
    this.#held.set(turn.id, held);
    this.#prompts.set(hash, held);
    process.timeline?.add(held);
    this.#dirty.add(held);
    return turn;
  }

  orphan(id: number, by: number): Turn {
    const held = this.#held.get(id);
    if (held === undefined) throw new NotExpected("a turn was not expected");
    held.orphanedBy = by;
    return this.#change(held, { status: "orphaned" });
  }

  orphansOf(id: number): Turn[] {
    return this.#stored().orphansOf(id);
  }

  complete(turn: Turn, completion: Completion): Turn {
    const { at, durationMs, pidMismatch } = completion;
    const [text, t] = [completion.text, completion.t].map(storable);
    return this.#change(this.#hold(turn), {
      ...{ status: "completed", assistantText: text, endTime: t, endMs: at },
      ...{ durationMs, pidMismatch },
    });
  }

  end(turn: Turn, ending: Ending): Turn {
    const held = this.#hold(turn);
    if (ending.status === "orphaned") held.orphanedBy = null;
    const outcomeReason = storable(ending.outcomeReason);
    return this.#change(held, { ...ending, outcomeReason });
  }

  rememberAnswer(hash: string, id: number): boolean {
    const before = this.#answers.get(hash);
    if (before === undefined) throw new NotExpected("it was not expected");
    if (before !== null && before >= id) return false;
    this.#answers.set(hash, id);
    this.#remembered.set(hash, id);
    return true;
  }

  forget(): number {
    throw new NotExpected("the turns in memory would keep their texts");
  }

  /** Stores a position with the changes. */
  moveCheckpoint(position: Position, rejected = 0): void {
    const before = this.#positions.get(position.id)?.rejected ?? 0;
    this.#positions.set(position.id, {
      ...{ position, rejected: before + rejected },
    });
  }

  #take(row: GroupRow): void {
    switch (row[0]) {
      case "prompt":
        this.#prompts.set(row[1], this.#holdRow(row[2]));
        break;
      case "answer":
        this.#answers.set(row[1], row[2]);
        if (row[3] !== null) this.#holdRow(row[3]);
        break;
      case "turn": {
        const held = this.#holdRow(row[1]);
        const process = this.#process(held.turn)!;
        process.timeline?.add(held);
        // Some may be missing.
        if ((process.timeline?.length ?? 0) > MOST_LATER) {
          process.timeline = undefined;
        }
        break;
      }
      case "process":
        this.#processes.get(keyOf(row[1], row[2]))!.turns = row[3];
        break;
      case "session":
        this.#sessions.set(row[1], { turns: row[2], isCounted: false });
        break;
      case "minted":
        this.#lastId = row[1];
    }
  }

  /** The table, once it has all that was changed. */
  #stored(): Turns {
    this.write();
    return this.#table;
  }

  #process({ sid, pid }: Owner): Process | undefined {
    return this.#processes.get(keyOf(storableName(sid), pid));
  }

  /** The turns of a process, if it is known which they are at an instant. */
  #timeline(owner: Owner, at: number): Timeline | undefined {
    const timeline = this.#process(owner)?.timeline;
    return timeline?.covers(at) ? timeline : undefined;
  }

  #mayHaveTurns(owner: Owner): boolean {
    const timeline = this.#process(owner)?.timeline;
    return timeline === undefined || timeline.length > 0;
  }

  #holdRow(row: TurnRow): Held {
    return this.#hold(readTurn(row));
  }

  #hold(turn: Turn): Held {
    let held = this.#held.get(turn.id);
    if (held === undefined) {
      held = { turn, state: "stored" };
      this.#held.set(turn.id, held);
    }
    return held;
  }

  #change(held: Held, changes: Partial<Turn>): Turn {
    held.turn = { ...held.turn, ...changes };
    if (held.state === "stored") held.state = "changed";
    this.#dirty.add(held);
    return held.turn;
  }
}

function keyOf(sid: string, pid: number): string {
  return `${pid} ${sid}`;
}

/** A turn by the names of its columns. */
function turnColumns({ turn, state, hash, orphanedBy }: Held) {
  return {
    turn_id_glob: turn.id,
    sid: turn.sid,
    pid: turn.pid,
    session_turn: turn.sessionTurn,
    session_pid_turn: turn.sessionPidTurn,
    status: turn.status,
    // One that is stored never changes.
    user_text: state === "new" ? turn.userText : undefined,
    assistant_text: turn.assistantText,
    start_time: turn.startTime,
    end_time: turn.endTime,
    duration_ms: turn.durationMs,
    original_turn_id: turn.turnId,
    pid_mismatch: turn.pidMismatch,
    start_ms: turn.startMs,
    end_ms: turn.endMs,
    agent: turn.agent,
    cwd: turn.cwd,
    outcome: turn.outcome,
    outcome_reason: turn.outcomeReason,
    outcome_time: turn.outcomeTime,
    dedup_hash: hash,
    orphaned_by: orphanedBy,
    sets_orphaned_by: orphanedBy !== undefined,
  };
}
