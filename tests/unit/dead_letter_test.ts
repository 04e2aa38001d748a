import { assertEquals, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { DeadLetter } from "../../src/output/dead_letter.ts";
import { utf8 } from "../support/bytes.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("DeadLetter starts a new line after an incomplete one, of a killed run or a full disk", () => {
  for (const isLong of [false, true]) {
    using dir = new TempDir();
    const path = dir.write("dead", "whole\nhal");
    for (const line of ["first", "second"]) {
      using dead = new DeadLetter(path, false);
      if (isLong) {
        const spool = dead.spool();
        spool.write(utf8(line));
        dead.add(spool);
      } else dead.add(utf8(`${line}\n`));
      dead.add(utf8("more"));
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
    dead.add(utf8("line\n"));
    Deno.chmodSync(path, 0o600);
    assertEquals(Deno.readTextFileSync(path), "line\n");
  }
});

for (
  const [what, replace] of [
    ["removed", (path: string) => Deno.removeSync(path)],
    ["rotated", (path: string) => Deno.renameSync(path, `${path}.1`)],
    ["replaced", (path: string) => {
      Deno.writeTextFileSync(`${path}.new`, "half a li");
      Deno.renameSync(`${path}.new`, path);
    }],
    ["truncated", (path: string) => Deno.truncateSync(path)],
  ] as const
) {
  Deno.test(`repmgr#465: a file for rejected lines that is ${what} is written by its name`, () => {
    using dir = new TempDir();
    const path = dir.file("dead");
    using file = new DeadLetter(path, true);
    file.add(utf8("one\n"));
    replace(path);
    file.add(utf8("two\n"));
    const spool = file.spool();
    spool.write(utf8("three"));
    replace(path);
    file.add(spool);
    file.add(utf8("four\n"));
    const begin = what === "replaced" ? "half a li\n" : "";
    assertEquals(Deno.readTextFileSync(path), `${begin}three\nfour\n`);
    assertEquals(
      Deno.statSync(path).mode! & 0o777,
      what === "replaced" ? 0o644 : 0o600,
    );
  });
}

Deno.test("repmgr#465: a file for rejected lines that cannot be opened again is a failure", () => {
  using dir = new TempDir();
  const path = dir.file("dead");
  using file = new DeadLetter(path, true);
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  const add = () => file.add(utf8("one\n"));
  assertThrows(add, Failure, `cannot write "${path}": it is no regular file; `);
});
