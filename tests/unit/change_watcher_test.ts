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
    assertEquals(watcher.watch([root]), true);
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
  assertEquals(watcher.watch([dir.file("nothing")]), false);
  watcher.close();
  watcher.close();
});
