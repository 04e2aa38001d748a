import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { TempDir } from "../support/temp.ts";
import { compiledTest } from "./machine.ts";
import { COMMAND, run } from "./program.ts";

const LIBRARY = "tools/.build/libsqlite3.so";

/** Writes a copy of the program whose library needs a future version of glibc. */
function programOfTomorrow(path: string): void {
  const program = Buffer.from(Deno.readFileSync(COMMAND[0]));
  const library = Buffer.from(Deno.readFileSync(LIBRARY));
  const start = program.indexOf(library);
  const embedded = program.subarray(start, start + library.length);
  const old = Buffer.from("GLIBC_2.");
  for (let at = 0; (at = embedded.indexOf(old, at)) >= 0;) {
    at += embedded.write("GLIBC_9.", at);
  }
  Deno.writeFileSync(path, program, { mode: 0o755 });
}

compiledTest(
  "deno#12574: a library that needs a newer glibc is reported with that version",
  async () => {
    using dir = new TempDir();
    const program = dir.file("turn-counter");
    programOfTomorrow(program);
    const db = dir.file("turns.db");
    const failed = await run([program, "--db", db]);
    assertEquals([failed.code, failed.stdout], [1, ""]);
    const versions = Deno.readTextFileSync(LIBRARY).matchAll(/GLIBC_2\.(\d+)/g);
    const newest = Math.max(...[...versions].map(([, minor]) => +minor));
    assertMatch(
      failed.stderr,
      new RegExp(
        `^turn-counter: [^\n]* needs glibc 9\\.${newest} or newer[^\n]*\n$`,
      ),
    );
    for (const args of [["--version"], ["--help"], ["man"]]) {
      const { code, stdout } = await run([COMMAND[0], ...args]);
      assertEquals(await run([program, ...args]), { code, stdout, stderr: "" });
    }
  },
);
