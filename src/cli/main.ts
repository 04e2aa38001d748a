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
  let voice = new Console({ isTerminal, color: false });
  try {
    const color = isTerminal && hasColor();
    voice = new Console({ isTerminal, color });
    const args = readArgs(argv, readVariable("TURN_COUNTER_DB"));
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
    voice.error(explain(error));
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return error instanceof Deno.errors.InvalidData
    ? `${
      messageOf(error)
    }; rename it, or start the program elsewhere and pass absolute paths`
    : `${messageOf(error)}; this is a defect of turn-counter, please report it`;
}

/**
 * The value of an environment variable.
 *
 * @throws {UsageError} If it is not UTF-8.
 */
function readVariable(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.InvalidData)) throw error;
    throw new UsageError(
      `the environment variable ${name} is not valid UTF-8; set it to another value`,
    );
  }
}

function hasColor(): boolean {
  return !readVariable("NO_COLOR");
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
    return await status({ ...args, color: hasColor() });
  },
  completions: ({ shell }) => print(completions(shell)),
  man: () => print(manualPage(config.version)),
};

function print(text: string): Promise<void> {
  return stdoutForText.write(new TextEncoder().encode(text));
}
