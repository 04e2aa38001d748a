/**
 * The program: from the command line to an exit code (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { DeadLetter } from "../dead_letter.ts";
import { codex } from "../dialect/codex.ts";
import { Failure, messageOf, ReaderGone, UsageError } from "../error.ts";
import { run } from "../run.ts";
import { stdout } from "../sink.ts";
import { checkFollowable, Follower } from "../source/follow/follower.ts";
import { openSource } from "../source/source.ts";
import { refuseForeignFiles } from "../store/shared_path.ts";
import { SqliteStore } from "../store/store.ts";
import { Tracker } from "../tracker.ts";
import { type Args, readArgs } from "./args.ts";
import { Console } from "./console.ts";
import { HELP } from "./help.ts";

/**
 * Runs the program.
 *
 * @param argv The arguments behind the program's name.
 * @returns The exit code.
 */
export async function main(argv: string[]): Promise<number> {
  const color = Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR");
  let voice = new Console({ verbose: false, color });
  try {
    const args = readArgs(argv, Deno.env.get("TURN_COUNTER_DB"));
    voice = new Console({ verbose: args.verbose && !args.quiet, color });
    await execute(args, voice);
    return 0;
  } catch (error) {
    if (error instanceof ReaderGone) return 0;
    if (error instanceof UsageError) {
      voice.error(`${error.message}; turn-counter --help tells more`);
      return 2;
    }
    voice.error(
      error instanceof Failure
        ? error.message
        : `${
          messageOf(error)
        }; this is a defect of turn-counter, please report it`,
    );
    return 1;
  }
}

async function execute(args: Args, voice: Console): Promise<void> {
  if (args.help) return await stdout.write(HELP);
  if (args.version) {
    return await stdout.write(`turn-counter ${config.version}\n`);
  }

  const signal = stopSignal(voice);
  const tell = (message: string) => voice.error(message);
  const damaged = (name: string, reason: string) =>
    tell(
      `${
        JSON.stringify(name)
      } is damaged: ${reason}; what stands before that was read`,
    );
  const followed = args.follow ? checkFollowable(args.sources[0]) : null;
  const sources = followed !== null
    ? []
    : await Promise.all(args.sources.map((path) => openSource(path, damaged)));
  refuseSameFiles(args);
  if (args.isDefaultDb) refuseForeignFiles(args.db);
  const deadLetter = args.deadLetter === null
    ? null
    : new DeadLetter(args.deadLetter, args.synchronous === "full");
  using store = new SqliteStore(args.db, args);
  const { checkpoints } = store;
  if (followed !== null) {
    store.claim(followed);
    const [name] = args.sources;
    sources.push(new Follower(name, followed, { checkpoints, tell, damaged }));
  }
  const counts = await run(
    {
      ...{ sources, checkpoints, deadLetter },
      dialect: codex,
      tracker: new Tracker(store),
      sink: stdout,
      observer: voice,
    },
    { ...args, signal },
  );
  voice.summary(counts);
}

/** @throws {UsageError} Where one file is to be two things. */
function refuseSameFiles({ sources, db, deadLetter }: Args): void {
  const identity = (path: string) => {
    try {
      const { dev, ino } = Deno.statSync(path);
      return `${dev} ${ino}`;
    } catch {
      // What is not there is no file yet; anything else is told when it is opened.
      return null;
    }
  };
  const roles: [role: string, path: string][] = [
    ...sources.filter((path) => path !== "-").map((path): [string, string] => [
      "the log",
      path,
    ]),
    ["the database", db],
    ...(deadLetter === null ? [] : [
      ["the file for rejected lines", deadLetter] as [string, string],
    ]),
  ];
  const seen = new Map<string, string>();
  for (const [role, path] of roles) {
    const id = identity(path);
    if (id === null) continue;
    const other = seen.get(id);
    if (other !== undefined && other !== role) {
      throw new UsageError(
        `${JSON.stringify(path)} is both ${other} and ${role}`,
      );
    }
    seen.set(id, role);
  }
}

/** How long the event in hand may take once a signal came, in milliseconds. */
const GRACE = 5000;

/**
 * Aborts on SIGINT and SIGTERM. Where stdout takes nothing, so that the event in
 * hand cannot be written, a second signal or the end of the grace period ends
 * the program at once.
 */
function stopSignal(voice: Console): AbortSignal {
  const controller = new AbortController();
  const giveUp = () => {
    voice.error(
      "stopped while nobody read stdout; what is committed is in the database, read the log again to have the rest",
    );
    Deno.exit(1);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => {
      if (controller.signal.aborted) giveUp();
      controller.abort();
      setTimeout(giveUp, GRACE);
    });
  }
  return controller.signal;
}
