/**
 * Runs the program on a terminal.
 *
 * @module
 */

import { COMMAND, run, Running } from "./program.ts";

/**
 * The command that runs a bash script on a new terminal. By default `script`
 * starts the shell of the user; dash would end on the Ctrl-C that is meant for
 * the program.
 */
export function onTerminal(script: string): string[] {
  return ["env", "SHELL=/bin/bash", "script", "-qefc", script, "/dev/null"];
}

/** Quotes a word for a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command of the program with arguments, quoted for a shell. */
export function asWords(args: string[] = []): string {
  return [...COMMAND, ...args].map(quote).join(" ");
}

/** A shell script with the program as `"$@"`, on a new terminal. */
export class Terminal extends Running {
  #tty: string;

  private constructor(command: string, tty: string) {
    super(onTerminal(command));
    this.#tty = tty;
  }

  /**
   * Starts a script, with colours enabled.
   *
   * @param folder A folder for a temporary file.
   * @param columns The width of the terminal; its height is 24 rows.
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

  /** Reads lines up to one that contains `text`, and returns all of them. */
  async until(text: string): Promise<string> {
    let seen = "";
    while (!seen.includes(text)) {
      const line = await this.line();
      if (line === undefined) throw new Error(`no ${text} in ${seen}`);
      seen += `${line}\n`;
    }
    return seen;
  }

  /** Changes its width. */
  async resize(columns: number): Promise<void> {
    const tty = Deno.readTextFileSync(this.#tty).trim();
    await run(["stty", "-F", tty, "cols", String(columns)]);
  }
}
