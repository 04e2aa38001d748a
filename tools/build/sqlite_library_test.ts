import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { BuildError } from "./say.ts";
import { assetName, firstThatLoads } from "./sqlite_library.ts";

Deno.test("assetName names the four libraries of a release of @db/sqlite", () => {
  assertEquals(assetName("linux", "x86_64"), "libsqlite3.so");
  assertEquals(assetName("linux", "aarch64"), "libsqlite3_aarch64.so");
  assertEquals(assetName("darwin", "x86_64"), "libsqlite3.dylib");
  assertEquals(assetName("darwin", "aarch64"), "libsqlite3_aarch64.dylib");
});

Deno.test("firstThatLoads passes over a library that does not load, and says so", async () => {
  const broken = await Deno.makeTempFile({ suffix: ".so" });
  await Deno.writeTextFile(broken, "built for another system");
  const isFinal = Deno.env.get(NO_FALLBACK);
  try {
    Deno.env.delete(NO_FALLBACK);
    const working = Deno.env.get("DENO_SQLITE_PATH")!;
    const { path, version } = await firstThatLoads([broken, working]);
    assertEquals(path, working);
    assertMatch(version, /^3\.\d+\.\d+$/);
    await assertRejects(() => firstThatLoads([broken]), BuildError, "loads");
    Deno.env.set(NO_FALLBACK, "1");
    const strict = () => firstThatLoads([broken, working]);
    await assertRejects(strict, BuildError, broken);
  } finally {
    if (isFinal === undefined) Deno.env.delete(NO_FALLBACK);
    else Deno.env.set(NO_FALLBACK, isFinal);
    await Deno.remove(broken);
  }
});

const NO_FALLBACK = "TURN_COUNTER_NO_FALLBACK";

Deno.test("sqlite.pin names a SQLite without the WAL-reset bug, and its checksum", () => {
  const pin = Deno.readTextFileSync("tools/build/sqlite.pin");
  const [, major, minor, patch] = /^version=(\d+)\.(\d+)\.(\d+)$/m.exec(pin)!;
  assert(+major * 1e6 + +minor * 1e3 + +patch >= 3_051_003);
  const digits = major + minor.padStart(2, "0") + patch.padStart(2, "0");
  assertMatch(pin, RegExp(`^url=https://sqlite.org/.*-${digits}00.zip$`, "m"));
  assertMatch(pin, /^sha256=[0-9a-f]{64}$/m);
});
