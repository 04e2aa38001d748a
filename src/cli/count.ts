/**
 * The command that counts turns: opens what the arguments name, and runs it.
 *
 * @module
 */

import { DeadLetter } from "../output/dead_letter.ts";
import { Delivery } from "../delivery/delivery.ts";
import { dialectNamed, DIALECTS } from "../dialect/dialects.ts";
import { EventOutput } from "../output/event_output.ts";
import type { Output } from "../output/output.ts";
import { stdout } from "../output/sink.ts";
import { TurnOutput } from "../output/turn_output.ts";
import { run } from "../run.ts";
import { MOST_LINE_BYTES } from "../source/lines.ts";
import { openSources } from "../source/open_sources.ts";
import { isStdin, type Source } from "../source/source.ts";
import {
  isPostgres,
  nameOf,
  openStore,
  refuseForeignFiles,
} from "../store/open.ts";
import { isWritable, STDOUT } from "../system/poll.ts";
import { type Counts, noCounts } from "../turns/counts.ts";
import { Tracker } from "../turns/tracker.ts";
import { TurnLookup } from "../turns/turn_lookup.ts";
import type { Emit } from "./args/options.ts";
import type { RunArgs } from "./args/args.ts";
import type { Console } from "../terminal/console.ts";
import type { ProgressLine } from "../terminal/progress.ts";
import { stopSignal } from "../system/signals.ts";
import { refuseSameFiles, refuseSessionDirectories } from "./file_roles.ts";

/** After how long without input from a terminal to print a hint, in milliseconds. */
const HINT_DELAY_MS = 3000;
/** After how long a wait for other writers counts as blocked, in milliseconds. */
const BLOCKED_MS = 1000;

/**
 * Reads the sources to their ends, or follows one until it is stopped.
 *
 * @returns The exit code: 1 if a source was damaged, or not recognised.
 * @throws {UsageError} If the arguments contradict each other or the files.
 * @throws {Failure} If a source cannot be read, or the database or stdout
 * cannot be written.
 * @throws {ReaderGone} If stdout is closed.
 */
export async function count(args: RunArgs, console: Console): Promise<number> {
  let waitedMs = () => 0;
  // What was committed is known then, and a run does not know what another emitted.
  const again = args.skipReplayed
    ? "read the log again without --skip-replayed"
    : "read the log again";
  const blocker = () => blockerOf(args.db, waitedMs());
  const signal = stopSignal(
    () => blocker() !== undefined,
    () =>
      console.error(
        `stopped while ${
          blocker() ?? "the events in hand were being committed"
        }; committed events are in the database, ${again} for the rest`,
      ),
  );
  let exitCode = 0;
  const damaged = (name: string, reason: string) => {
    // A script that deletes what was read must see that it was not complete. A
    // follower reports it at once, and has no end of input.
    if (!args.follow) exitCode = 1;
    console.error(
      `${
        JSON.stringify(name)
      } is damaged: ${reason}; the lines before that were read`,
    );
  };
  const skipped = (path: string, reason: string) => {
    exitCode = 1;
    console.error(
      `cannot read ${JSON.stringify(path)}: ${reason}; it was left out`,
    );
  };
  const empty = (directory: string) =>
    console.warn(
      `there is no session file below ${
        JSON.stringify(directory)
      }; turn-counter formats lists where agents keep theirs`,
    );
  const reported = new Set<string>();
  const unrecognised = (name: string) => {
    if (!args.follow) exitCode = 1;
    // A followed log has new files of its name.
    if (reported.has(name)) return;
    reported.add(name);
    const message = describeUnrecognised(name, args.format);
    // A follower continues; where the program ends with 1 for it, it is an error.
    if (args.follow) console.warn(message);
    else console.error(message);
  };
  const dialect = dialectNamed(args.format);
  // What one run needs and another does not would slow the start of both.
  const followed = args.follow
    ? new (await import("./followed_sources.ts")).FollowedSources(args)
    : null;
  const sources: Source[] = followed === null
    ? await openSources(args.sources, { damaged, skipped, empty }, dialect)
    : [];
  refuseSameFiles(args);
  refuseSessionDirectories(args);
  followed?.refuseOwnFiles();
  if (args.isDefaultDb) refuseForeignFiles(args.db);
  using deadLetter = args.deadLetter === null
    ? null
    : new DeadLetter(args.deadLetter, args.synchronous === "full");
  using store = await openStore(args.db, {
    ...{ ...args, signal, warn: (message) => console.error(message) },
    // What is followed is read once the server is back.
    ...(args.follow ? { outageLimitMs: Infinity } : {}),
  });
  waitedMs = () => store.waitedMs;
  if (followed !== null) {
    const report = (message: string) => console.error(message);
    sources.push(await followed.open(store, report, damaged));
  }
  const tracker = new Tracker(store);
  const output = OUTPUTS[args.emit](tracker);
  const counts = noCounts();
  const hint = () => {
    if (counts.bytes === 0) console.waiting();
  };
  const readsTerminal = args.sources.some(isStdin) && Deno.stdin.isTerminal();
  const timer = readsTerminal ? setTimeout(hint, HINT_DELAY_MS) : undefined;
  await using progress = console.isWatched
    ? await showProgress(sources, counts, console)
    : null;
  const delivery = new Delivery(
    {
      ...{
        store,
        tracker,
        output,
        sink: stdout(`${again} to get the rest`),
        deadLetter,
      },
      ...{ observer: console, counts },
    },
    args,
  );
  await run(sources, delivery, {
    ...{ dialect, unrecognised },
    maxLineBytes: args.maxLineBytes,
    otherLineBytes: output.wantsEveryLine ? MOST_LINE_BYTES : undefined,
    spool: deadLetter === null ? undefined : () => deadLetter.spool(),
    tally: counts,
  }, signal);
  clearTimeout(timer);
  await progress?.end();
  console.summary(counts);
  return exitCode;
}

async function showProgress(
  sources: Source[],
  counts: Counts,
  console: Console,
): Promise<ProgressLine> {
  const { ProgressLine } = await import("../terminal/progress.ts");
  return new ProgressLine(sources, counts, console);
}

/** SPEC section 7: nothing in a source was recognised. */
function describeUnrecognised(name: string, format: string): string {
  const as = format === "auto" ? "" : ` as ${format}`;
  const known = DIALECTS.map(({ name }) => name).join(", ");
  return `no line of ${
    JSON.stringify(name)
  } was recognised${as}; known formats are ${known}, see turn-counter formats, and --format NAME forces one`;
}

/** What the events in hand wait for, as a clause, if it may never come. */
function blockerOf(db: string, waitedMs: number): string | undefined {
  if (waitedMs > BLOCKED_MS) {
    const named = JSON.stringify(nameOf(db));
    return isPostgres(db)
      ? `database ${named} was not reachable, or written by another turn-counter`
      : `another turn-counter was writing ${named}`;
  }
  return isWritable(STDOUT) ? undefined : "stdout was blocked";
}

/** The outputs, by the value of `--emit`. */
const OUTPUTS: Record<Emit, (tracker: Tracker) => Output> = {
  turns: () => new TurnOutput(),
  events: (tracker) => new EventOutput(new TurnLookup(tracker)),
};
