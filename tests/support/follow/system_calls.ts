/**
 * The calls by which a follower looks at files, so that a test can do something
 * between any two of them, refuse one, or count them.
 *
 * @module
 */

/** The calls of the system as they are, whatever is between them and a follower. */
export const REAL = { ...Deno };

const READ = Deno.FsFile.prototype.readSync;

/** Is called before each look at a file or a directory. */
export type BeforeCall = (
  call: "open" | "stat" | "list" | "read",
  path: string,
) => void;

/** Puts something before the calls of this process, until it is disposed of. */
export class SystemCalls implements Disposable {
  #opened: Deno.FsFile[] = [];

  constructor(before: BeforeCall) {
    Deno.openSync = (path, options) => {
      before("open", `${path}`);
      const file = REAL.openSync(path, options);
      this.#opened.push(file);
      return file;
    };
    Deno.FsFile.prototype.readSync = function (buffer) {
      before("read", "");
      return READ.call(this, buffer);
    };
    Deno.statSync = (path) => {
      before("stat", `${path}`);
      return REAL.statSync(path);
    };
    Deno.readDirSync = (path) => {
      before("list", `${path}`);
      return REAL.readDirSync(path);
    };
  }

  /** Closes what the calls opened and is still open, as the end of a process does. */
  closeAll(): void {
    for (const file of this.#opened.splice(0)) {
      try {
        file.close();
      } catch (error) {
        if (!(error instanceof Deno.errors.BadResource)) throw error;
      }
    }
  }

  [Symbol.dispose](): void {
    const { openSync, statSync, readDirSync } = REAL;
    Object.assign(Deno, { openSync, statSync, readDirSync });
    Deno.FsFile.prototype.readSync = READ;
  }
}
