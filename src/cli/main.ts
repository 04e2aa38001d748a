/**
 * Runs the command that the command line names (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import { Failure, messageOf, ReaderGone, UsageError } from "../error.ts";
import { stdoutForText } from "../output/sink.ts";
import { status } from "../status/status.ts";
import { type Args, readArgs } from "./args/args.ts";
import { completions } from "./docs/completions.ts";
import { Console } from "../terminal/console.ts";
import { count } from "./count.ts";
import { HELP } from "./docs/help.ts";
import { manualPage } from "./docs/man.ts";

/**
 * Runs the program.
 *
 * @param argv The arguments after the program's name.
 * @returns The exit code.
 */
export async function main(argv: string[]): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  const color = isTerminal && !Deno.env.get("NO_COLOR");
  let console = new Console({ isTerminal, color });
  try {
    const args = readArgs(argv, Deno.env.get("TURN_COUNTER_DB"));
    console = new Console({ isTerminal, color, ...args });
    return await COMMANDS[args.command](args as never, console) ?? 0;
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

type Commands = {
  [Name in Args["command"]]: (
    args: Extract<Args, { command: Name }>,
    console: Console,
  ) => Promise<number | void>;
};

const COMMANDS: Commands = {
  help: () => print(HELP),
  version: () => print(`turn-counter ${config.version}\n`),
  run: count,
  status: (args) => status({ ...args, color: !Deno.env.get("NO_COLOR") }),
  completions: ({ shell }) => print(completions(shell)),
  man: () => print(manualPage(config.version)),
};

function print(text: string): Promise<void> {
  return stdoutForText.write(new TextEncoder().encode(text));
}
