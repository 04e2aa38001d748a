import { assertEquals } from "@std/assert";
import { DeadLetter } from "../../src/output/dead_letter.ts";
import { TempDir } from "../support/temp.ts";

const encoder = new TextEncoder();

Deno.test("DeadLetter starts a new line after an incomplete one, of a killed run or a full disk", () => {
  for (const isLong of [false, true]) {
    using dir = new TempDir();
    const path = dir.write("dead", "whole\nhal");
    for (const line of ["first", "second"]) {
      using dead = new DeadLetter(path, false);
      if (isLong) {
        const spool = dead.spool();
        spool.write(encoder.encode(line));
        dead.add(spool);
      } else dead.add(encoder.encode(`${line}\n`));
      dead.add(encoder.encode("more"));
    }
    assertEquals(
      Deno.readTextFileSync(path),
      "whole\nhal\nfirst\nmore\nsecond\nmore\n",
    );
  }
});

Deno.test("DeadLetter starts with its first line in an empty, new or write-only file", () => {
  using dir = new TempDir();
  for (const name of ["empty", "new", "closed"]) {
    const path = dir.file(name);
    if (name !== "new") dir.write(name, "");
    if (name === "closed") Deno.chmodSync(path, 0o200);
    using dead = new DeadLetter(path, true);
    dead.add(encoder.encode("line\n"));
    Deno.chmodSync(path, 0o600);
    assertEquals(Deno.readTextFileSync(path), "line\n");
  }
});
