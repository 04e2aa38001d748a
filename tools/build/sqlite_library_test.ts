import { assertEquals } from "@std/assert";
import { assetName } from "./sqlite_library.ts";

Deno.test("assetName names the four libraries of a release of @db/sqlite", () => {
  assertEquals(assetName("linux", "x86_64"), "libsqlite3.so");
  assertEquals(assetName("linux", "aarch64"), "libsqlite3_aarch64.so");
  assertEquals(assetName("darwin", "x86_64"), "libsqlite3.dylib");
  assertEquals(assetName("darwin", "aarch64"), "libsqlite3_aarch64.dylib");
});
