/**
 * Places for the files of a test, gone when it ends.
 *
 * @module
 */

/** A folder of a test's own. */
export class TempDir implements Disposable {
  /** Its absolute path. */
  readonly path: string = Deno.makeTempDirSync({
    prefix: "turn-counter-test-",
  });

  /** The path of a file in it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Writes a file into it and gives its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = this.file(name);
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return path;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
