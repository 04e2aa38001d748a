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

  const sources = await Promise.all(args.sources.map(openSource));
  const signal = stopSignal();
  using store = new SqliteStore(args.db, args);
  await run(
    {
      sources,
      dialect: codex,
      tracker: new Tracker(store),
      sink: stdout,
      observer: voice,
    },
    { ...args, signal },
  );
}

/** Aborts on SIGINT and SIGTERM. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => controller.abort());
  }
  return controller.signal;
}
