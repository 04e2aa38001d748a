/**
 * Runs the command that the command line names (SPEC sections 7 and 8).
 *
 * @module
 */

import config from "../../deno.json" with { type: "json" };
import {
  Failure,
  messageOf,
  ReaderGone,
  Stopped,
  UsageError,
} from "../error.ts";
import { print } from "../output/sink.ts";
import { type Args, namedCommand, readArgs } from "./args/args.ts";
import { Console } from "../terminal/console.ts";

/**
 * Runs the program.
 *
 * @param argv The arguments after the program's name.
 * @returns The exit code.
 */
export async function main(argv: string[]): Promise<number> {
  const isTerminal = Deno.stderr.isTerminal();
  let console = new Console({ isTerminal, color: false });
  try {
    const color = isTerminal && hasColor();
    console = new Console({ isTerminal, color });
    const args = readArgs(argv, readVariable("TURN_COUNTER_DB"));
    console = new Console({ isTerminal, color, ...args });
    const run = COMMANDS[args.command];
    return await run(args as never, console) ?? 0;
  } catch (thrown) {
    // The first error is the cause; the later one, of a clean-up, may follow from it.
    const error = thrown instanceof SuppressedError
      ? thrown.suppressed
      : thrown;
    if (error instanceof ReaderGone || error instanceof Stopped) return 0;
    if (error instanceof UsageError) {
      const named = namedCommand(argv);
      const help = named === undefined ? "--help" : `help ${named}`;
      console.error(`${error.message}; see turn-counter ${help}`);
      return 2;
    }
    console.error(explain(error));
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

type Commands = {
  [Name in Args["command"]]: (
    args: Extract<Args, { command: Name }>,
    console: Console,
  ) => Promise<number | void>;
};

/** Each command loads only the modules that it needs. */
const COMMANDS: Commands = {
  async help({ of }) {
    const { HELP, helpOf } = await import("./docs/help.ts");
    await print(of === null ? HELP : helpOf(of));
  },
  version: () => print(`turn-counter ${config.version}\n`),
  async run(args, console) {
    const { count } = await import("./count.ts");
    return await count(args, console);
  },
  async status(args) {
    const { status } = await import("../status/status.ts");
    const { version } = config;
    return await status({ ...args, version, color: hasColor() });
  },
  async turns(args, console) {
    const { turns } = await import("../browse/turns.ts");
    await turns({ ...args, color: hasColor() }, console);
  },
  async show(args) {
    const { show } = await import("../browse/show.ts");
    await show({ ...args, color: hasColor() });
  },
  async report(args) {
    const { report } = await import("../report/report.ts");
    await report(args);
  },
  async forget(args) {
    const { forget } = await import("./forget.ts");
    await forget(args);
  },
  async formats() {
    const { formats } = await import("./formats.ts");
    await print(formats());
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
