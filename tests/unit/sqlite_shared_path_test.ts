import { assertStringIncludes, assertThrows } from "@std/assert";
import { Failure } from "../../src/error.ts";
import { refuseForeignFiles } from "../../src/store/sqlite/shared_path.ts";
import { userId } from "../../src/system/user.ts";
import { TempDir } from "../support/temp.ts";

const USER = userId();

function assertRefused(path: string, user: number, ...words: string[]): void {
  const { message } = assertThrows(
    () => refuseForeignFiles(path, user),
    Failure,
  );
  for (const word of [...words, "--db"]) assertStringIncludes(message, word);
}

Deno.test("SPEC 9: a default path is accepted if it is missing or a file of the user", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  refuseForeignFiles(path);
  dir.write("turns.db", "");
  dir.write("turns.db-wal", "");
  refuseForeignFiles(path);
});

Deno.test("SPEC 9: a default path that is a symbolic link is refused, even a dangling one", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  for (const name of ["target", "missing"]) {
    if (name === "target") dir.write(name, "");
    Deno.symlinkSync(dir.file(name), path);
    assertRefused(path, USER, path, "symbolic link");
    Deno.removeSync(path);
  }
});

Deno.test("SPEC 9: a default path, -wal, -shm or -journal of another user is refused", () => {
  using dir = new TempDir();
  const path = dir.file("turns.db");
  for (const suffix of ["-journal", "-shm", "-wal", ""]) {
    dir.write(`turns.db${suffix}`, "");
    assertRefused(path, USER + 1, path + suffix, "someone else");
  }
});

Deno.test("SPEC 9: a default path that is a directory is refused", () => {
  using dir = new TempDir();
  assertRefused(dir.path, USER, "no regular file");
});
