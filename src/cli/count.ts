/**
 * The command that counts turns: joins what the arguments name, and runs it.
 *
 * @module
 */

import { parse } from "node:path";
import { DeadLetter } from "../output/dead_letter.ts";
import { codex } from "../dialect/sse/sse.ts";
import { UsageError } from "../error.ts";
import { EventOutput } from "../output/event_output.ts";
import type { Output } from "../output/output.ts";
import { stdout } from "../output/sink.ts";
import { TurnOutput } from "../output/turn_output.ts";
import { noCounts, run } from "../run.ts";
import { pathsOf, rotatedName, splitPath } from "../source/follow/scan.ts";
import { checkFollowable } from "../source/follow/followable.ts";
import { Follower } from "../source/follow/follower.ts";
import { isStdin, openSource, type Source } from "../source/source.ts";
import {
  DATABASE_SUFFIXES,
  refuseForeignFiles,
} from "../store/sqlite/shared_path.ts";
import { SqliteStore } from "../store/sqlite/store.ts";
import { unlessMissing } from "../system/unless_missing.ts";
import { Tracker } from "../turns/tracker.ts";
import { TurnLookup } from "../turns/turn_lookup.ts";
import type { Emit } from "./args/options.ts";
import type { RunArgs } from "./args/args.ts";
import type { Console } from "../terminal/console.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { stopSignal } from "../system/signals.ts";

/** How long a terminal may stay silent as input before it is told why, in milliseconds. */
const PATIENCE = 3000;

/**
 * Reads the sources to their ends, or follows one for ever.
 *
 * @returns The exit code: 1 where a source was damaged.
 * @throws {UsageError | Failure | ReaderGone} As its parts do.
 */
export async function count(args: RunArgs, voice: Console): Promise<number> {
  const signal = stopSignal(() =>
    voice.error(
      "stopped while nobody read stdout; what is committed is in the database, read the log again to have the rest",
    )
  );
  let exitCode = 0;
  const damaged = (name: string, reason: string) => {
    // Whoever deletes what was read must not take it for whole; a follower has
    // no end to tell it at.
    if (!args.follow) exitCode = 1;
    voice.error(
      `${
        JSON.stringify(name)
      } is damaged: ${reason}; what stands before that was read`,
    );
  };
  const followed = args.follow ? checkFollowable(args.sources[0]) : null;
  const sources: Source[] = followed === null
    ? await Promise.all(args.sources.map((path) => openSource(path, damaged)))
    : [];
  refuseSameFiles(args);
  const names = followed === null ? [] : pathsOf(followed);
  for (const name of names) refuseRotatedNames(name, args);
  if (args.isDefaultDb) refuseForeignFiles(args.db);
  using deadLetter = args.deadLetter === null
    ? null
    : new DeadLetter(args.deadLetter, args.synchronous === "full");
  using store = new SqliteStore(args.db, args);
  const { checkpoints } = store;
  if (followed !== null) {
    for (const name of names) store.claim(name);
    const tell = (message: string) => voice.error(message);
    const parts = { checkpoints, tell, damaged };
    sources.push(new Follower(args.sources[0], followed, parts));
  }
  const tracker = new Tracker(store);
  const output = OUTPUTS[args.emit](tracker, args);
  const counts = noCounts();
  const hint = setTimeout(() => {
    if (counts.bytes === 0) voice.waiting();
  }, PATIENCE);
  const waits = args.sources.some(isStdin) && Deno.stdin.isTerminal();
  if (!waits) clearTimeout(hint);
  await using progress = new ProgressLine(sources, counts, voice);
  await run(
    {
      ...{ sources, checkpoints, deadLetter, tracker, output },
      ...{ dialect: codex, sink: stdout, observer: voice },
    },
    { ...args, signal },
    counts,
  );
  clearTimeout(hint);
  await progress.end();
  voice.summary(counts);
  return exitCode;
}

/** The forms of output, by the value of `--emit`. */
const OUTPUTS: Record<Emit, (tracker: Tracker, args: RunArgs) => Output> = {
  turns: (_tracker, args) => new TurnOutput(stdout, args),
  events: (tracker, args) => {
    const lookup = new TurnLookup(tracker);
    return new EventOutput({ sink: stdout, dialect: codex, lookup }, args);
  },
};

/** @throws {UsageError} Where one file is to be two things. */
function refuseSameFiles({ sources, db, deadLetter }: RunArgs): void {
  const roles: [role: string, paths: string[]][] = [
    ["the log", sources.filter((path) => !isStdin(path))],
    ["the database", DATABASE_SUFFIXES.map((suffix) => db + suffix)],
    ["the file for rejected lines", deadLetter === null ? [] : [deadLetter]],
  ];
  const seen = new Map<string, string>();
  for (const [role, paths] of roles) {
    for (const path of paths) {
      const id = identity(path);
      const other = id === null ? undefined : seen.get(id);
      if (id === null || other === role) continue;
      if (other !== undefined) {
        throw new UsageError(
          `${
            JSON.stringify(path)
          } is both ${other} and ${role}; name another file for one of them`,
        );
      }
      seen.set(id, role);
    }
  }
}

/** @throws {UsageError} Where what is written would be read, as a rotated log. */
function refuseRotatedNames(followed: string, { db, deadLetter }: RunArgs) {
  const { directory, name } = splitPath(followed);
  const isRotated = rotatedName(name);
  for (const path of deadLetter === null ? [db] : [db, deadLetter]) {
    const { dir, base } = parse(path);
    if (!isRotated.test(base)) continue;
    if (unlessMissing(() => Deno.realPathSync(dir || ".")) !== directory) {
      continue;
    }
    throw new UsageError(
      `${
        JSON.stringify(path)
      } has the name of a rotated log, and would be read as one; choose another`,
    );
  }
}

/** What tells a file from others, be it there or not; `null` where nobody can say. */
function identity(path: string): string | null {
  const { dir, base } = parse(path);
  try {
    const info = unlessMissing(() => Deno.statSync(path));
    // A file that is not there yet is known by its folder and its name.
    const { dev, ino } = info ?? Deno.statSync(dir || ".");
    return `${dev} ${ino} ${info === undefined ? base : ""}`;
  } catch {
    // It is told when it is opened.
    return null;
  }
}
