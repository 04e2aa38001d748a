/**
 * The program: from the command line to an exit code (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { codex } from "../dialect/codex.ts";
import { Failure, messageOf, ReaderGone, UsageError } from "../error.ts";
import { run } from "../run.ts";
import { stdout } from "../sink.ts";
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
  const sources = await Promise.all(args.sources.map(openSource));
  args.sources.forEach((path) => refuseSameFile(path, args.db));
  if (args.isDefaultDb) refuseForeignFiles(args.db);
  using store = new SqliteStore(args.db, args);
  const counts = await run(
    {
      sources,
      dialect: codex,
      tracker: new Tracker(store),
      sink: stdout,
      observer: voice,
    },
    { ...args, signal },
  );
  voice.summary(counts);
}

/** @throws {UsageError} Where a log would be written over by the database. */
function refuseSameFile(log: string, db: string): void {
  const identity = (path: string) => {
    try {
      const { dev, ino } = Deno.statSync(path);
      return `${dev} ${ino}`;
    } catch {
      // What is not there is no file yet; anything else is told when it is opened.
      return null;
    }
  };
  const id = log === "-" ? null : identity(log);
  if (id !== null && id === identity(db)) {
    throw new UsageError(
      `${JSON.stringify(log)} is both the log and the database`,
    );
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
