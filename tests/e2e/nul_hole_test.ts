import { assertEquals } from "@std/assert";
import { records } from "../support/database.ts";
import { at, logOf, prompt } from "../support/envelope.ts";
import { TempDir } from "../support/temp.ts";
import { COMMAND, Running, turnCounter } from "./program.ts";

/** More than a line may have bytes: 70 MB of lines of another event. */
const MUCH = new TextEncoder().encode(
  `{"event":"turn.delta","text":"${"x".repeat(69_969)}"}\n`.repeat(1000),
);

/** A log and a writer that does not append, rotated by copying and truncating. */
class RotatedLog implements Disposable {
  readonly path: string;
  #file: Deno.FsFile;

  constructor(dir: TempDir) {
    this.path = dir.file("log");
    this.#file = Deno.openSync(this.path, { write: true, create: true });
  }

  write(bytes: string | Uint8Array): void {
    const rest = typeof bytes === "string"
      ? new TextEncoder().encode(bytes)
      : bytes;
    for (let at = 0; at < rest.length;) {
      at += this.#file.writeSync(rest.subarray(at));
    }
  }

  rotate(): void {
    Deno.copyFileSync(this.path, `${this.path}.1`);
    Deno.truncateSync(this.path);
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

Deno.test("logrotate#363: the line after a hole of NULs is read, in a batch and from stdin", async () => {
  using dir = new TempDir();
  using log = new RotatedLog(dir);
  log.write(MUCH);
  log.rotate();
  log.write(logOf([prompt({})]));
  assertEquals(Deno.statSync(log.path).size > 70e6, true);
  const stdin = Deno.readFileSync(log.path);
  const db = dir.file("turns.db");
  for (const args of [["--source", log.path], []]) {
    const options = args.length > 0 ? {} : { stdin };
    const ended = await turnCounter([...args, "--db", db], options);
    assertEquals([ended.code, ended.stderr], [0, ""]);
    assertEquals(JSON.parse(ended.stdout).turn_id_glob, 1);
  }
  assertEquals(records(db).length, 1);
});

Deno.test("logrotate#363: --follow reads the line after a hole of NULs, also after a restart", async () => {
  using dir = new TempDir();
  using log = new RotatedLog(dir);
  const args = ["--source", log.path, "--follow", "--db", dir.file("turns.db")];
  let newest = 0;
  for (let run = 0; run < 2; run++) {
    await using program = new Running([...COMMAND, ...args]);
    // The copy may be read as well, and its records emitted again.
    const nextId = async () => {
      const expected = newest + 1;
      while (newest < expected) {
        const id = JSON.parse((await program.line())!).turn_id_glob;
        newest = Math.max(newest, id);
      }
      assertEquals(newest, expected);
    };
    log.write(MUCH);
    log.write(logOf([prompt({ t: at(2 * run) })]));
    await nextId();
    log.rotate();
    log.write(logOf([prompt({ t: at(2 * run + 1) })]));
    await nextId();
    program.kill("SIGTERM");
    const { code, stderr } = await program.exit();
    // If it is truncated before its copy is found, that is reported.
    assertEquals([code, /rejected/.exec(stderr)], [0, null]);
  }
  assertEquals(records(dir.file("turns.db")).length, 4);
});
