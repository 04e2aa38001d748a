/**
 * Drives the program as a user does who sits at a terminal.
 *
 * @module
 */

import { COMMAND, run, Running } from "./program.ts";

/**
 * The command that runs a script of bash on a terminal of its own. Left alone,
 * `script` takes the shell of whoever runs the tests, and where that is dash, it
 * ends on the Ctrl-C that was meant for the program.
 */
export function onTerminal(script: string): string[] {
  return ["env", "SHELL=/bin/bash", "script", "-qefc", script, "/dev/null"];
}

/** A word as a shell takes it back. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The program as a script has it, with the arguments that are always given. */
export function asWords(args: string[] = []): string {
  return [...COMMAND, ...args].map(quote).join(" ");
}

/** A shell script with the program as `"$@"`, on a terminal of its own. */
export class Terminal extends Running {
  #tty: string;

  private constructor(command: string, tty: string) {
    super(onTerminal(command));
    this.#tty = tty;
  }

  /**
   * Starts a script, colours being welcome.
   *
   * @param folder Where a file may be written.
   * @param columns How wide the terminal is; it is 24 rows high.
   */
  static async run(
    script: string,
    { args, columns, folder }: {
      args: string[];
      columns: number;
      folder: string;
    },
  ): Promise<Terminal> {
    const tty = `${folder}/tty`;
    const setUp = `unset NO_COLOR; stty rows 24 cols ${columns}; tty >${
      quote(tty)
    }; echo ready`;
    const command = `${setUp}; set -- ${asWords(args)}; ${script}`;
    const terminal = new Terminal(command, tty);
    await terminal.until("ready");
    return terminal;
  }

  /** Reads lines up to one that holds `text`, and gives them all. */
  async until(text: string): Promise<string> {
    let seen = "";
    while (!seen.includes(text)) {
      const line = await this.line();
      if (line === undefined) throw new Error(`no ${text} in ${seen}`);
      seen += `${line}\n`;
    }
    return seen;
  }

  /** Makes it wider or narrower. */
  async resize(columns: number): Promise<void> {
    const tty = Deno.readTextFileSync(this.#tty).trim();
    await run(["stty", "-F", tty, "cols", String(columns)]);
  }
}
