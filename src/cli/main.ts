/**
 * The program: from the command line to an exit code (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { Failure, messageOf, ReaderGone, UsageError } from "../error.ts";
import { stdoutForText } from "../output/sink.ts";
import { type Args, readArgs } from "./args/args.ts";
import { completions } from "./docs/completions.ts";
import { Console } from "../terminal/console.ts";
import { HELP } from "./docs/help.ts";
import { manualPage } from "./docs/man.ts";

/**
 * Runs the program.
 *
 * @param argv The arguments behind the program's name.
 * @param withSqlite Imports modules that need SQLite.
 * @returns The exit code.
 */
export async function main(
  argv: string[],
  withSqlite: WithSqlite,
): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  const color = isTerminal && !Deno.env.get("NO_COLOR");
  let voice = new Console({ isTerminal, color });
  try {
    const args = readArgs(argv, Deno.env.get("TURN_COUNTER_DB"));
    voice = new Console({ isTerminal, color, ...args });
    return await COMMANDS[args.command](args as never, voice, withSqlite) ?? 0;
  } catch (thrown) {
    // What went wrong first says more than what did so in its wake.
    const error = thrown instanceof SuppressedError
      ? thrown.suppressed
      : thrown;
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

type WithSqlite = <T>(load: () => Promise<T>) => Promise<T>;

type Commands = {
  [Name in Args["command"]]: (
    args: Extract<Args, { command: Name }>,
    voice: Console,
    withSqlite: WithSqlite,
  ) => Promise<number | void>;
};

const COMMANDS: Commands = {
  help: () => print(HELP),
  version: () => print(`turn-counter ${config.version}\n`),
  async run(args, voice, withSqlite) {
    const { count } = await withSqlite(() => import("./count.ts"));
    return await count(args, voice);
  },
  async status(args, _, withSqlite) {
    const { status } = await withSqlite(() => import("../status/status.ts"));
    return await status({ ...args, color: !Deno.env.get("NO_COLOR") });
  },
  completions: ({ shell }) => print(completions(shell)),
  man: () => print(manualPage(config.version)),
};

function print(text: string): Promise<void> {
  return stdoutForText.write(new TextEncoder().encode(text));
}
