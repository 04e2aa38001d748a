/**
 * Random session files, of sessions and of forks that copy them.
 *
 * @module
 */

import type { Dialect } from "../../src/dialect/dialect.ts";
import { codex } from "../../src/dialect/codex/codex.ts";
import type { Json } from "../../src/dialect/json.ts";
import { pi } from "../../src/dialect/pi/pi.ts";
import type { Random } from "../../tools/gen_log/random.ts";
import {
  aborted,
  agent,
  agentItem,
  complete,
  event,
  item,
  meta,
  response,
  rolloutLine,
  started,
  time,
  toolResult,
  user,
  userItem,
  uuid,
} from "./rollouts.ts";
import type { TurnRow } from "./session_logs.ts";

/** How the files of a dialect are made up. */
export interface AnySessions {
  dialect: Dialect;
  /**
   * The lines of files, parents before their forks. Copies keep their times if
   * `keepsTimes`.
   */
  files(random: Random, keepsTimes: boolean): Json[][];
  /** What of a turn depends on which file it is read from first. */
  dependsOnOrder?: (keyof TurnRow)[];
}

const TEXTS = ["go", "go now", 'say "user_message"', "é \u2028 {", "<tag>", ""];

/** A clock that gives seconds, each later than the one before. */
export class Clock {
  #second = 0;
  next(): number {
    return ++this.#second;
  }
}

/** Files, each with its parent, if it is a fork. */
export function anyTree(
  random: Random,
  begin: (parent: Json[] | null) => Json[],
  turn: () => Json[],
  mayBeForked: (file: Json[]) => boolean = () => true,
): Json[][] {
  const files: Json[][] = [];
  const count = random.between(1, 4);
  for (let i = 0; i < count; i++) {
    const parents = files.filter(mayBeForked);
    const isFork = parents.length > 0 && random.chance(0.6);
    const parent = isFork ? random.pick(parents) : null;
    const lines = begin(parent);
    for (let n = random.below(4); n > 0; n--) lines.push(...turn());
    // A kill leaves the last turn open.
    const most = Math.max(1, lines.length - random.below(3));
    if (random.chance(0.3)) lines.splice(most);
    files.push(lines);
  }
  return files;
}

/** Rollouts of Codex, legacy and paginated. */
export const anyRollouts: AnySessions = {
  dialect: codex,
  files(random, keepsTimes) {
    const clock = new Clock();
    const isPaginated = random.chance(0.3);
    const ids = new Map<Json[], number>();
    return anyTree(random, (parent) => {
      const second = clock.next();
      // Forks of paginated rollouts copy nothing.
      const copied = parent === null || isPaginated ? [] : parent.map((line) =>
        //
        keepsTimes ? line : { ...line, timestamp: time(second) }
      );
      const from = copied.length > 0 ? ids.get(parent!) : undefined;
      const lines = [
        meta(second, {
          ...(from === undefined ? {} : { forked_from_id: uuid(from) }),
          ...(isPaginated ? { history_mode: "paginated" } : {}),
          ...(random.chance(0.1) ? { thread_source: "subagent" } : {}),
        }),
        ...copied,
      ];
      ids.set(lines, second);
      return lines;
    }, () => anyTurn(random, clock, isPaginated));
  },
};

function anyTurn(random: Random, clock: Clock, isPaginated: boolean): Json[] {
  const turn = clock.next();
  const lines = random.chance(0.9) ? started(turn) : started(turn).slice(1);
  const prompt = () => {
    const text = random.pick(TEXTS);
    const second = clock.next();
    if (!isPaginated) return [user(second, text)];
    const both = [response(second, turn, [["user.text", text]])];
    return random.chance(0.5) ? [...both, userItem(second, turn, text)] : both;
  };
  const answer = () => {
    const [second, text] = [clock.next(), random.pick(TEXTS)];
    if (random.chance(0.2)) {
      return [item(second, turn, { type: "Plan", id: `p${second}`, text })];
    }
    return [isPaginated ? agentItem(second, turn, text) : agent(second, text)];
  };
  // A compaction has no prompt.
  if (random.chance(0.9)) lines.push(...prompt());
  for (let n = random.below(5); n > 0; n--) {
    lines.push(
      ...random.pick([
        answer,
        () => [toolResult(clock.next(), random.pick(TEXTS).repeat(50))],
        () => [event(clock.next(), "token_count", { info: null })],
        () => random.chance(0.3) ? prompt() : [],
        () => [rolloutLine(clock.next(), "compacted", { message: "" })],
      ])(),
    );
  }
  lines.push(
    ...random.pick([
      () => [complete(clock.next(), turn)],
      () => [complete(clock.next(), turn, { error: { message: "x" } })],
      () => [aborted(clock.next(), turn)],
      () => [],
    ])(),
  );
  return lines;
}

/** Sessions of pi. */
export const anyPiSessions: AnySessions = {
  dialect: pi,
  files(random) {
    const clock = new Clock();
    const ids = new Map<Json[], string>();
    const message = (message: Json) => {
      const second = clock.next();
      return {
        type: "message",
        id: `e${second}`,
        timestamp: time(second),
        message,
      };
    };
    const text = (type = "text") => [{ type, text: random.pick(TEXTS) }];
    return anyTree(random, (parent) => {
      const second = clock.next();
      const from = parent === null ? undefined : ids.get(parent);
      const path = from && { parentSession: `/s/--w--/x_${from}.jsonl` };
      const first = { type: "session", id: `S${second}`, cwd: "/w" };
      const lines = [
        { ...first, timestamp: time(second), ...path },
        ...(parent?.slice(1) ?? []),
      ];
      ids.set(lines, first.id);
      return lines;
    }, () => [
      message({ role: "user", content: text() }),
      ...Array.from({ length: random.below(3) }, () =>
        random.pick([
          () => message({ role: "toolResult", content: text() }),
          () =>
            message({
              ...{ role: "assistant", content: text() },
              stopReason: "toolUse",
            }),
        ])()),
      message({
        ...{
          role: "assistant",
          content: text(random.pick(["text", "thinking"])),
        },
        stopReason: random.pick(["stop", "length", "aborted", "error"]),
      }),
      // A fork of a fork does not name its oldest ancestor.
    ], ([first]) => !("parentSession" in first));
  },
};
