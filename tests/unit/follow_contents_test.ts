import { assertEquals, assertMatch } from "@std/assert";
import { SYSTEM_CLOCK } from "../../src/source/follow/change_watcher.ts";
import { Contents } from "../../src/source/follow/contents.ts";
import { fileAt } from "../../src/source/follow/scanned_file.ts";
import { WarnOnce } from "../../src/source/follow/warn_once.ts";
import { TempDir } from "../support/temp.ts";

Deno.test("Contents report once that a zstd file lacks its library, and that costs only itself", () => {
  using dir = new TempDir();
  const zstd = fileAt(
    dir.write("log.1.zst", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)),
  )!;
  const plain = fileAt(dir.write("log", "one\n"))!;
  const { dlopen } = Deno;
  const messages: string[] = [];
  const contents = new Contents(
    SYSTEM_CLOCK,
    new WarnOnce((message) => messages.push(message)),
  );
  try {
    Deno.dlopen = () => {
      throw new Error("no library");
    };
    for (let scan = 0; scan < 2; scan++) {
      const files = [zstd, plain];
      const readable = files.filter((file) => contents.isReadable(file));
      assertEquals(readable, [plain]);
      contents.release();
    }
  } finally {
    Deno.dlopen = dlopen;
  }
  assertEquals(messages.length, 1);
  assertMatch(messages[0], /^cannot read ".*log\.1\.zst": .* install the zstd/);
});
