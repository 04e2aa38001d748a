/**
 * Runs the command that the command line names (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { Failure, messageOf, ReaderGone, UsageError } from "../error.ts";
import { stdoutForText } from "../output/sink.ts";
import { type Args, readArgs } from "./args/args.ts";
import { Console } from "../terminal/console.ts";

/**
 * Runs the program.
 *
 * @param argv The arguments after the program's name.
 * @param withSqlite Imports modules that need SQLite.
 * @returns The exit code.
 */
export async function main(
  argv: string[],
  withSqlite: WithSqlite,
): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  const color = isTerminal && !Deno.env.get("NO_COLOR");
  let console = new Console({ isTerminal, color });
  try {
    const args = readArgs(argv, Deno.env.get("TURN_COUNTER_DB"));
    console = new Console({ isTerminal, color, ...args });
    const run = COMMANDS[args.command];
    return await run(args as never, console, withSqlite) ?? 0;
  } catch (thrown) {
    // The first error is the cause; the later one, of a clean-up, may follow from it.
    const error = thrown instanceof SuppressedError
      ? thrown.suppressed
      : thrown;
    if (error instanceof ReaderGone) return 0;
    if (error instanceof UsageError) {
      console.error(`${error.message}; see turn-counter --help`);
      return 2;
    }
    console.error(
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
    console: Console,
    withSqlite: WithSqlite,
  ) => Promise<number | void>;
};

/** What one command needs is loaded for that command alone. */
const COMMANDS: Commands = {
  help: async () => print((await import("./docs/help.ts")).HELP),
  version: () => print(`turn-counter ${config.version}\n`),
  async run(args, console, withSqlite) {
    const { count } = await withSqlite(() => import("./count.ts"));
    return await count(args, console);
  },
  async status(args, _, withSqlite) {
    const { status } = await withSqlite(() => import("../status/status.ts"));
    return await status({ ...args, color: !Deno.env.get("NO_COLOR") });
  },
  async completions({ shell }) {
    const { completions } = await import("./docs/completions.ts");
    await print(completions(shell));
  },
  async man() {
    const { manualPage } = await import("./docs/man.ts");
    await print(manualPage(config.version));
  },
};

function print(text: string): Promise<void> {
  return stdoutForText.write(new TextEncoder().encode(text));
}
