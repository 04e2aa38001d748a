import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { UsageError } from "../../src/error.ts";
import { checkFollowable } from "../../src/source/follow/followable.ts";
import { absolutePath } from "../../src/source/named_path.ts";
import { openSources } from "../../src/source/open_sources.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("a path that is followed has the same name with and without a slash at its end", () => {
  using dir = new TempDir();
  const path = dir.file("later");
  Deno.symlinkSync("nowhere", dir.file("dangling"));
  for (const name of [path, `${path}/`, `${path}//`]) {
    assertEquals(checkFollowable(name), path);
  }
  assertEquals(
    checkFollowable(`${dir.file("dangling")}/`),
    dir.file("dangling"),
  );
  assertEquals(absolutePath("a/b/"), `${Deno.cwd()}/a/b`);
  assertEquals(absolutePath("/"), "/");
});

Deno.test("the name of a file with a slash at its end is a usage error, with --follow and without", async () => {
  using dir = new TempDir();
  const name = `${dir.write("log", "")}/`;
  const message =
    `cannot read "${name}": it is not a directory; name a log file`;
  assertThrows(() => checkFollowable(name), UsageError, message);
  const reports = { damaged() {}, skipped() {}, empty() {} };
  const open = () => openSources([name], reports);
  await assertRejects(open, UsageError, message);
});
