import { assertEquals } from "@std/assert";
import { SystemWatcher } from "../../src/source/follow/change_watcher.ts";
import { until } from "../support/process.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("SystemWatcher reports the paths that have changed below a directory", async () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.file("sub"));
  const root = Deno.realPathSync(dir.path);
  const watcher = new SystemWatcher();
  try {
    assertEquals(watcher.watch([root]), undefined);
    dir.write("sub/file", "x");
    const seen = new Set<string>();
    await until(async () => {
      await watcher.changed(1000);
      watcher.take().paths.forEach((path) => seen.add(path));
      return seen.has(`${root}/sub/file`);
    }, "the report");
  } finally {
    watcher.close();
  }
});

Deno.test("SystemWatcher watches some directories with what is below them, and others without", async () => {
  using dir = new TempDir();
  for (const name of ["deep", "deep/er", "other"]) {
    Deno.mkdirSync(dir.file(name));
  }
  const root = Deno.realPathSync(dir.path);
  const watcher = new SystemWatcher();
  try {
    assertEquals(watcher.watch([`${root}/deep`], [root]), undefined);
    const seen = new Set<string>();
    const paths = ["other/file", "deep/er/file", "file"];
    for (const path of paths) dir.write(path, "x");
    await until(async () => {
      await watcher.changed(1000);
      watcher.take().paths.forEach((path) => seen.add(path));
      return seen.has(`${root}/file`);
    }, "the report");
    assertEquals(
      paths.map((path) => seen.has(`${root}/${path}`)),
      [false, true, true],
    );
  } finally {
    watcher.close();
  }
});

Deno.test("SystemWatcher says that reports may be lost where many files change at once", async () => {
  using dir = new TempDir();
  const watcher = new SystemWatcher();
  try {
    watcher.watch([Deno.realPathSync(dir.path)]);
    for (let i = 0; i < 200; i++) dir.write(`${i}`, "x");
    await until(async () => {
      await watcher.changed(1000);
      return !watcher.take().areAll;
    }, "the loss");
  } finally {
    watcher.close();
  }
});

Deno.test("SystemWatcher watches nothing where there is nothing, and can be closed twice", () => {
  using dir = new TempDir();
  const watcher = new SystemWatcher();
  assertEquals(watcher.watch([dir.file("nothing")]), {
    reason: "there is no such file",
    limit: null,
  });
  watcher.close();
  watcher.close();
});
